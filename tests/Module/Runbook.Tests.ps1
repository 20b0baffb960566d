BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $missing = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object {
        -not (Get-Module $_ -ListAvailable)
    }
    $reason = if ((Get-TestRun) -ne 'net8.0') { 'one run shows it: the code is the same in all' } elseif ($missing) {
        "the module $($missing -join ' and ') is not installed"
    }
    # Only root can become somebody else without a password.
    $canSwitch = $IsLinux -and [bool] (Get-Command setpriv -CommandType Application -ErrorAction Ignore) -and
        (id -u) -eq '0'
    $accounts = @(
        @{ Account = 'this account'; Uid = $null }
        @{ Account = 'a service account'; Uid = 54321; Skip = -not $canSwitch }
    )
}

Describe 'A runbook' -Skip:([bool] $reason) -ForEach @{ canSwitch = $canSwitch } {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $secret = 'sk-runbook-Tt93kQ'
        $server = Start-FineTuningServer -Memory -ApiKey (ConvertTo-TestKey $secret) -PassThru
        # What the account may read lies apart: the clone, and the home of this account, may be closed to it.
        $place = (New-Item (Join-Path ([IO.Path]::GetTempPath()) "runbook-$([guid]::NewGuid().ToString('N').Substring(0, 8))") -ItemType Directory).FullName
        $null = New-Item "$place/FineTuning" -ItemType Directory
        Copy-Item (Get-TestManifest),
            (Join-Path (Split-Path (Get-TestManifest)) bin) -Destination "$place/FineTuning" -Recurse
        New-TestDataset "$place/train.jsonl" -Count 24 > $null

        # A script as it stands in a runbook: it stops at the first error, and what it outputs is what the log has.
        $chain = @'
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module '<place>/FineTuning/FineTuning.psd1'
$connection = Connect-FineTuning <connect> -PassThru
"key: $($connection.KeySource)"
$report = Test-FineTuningDataset '<place>/train.jsonl'
"valid: $($report.IsValid)"
$file = Send-FineTuningFile '<place>/train.jsonl'
$job = New-FineTuningJob gpt-4o-mini $file -EpochCount 2 -IdempotencyKey '<name>' -Wait
$again = New-FineTuningJob gpt-4o-mini $file -EpochCount 2 -IdempotencyKey '<name>' -Wait
"job: $($job.Status), once: $($job.Id -eq $again.Id)"
"events: $(@(Get-FineTuningEvent $job).Count -gt 2)"
"checkpoints: $(@(Get-FineTuningCheckpoint $job).Count)"
$null = Receive-FineTuningFile $job.ResultFiles[0] ./result.csv
"result: $((Get-Content ./result.csv -TotalCount 1) -like 'step,*')"
Disconnect-FineTuning
"connections: $(@(Get-FineTuningConnection).Count)"
'@
        $setUp = @'
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.SecretStore
Reset-SecretStore -Authentication None -Interaction None -Force -WarningAction Ignore -Confirm:$false
Register-SecretVault Task -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Set-Secret OPENAI_API_KEY '<secret>' -Metadata @{ Endpoint = '<endpoint>' }
'@

        function Get-AccountPwsh {
            # PowerShell as other accounts can run it. That of a .NET tool lies in the home of who restored it, which may
            # be closed to them: then a copy does, with the modules that lie there too. Nothing where that does not run.
            $own = Join-Path $PSHOME 'pwsh'
            if (Test-AccountPwsh $own) { return $own }
            $copy = "$place/powershell"
            Copy-Item $PSHOME $copy -Recurse
            foreach ($name in 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore') {
                $from = (Get-Module $name -ListAvailable | Select-Object -First 1).ModuleBase
                Copy-Item $from "$copy/Modules/$name" -Recurse
            }
            chmod -R go+rX $place
            if (Test-AccountPwsh "$copy/pwsh") { "$copy/pwsh" }
        }

        function Test-AccountPwsh([string] $Path) {
            $null = setpriv --reuid 54321 --regid 54321 --clear-groups $Path -NoProfile -NonInteractive -Command exit 2>&1
            $LASTEXITCODE -eq 0
        }

        function Skip-Unrunnable([object] $Uid) {
            # True where the account of the test cannot run PowerShell.
            if (-not $Uid -or $accountPwsh) { return $false }
            Set-ItResult -Skipped -Because 'other accounts can run neither this PowerShell nor a copy of it'
            $true
        }

        function New-Folder([string] $Name, [object] $Uid) {
            $path = (New-Item (Join-Path $place $Name) -ItemType Directory -Force).FullName
            if ($Uid) { chown "${Uid}:${Uid}" $path; chmod 700 $path }
            $path
        }

        function Invoke-Task {
            # Runs a script as a scheduler does: without a profile, with no input, with nothing of this process's
            # environment, as an account.
            param([string] $Script, [string] $Name, [object] $Uid, [hashtable] $Environment = @{})
            $work = New-Folder "work-$Name" $Uid
            $file = Join-Path $place "$Name.ps1"
            $text = $Script.Replace('<place>', $place).Replace('<secret>', $secret).Replace('<endpoint>',
                $server.Endpoint).Replace('<name>', "key-$Name")
            Set-Content -LiteralPath $file -Value $text
            $pwsh = if ($Uid) { $accountPwsh } else { Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh') }
            $command = @($pwsh, '-NoLogo', '-NoProfile', '-NonInteractive', '-File', $file)
            if ($Uid) { $command = @('setpriv', '--reuid', $Uid, '--regid', $Uid, '--clear-groups') + $command }
            $start = [Diagnostics.ProcessStartInfo]::new($command[0])
            foreach ($argument in $command | Select-Object -Skip 1) { $start.ArgumentList.Add("$argument") }
            $start.WorkingDirectory = $work
            $start.UseShellExecute = $false
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
            foreach ($variable in @($start.Environment.Keys) -notmatch '^(PATH|DOTNET_.*|SystemRoot|windir|TEMP|TMP)$') {
                $null = $start.Environment.Remove($variable)
            }
            # A temporary folder of this account's is closed to others.
            $start.Environment['TMPDIR'] = New-Folder "tmp-$Name" $Uid
            $start.Environment['NO_COLOR'] = '1'
            foreach ($variable in $Environment.Keys) { $start.Environment[$variable] = $Environment[$variable] }
            $process = [Diagnostics.Process]::Start($start)
            try {
                $process.StandardInput.Close()
                $output = $process.StandardOutput.ReadToEndAsync()
                $errors = $process.StandardError.ReadToEndAsync()
                if (-not $process.WaitForExit(240000)) { throw 'The task did not end: it waits for somebody.' }
                $process.WaitForExit()
                [pscustomobject]@{
                    ExitCode = $process.ExitCode
                    Output = @($output.Result -split '\r?\n' | Where-Object { $_ })
                    Errors = $errors.Result
                    Work = $work; Temp = $start.Environment['TMPDIR']
                }
            } finally {
                if (-not $process.HasExited) { $process.Kill($true) }
                $process.Dispose()
            }
        }

        $accountPwsh = if ($canSwitch) { Get-AccountPwsh }

        function Assert-Chain($Result, [string] $Source) {
            $Result.Errors | Should -BeNullOrEmpty
            $Result.Output | Should -Be "key: $Source", 'valid: True', 'job: succeeded, once: True', 'events: True',
                'checkpoints: 2', 'result: True', 'connections: 0'
            $Result.ExitCode | Should -Be 0
            # Beside the script's own file nothing lies in its folder.
            (Get-ChildItem -LiteralPath $Result.Work -Force).Name | Should -Be 'result.csv'
        }
    }

    AfterAll {
        $server | Stop-FineTuningServer
        Disconnect-FineTuning
        if ($place) { Remove-Item $place -Recurse -Force -ErrorAction Ignore }
    }

    Context 'of <Account>' -ForEach $accounts {
        It 'takes its key from a store without a password and does the whole chain' -Skip:([bool] $Skip) {
            if (Skip-Unrunnable $Uid) { return }
            $account = New-Folder "home-$Uid" $Uid
            $made = Invoke-Task $setUp "setup$Uid" -Uid $Uid -Environment @{
                HOME = $account; USERPROFILE = $account; LOCALAPPDATA = $account
            }
            $made.Errors | Should -BeNullOrEmpty
            $result = Invoke-Task ($chain -replace '<connect>', '<endpoint>') "chain$Uid" -Uid $Uid -Environment @{
                HOME = $account; USERPROFILE = $account; LOCALAPPDATA = $account
            }
            Assert-Chain $result 'secret OPENAI_API_KEY in vault Task'
            # What is kept lies in the account's home.
            Get-ChildItem -LiteralPath $result.Temp -Filter 'FineTuning*' -Force | Should -BeNullOrEmpty
        }
    }

    Context 'without a home folder' {
        It 'does the whole chain with the key of the environment' -Skip:(-not $canSwitch) {
            if (Skip-Unrunnable 54322) { return }
            $key = @{ OPENAI_API_KEY = $secret; OPENAI_BASE_URL = "$($server.Endpoint)" }
            $result = Invoke-Task ($chain -replace '<connect>') 'homeless' -Uid 54322 -Environment $key
            Assert-Chain $result 'environment variable OPENAI_API_KEY'
            # What is kept lies in a temporary folder that is closed to others.
            $kept = @(Get-ChildItem -LiteralPath $result.Temp -Filter 'FineTuning*' -Force)
            $kept.Count | Should -BeLessOrEqual 1
            foreach ($folder in $kept) { $folder.UnixMode | Should -Be 'drwx------' }
        }

        It 'does it with a secret once the script has named a home' -Skip:(-not $canSwitch) {
            if (Skip-Unrunnable 54323) { return }
            $account = New-Folder 'home-named' 54323
            $named = "`$env:HOME = '$account'`n"
            (Invoke-Task ($named + $setUp) 'setup-named' -Uid 54323).Errors | Should -BeNullOrEmpty
            Assert-Chain (Invoke-Task ($named +
                ($chain -replace '<connect>',
                    '<endpoint> -SecretName OPENAI_API_KEY -Vault Task')) 'named' -Uid 54323) 'secret OPENAI_API_KEY in vault Task'
        }

        It 'ends with exit code 1 and the next step in the error stream if it names a secret' -Skip:$IsWindows {
            $result = Invoke-Task ($chain -replace '<connect>', '<endpoint> -SecretName OPENAI_API_KEY') 'no-home'
            $result.ExitCode | Should -Be 1
            $result.Output | Should -BeNullOrEmpty
            ($result.Errors -replace '\s*\n\s*\|?\s*', ' ') | Should -BeLike '*HOME is not set.*Set HOME to a folder*'
        }
    }

    It 'ends with exit code 1 at the first error' {
        $result = Invoke-Task ($chain -replace '<connect>', '<endpoint>') 'wrong-key' -Environment @{
            OPENAI_API_KEY = 'sk-wrong'; OPENAI_BASE_URL = "$($server.Endpoint)"
        }
        $result.ExitCode | Should -Be 1
        $result.Output | Should -BeNullOrEmpty
        $result.Errors | Should -Match 'Connect-FineTuning'
        $result.Errors | Should -Not -Match 'sk-wrong'
    }
}
