BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $missing = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object {
        -not (Get-Module $_ -ListAvailable)
    }
    $reason = if ((Get-TestRun) -ne 'net8.0') { 'one run shows it: the code is the same in all' } elseif ($missing) {
        "the module $($missing -join ' and ') is not installed"
    }
    $terminal = [bool] (Get-Command script -CommandType Application -ErrorAction Ignore) -and $IsLinux
}

Describe 'A vault' -Skip:([bool] $reason) {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force

        function New-Home([string] $Name) {
            # A home folder of its own for child processes: locking the store of this one would lock it for other tests.
            $path = (New-Item (Join-Path $TestDrive $Name) -ItemType Directory -Force).FullName
            @{ HOME = $path; XDG_DATA_HOME = "$path/data"; USERPROFILE = $path; LOCALAPPDATA = "$path/local" }
        }

        function Invoke-Unattended {
            # Runs a script in a PowerShell of its own whose keyboard is a pipe that nobody writes to; it is closed only
            # on request.
            param([string] $Script, [hashtable] $Environment, [string[]] $Option = @(), [switch] $Closed,
                [int] $TimeoutSec = 40)
            Invoke-ChildPwsh $Script -Environment $Environment -Option $Option -OpenInput:(-not $Closed) -TimeoutSec $TimeoutSec
        }

        function Wait-Read($Stream, $Buffer) {
            $next = $Stream.ReadAsync($Buffer, 0, $Buffer.Length)
            if (-not $next.Wait(60000)) { throw 'The terminal has been silent for a minute.' }
            $next.Result
        }

        $import = "Import-Module '$(Get-TestManifest)'"
        $report = {
            param($e)
            $e.FullyQualifiedErrorId.Split(',')[0]; "$($e.ErrorDetails) $($e.ErrorDetails.RecommendedAction)"
        }
        $connect = @"
$import
`$report = { $report }
try { Connect-FineTuning http://127.0.0.1:9/v1 -SecretName text -SkipCheck; 'connected' } catch { & `$report `$_ }
"@

        # The extension of a vault, as its makers write it. What it does is a parameter of the vault.
        $extension = Join-Path $TestDrive 'TestVault'
        $null = New-Item "$extension/TestVault.Extension" -ItemType Directory -Force
        Set-Content "$extension/TestVault.psd1" "@{ ModuleVersion = '1.0.0'; NestedModules = '.\TestVault.Extension' }"
        Set-Content "$extension/TestVault.Extension/TestVault.Extension.psd1" @'
@{ ModuleVersion = '1.0.0'; RootModule = 'TestVault.Extension.psm1'; FunctionsToExport = 'Get-Secret', 'Get-SecretInfo', 'Set-Secret', 'Remove-Secret', 'Test-SecretVault' }
'@
        Set-Content "$extension/TestVault.Extension/TestVault.Extension.psm1" @'
function Get-Secret([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters) {
    switch ($AdditionalParameters.Mode) {
        throws { throw 'The service is away.' }
        writes { Write-Error 'The service is away.' }
        asks { Read-Host "Password of $VaultName" }
        holds { if ($Name -eq 'held') { 'sk-held-Jj4' } }
    }
}
function Get-SecretInfo([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters) {
    switch ($AdditionalParameters.Mode) {
        throws { throw 'The service is away.' }
        asks { Read-Host "Password of $VaultName" }
        holds { [Microsoft.PowerShell.SecretManagement.SecretInformation]::new('held', 'String', $VaultName) }
    }
}
function Set-Secret([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters) { }
function Remove-Secret([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters) { }
function Test-SecretVault([string] $VaultName, [hashtable] $AdditionalParameters) { $true }
'@
        $locked = New-Home locked
        $made = Invoke-ChildPwsh -Environment $locked @"
Import-Module Microsoft.PowerShell.SecretStore
`$word = ConvertTo-SecureString word -AsPlainText -Force
Reset-SecretStore -Authentication Password -Interaction None -Password `$word -Force -WarningAction Ignore -Confirm:`$false
Register-SecretVault -Name Work -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Register-SecretVault -Name Held -ModuleName '$extension' -VaultParameters @{ Mode = 'holds' }
Set-Secret text 'sk-locked' -Vault Work
Set-Secret OPENAI_API_KEY 'sk-locked' -Vault Work
Set-SecretStoreConfiguration -Interaction Prompt -Password `$word -Confirm:`$false
"@
        $made.Errors | Should -BeNullOrEmpty
    }

    Context 'that is locked and would ask for its password' {
        BeforeAll {
            $implicit = "$connect`ntry { Connect-FineTuning -SkipCheck 3>&1 } catch { & `$report `$_ }`n'end'"

            function Assert-Locked($Result) {
                "$($Result.Output)" | Should -Not -BeLike '*Enter password*'
                $Result.Output[0] | Should -Be 'SecretVaultLocked'
                $Result.Output[1] | Should -BeLike 'The vault Work is locked.*Unlock-SecretStore*Set-SecretStoreConfiguration -Authentication None*'
                $Result.Output[2] | Should -BeLike '*The vault Work is locked.*OPENAI_API_KEY was not looked for there, and the environment is used.*'
                $Result.Output[3] | Should -Be 'NoKey'
                $Result.Output[4] | Should -BeLike 'There is no key*The vault Work is locked. Run Unlock-SecretStore*'
                $Result.Output[-1] | Should -Be 'end'
                $Result.ExitCode | Should -Be 0
            }
        }

        It 'does not ask <form>' -ForEach @(
            @{ Form = 'under -NonInteractive'; Option = '-NonInteractive' }
            @{ Form = 'under -NonInteractive, with an input that has ended'; Option = '-NonInteractive'; Closed = $true }
            @{ Form = 'where the input is a silent pipe'; Option = @() }
            @{ Form = 'where the input has ended'; Option = @(); Closed = $true }
        ) {
            Assert-Locked (Invoke-Unattended $implicit $locked -Option $Option -Closed:([bool] $Closed))
        }

        It 'does not ask from <form>' -ForEach @(
            @{ Form = "a runspace with the default host"; Code = '$shell = [powershell]::Create()' }
            @{ Form = 'a background job'; Code = 'job' }
        ) {
            Set-Content (Join-Path $TestDrive inner.ps1) $implicit
            $inner = Join-Path $TestDrive inner.ps1
            $text = if ($Code -eq 'job') {
                "Start-Job { & '$inner' } | Wait-Job | Receive-Job"
            } else {
                "$Code`n`$shell.AddScript((Get-Content '$inner' -Raw)).Invoke()"
            }
            Assert-Locked (Invoke-Unattended $text $locked)
        }

        It 'does not ask either after the script used another vault' {
            # SecretManagement has a runspace with the script's host from then on, where the vault could ask.
            $result = Invoke-Unattended "`$null = Get-Secret held -Vault Held`n$implicit" $locked
            Assert-Locked $result
        }

        It 'is warned of once' {
            $result = Invoke-Unattended @"
$import
`$env:OPENAI_API_KEY = 'sk-of-the-environment'
1..3 | ForEach-Object { Disconnect-FineTuning; (Connect-FineTuning -SkipCheck -PassThru 3>&1) } | ForEach-Object { if (`$_ -is [Management.Automation.WarningRecord]) { 'warning' } else { `$_.KeySource } }
"@ $locked
            $result.Output | Should -Be 'warning', 'environment variable OPENAI_API_KEY',
                'environment variable OPENAI_API_KEY', 'environment variable OPENAI_API_KEY'
        }

        It 'is no matter for a server of this machine' {
            $result = Invoke-Unattended "$import`nConnect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -PassThru 3>&1 | ForEach-Object KeySource" $locked
            $result.Output | Should -Be 'none (a local server that asks for no key)'
        }

        It 'is read once the script has unlocked it' {
            $result = Invoke-Unattended "Unlock-SecretStore -Password (ConvertTo-SecureString word -AsPlainText -Force)`n$connect" $locked
            $result.Output | Should -Be 'connected'
        }

        It 'does not keep another vault from giving its secret' {
            $result = Invoke-Unattended ($connect -replace 'text', 'held') $locked
            $result.Output | Should -Be 'connected'
        }

        It 'is completed by name alone' {
            # A busy machine may need more than one go: a completer gives up after two seconds.
            $result = Invoke-Unattended @"
$import
foreach (`$text in 'Connect-FineTuning -Vault ', 'Connect-FineTuning -SecretName ', 'Connect-FineTuning -Vault Held -SecretName ', 'Connect-FineTuning -Vault Work -SecretName ') {
    foreach (`$go in 1..5) {
        `$watch = [Diagnostics.Stopwatch]::StartNew()
        if (`$names = "`$((TabExpansion2 `$text `$text.Length).CompletionMatches.CompletionText | Sort-Object)") { break }
        if (`$watch.Elapsed.TotalSeconds -gt 8) { 'slow' }
    }
    "<`$names>"
}
"@ $locked
            $result.Output | Should -Be '<Held Work>', '<held>', '<held>', '<>'
        }

        It 'is not asked for the names of secrets where it could ask back' {
            # After the script's own call, SecretManagement would show a vault's question on the script's screen.
            $result = Invoke-Unattended @"
$import
`$null = Get-Secret held -Vault Held
foreach (`$text in 'Connect-FineTuning -Vault ', 'Connect-FineTuning -SecretName ') { "<`$((TabExpansion2 `$text `$text.Length).CompletionMatches.Count)>" }
"@ $locked
            $result.Output | Should -Be '<2>', '<0>'
        }

        It 'asks a person at a terminal for a secret that was named, and for nothing else' -Skip:(-not $terminal) {
            $file = Join-Path $TestDrive terminal.ps1
            Set-Content $file @"
$import
`$text = 'Connect-FineTuning -Vault Work -SecretName '
"completions: `$((TabExpansion2 `$text `$text.Length).CompletionMatches.Count)"
`$report = { $report }
try { Connect-FineTuning -SkipCheck 3>&1 } catch { & `$report `$_ }
`$shell = [powershell]::Create()
`$shell.AddScript((Get-Content '$TestDrive/inner.ps1' -Raw)).Invoke()
'now'
Connect-FineTuning http://127.0.0.1:9/v1 -SecretName text -SkipCheck -PassThru | ForEach-Object KeySource
"@
            Set-Content (Join-Path $TestDrive inner.ps1) $connect
            $start = [Diagnostics.ProcessStartInfo]::new('script',
                "-qec `"$PSHOME/pwsh -NoLogo -NoProfile -File $file`" /dev/null")
            $start.UseShellExecute = $false
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            foreach ($name in $locked.Keys) { $start.Environment[$name] = $locked[$name] }
            $start.Environment['NO_COLOR'] = '1'
            $process = [Diagnostics.Process]::Start($start)
            try {
                $read = [Text.StringBuilder]::new()
                $buffer = [char[]]::new(4096)
                $typed = $false
                while (($count = Wait-Read $process.StandardOutput $buffer) -gt 0) {
                    $null = $read.Append($buffer, 0, $count)
                    if (-not $typed -and "$read" -like '*Enter password*') {
                        $typed = $true
                        $process.StandardInput.Write("word`r")
                        $process.StandardInput.Flush()
                    }
                }
                $shown = "$read" -replace '\e\[[?\d;]*[a-zA-Z]'
                $before, $after = $shown -split '(?m)^now\s*$'
                $before | Should -Match 'completions: 0'
                $before | Should -Match 'NoKey'
                $before | Should -Match 'SecretVaultLocked'
                $before | Should -Not -Match 'Enter password'
                $after | Should -Match 'Enter password'
                $after | Should -Match 'secret text'
            } finally {
                if (-not $process.HasExited) { $process.Kill($true) }
                $process.Dispose()
            }
        }
    }

    Context 'that cannot give the secret' {
        It 'is a clear error if its module <what>' -ForEach @(
            @{ What = 'throws'; Mode = 'throws'; Id = 'SecretUnavailable'; Text = 'The vault Bad could not be read: The service is away. *Get-SecretInfo -Vault Bad*' }
            @{ What = 'writes an error'; Mode = 'writes'; Id = 'SecretUnavailable'; Text = 'The vault Bad could not be read: The service is away. *Get-SecretInfo -Vault Bad*' }
            @{ What = 'asks'; Mode = 'asks'; Id = 'SecretVaultLocked'; Text = 'The vault Bad is locked. Run Unlock-SecretVault Bad *' }
            @{ What = 'does not know it'; Mode = 'holds'; Id = 'SecretNotFound'; Text = 'The secret text is not in the registered vaults. *Set-Secret*' }
        ) {
            $account = New-Home $Mode
            $result = Invoke-Unattended "Register-SecretVault -Name Bad -ModuleName '$extension' -VaultParameters @{ Mode = '$Mode' }`n$connect" $account
            $result.Output[0] | Should -Be $Id
            $result.Output[1] | Should -BeLike $Text
            $result.Output.Count | Should -Be 2
        }

        It 'is a clear error if its module <what>' -ForEach @(
            @{ What = 'is gone'; Break = 'Remove-Item $copy -Recurse' }
            @{ What = 'cannot be loaded'; Break = 'Set-Content "$copy/TestVault.Extension/TestVault.Extension.psm1" "function {"' }
        ) {
            $account = New-Home broken
            $result = Invoke-Unattended -Environment $account @"
`$copy = '$TestDrive/copy/TestVault'
`$null = New-Item '$TestDrive/copy' -ItemType Directory -Force
Copy-Item '$extension' `$copy -Recurse -Force
Register-SecretVault -Name Bad -ModuleName `$copy -VaultParameters @{ Mode = 'holds' } -AllowClobber
Remove-Module TestVault -ErrorAction Ignore
$Break
$connect
"@
            $result.Output[0] | Should -Be 'SecretVaultNotLoaded'
            $result.Output[1] | Should -BeLike 'The module TestVault of the vault Bad could not be loaded: *Install-Module TestVault*Register-SecretVault Bad -ModuleName TestVault*'
        }

        It 'is a clear error if none is registered' {
            $result = Invoke-Unattended $connect (New-Home none)
            $result.Output[0] | Should -Be 'NoSecretVault'
            $result.Output[1] | Should -BeLike 'The account * has no secret vault registered.*Register-SecretVault Personal*as this account*'
        }

        It 'is a clear error if another one was meant' {
            $result = Invoke-Unattended ($connect -replace '-SkipCheck', '-Vault Other -SkipCheck') $locked
            $result.Output[0] | Should -Be 'SecretVaultNotFound'
            $result.Output[1] | Should -BeLike 'The account * has no secret vault Other; it has Work, Held. *'
        }

        It 'is a clear error if SecretManagement is not installed' {
            # It cannot be uninstalled here, so an empty module stands before it.
            $empty = Join-Path $TestDrive 'empty/Microsoft.PowerShell.SecretManagement'
            $null = New-Item $empty -ItemType Directory -Force
            Set-Content "$empty/Microsoft.PowerShell.SecretManagement.psd1" "@{ ModuleVersion = '1.1.2'; FunctionsToExport = @(); CmdletsToExport = @() }"
            $result = Invoke-Unattended "`$env:PSModulePath = '$TestDrive/empty' + [IO.Path]::PathSeparator + `$env:PSModulePath`n$connect" $locked
            $result.Output[0] | Should -Be 'SecretManagementMissing'
            $result.Output[1] | Should -BeLike 'The module Microsoft.PowerShell.SecretManagement is not installed. Run Install-Module *'
        }

        It 'is a clear error without a home folder' -Skip:$IsWindows {
            $result = Invoke-Unattended $connect @{ HOME = $null }
            $result.Output[0] | Should -Be 'SecretHomeMissing'
            $result.Output[1] | Should -BeLike '*HOME is not set. Set HOME to a folder that only this account can read*'
        }

        It 'is a clear error in a home folder that cannot be written to' -Skip:$IsWindows {
            # A file is none; for root, nothing else could stop it.
            Set-Content (Join-Path $TestDrive file) ''
            $result = Invoke-Unattended $connect @{ HOME = "$TestDrive/file" }
            $result.Output[0] | Should -Be 'SecretHomeMissing'
            $result.Output[1] | Should -BeLike 'The vaults of the account * cannot be read: *Let HOME be a folder*new PowerShell*'
        }
    }

    It 'that nobody named leaves no trace in a home folder without one' {
        $account = New-Home fresh
        $result = Invoke-Unattended "$import`n`$env:OPENAI_API_KEY = 'sk-of-the-environment'`n(Connect-FineTuning -SkipCheck -PassThru).KeySource" $account
        $result.Output | Should -Be 'environment variable OPENAI_API_KEY'
        Join-Path $account.HOME .secretmanagement | Should -Not -Exist
        Join-Path $account.LOCALAPPDATA Microsoft/PowerShell/secretmanagement | Should -Not -Exist
    }
}
