# Runs the scenarios in this process, which has an environment and a home of its own, and searches whatever they
# leave. The marked secrets come as one line of JSON over standard input, so that they are in no argument, file or
# variable of the tests'. What was found goes to standard output as JSON, without the secrets.
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [int] $Gateway,
    [Parameter(Mandatory)] [string] $Work,
    # Deliberate leaks of a changed copy of the module, each with the cmdlets whose scenarios are to find it, such as
    # 'verbose=Get-FineTuningJob'.
    [string] $Leak
)
$ErrorActionPreference = 'Stop'
$watch = [Diagnostics.Stopwatch]::StartNew()
Add-Type -Path "$PSScriptRoot/CanaryEye.cs", "$PSScriptRoot/CanaryHost.cs"
foreach ($secret in ([Console]::In.ReadLine() | ConvertFrom-Json).PSObject.Properties) {
    [CanaryEye]::Learn($secret.Name, $secret.Value)
}
Remove-Variable secret

$scenarios = & "$PSScriptRoot/Scenarios.ps1"
$cmdlets = (Import-PowerShellDataFile $Module).CmdletsToExport
$count = 0
$folder = (New-Item "$Work/files" -ItemType Directory).FullName
$screen = [CanaryHost]::new()
$state = [initialsessionstate]::CreateDefault2()
$runspace = [runspacefactory]::CreateRunspace($screen, $state)
$runspace.Open()

function Invoke-Plain([string] $Script, [object[]] $Argument) {
    # Runs what belongs to the tests; its errors are the tests'.
    $shell = [powershell]::Create($runspace)
    try {
        $null = $shell.AddScript($Script, $true)
        foreach ($value in $Argument) { $null = $shell.AddArgument($value) }
        $shell.Invoke()
        if ($shell.Streams.Error.Count) {
            throw "The tests' own script failed: $($shell.Streams.Error[0]) $($shell.Streams.Error[0].ScriptStackTrace)"
        }
    } finally { $shell.Dispose() }
}

$views = @'
param($things, $errors, $file, $kind)
# As the console shows them: this is what the screen and the transcript get. It is slow, so of like errors one is shown.
$things | Out-Default
$shown = @($errors | Where-Object { $seen.Add("$(($_.FullyQualifiedErrorId -split ',')[0]) $kind") })
$shown | Out-Default
foreach ($thing in $shown) {
    $inner = ($thing.Exception.InnerException)?.GetType()
    if (-not $seen.Add("Get-Error $($thing.Exception.GetType()) $inner")) { continue }
    [CanaryEye]::SeeText('Get-Error', ($thing | Get-Error | Out-String -Width 400))
}
foreach ($thing in @($things | Select-Object -First 4) + @($errors)) {
    if ($null -eq $thing) { continue }
    $isError = $thing -is [Management.Automation.ErrorRecord]
    # Files and their like lead everywhere.
    $depth = if ($isError) { 1 } elseif ($thing.GetType().Namespace -like 'FineTuning*') { 20 } else { 2 }
    [CanaryEye]::SeeText('Format-List * -Force', ($thing | Format-List * -Force | Out-String -Width 400))
    # Deeper, an exception has dictionaries that JSON cannot have.
    [CanaryEye]::SeeText('ConvertTo-Json', ($thing | ConvertTo-Json -Depth $depth -WarningAction Ignore))
    if (-not $isError) {
        [CanaryEye]::SeeText('Out-String', ($thing | Out-String -Width 400))
        [CanaryEye]::SeeText('ConvertTo-Csv', ($thing | ConvertTo-Csv | Out-String))
    }
    $thing | Export-Clixml -LiteralPath $file -Depth ([math]::Min(10, $depth + 1)) -Force
    [CanaryEye]::SeeFile('Export-Clixml', $file)
    if ($isError) {
        [CanaryEye]::SeeText('ScriptStackTrace', $thing.ScriptStackTrace)
        $call = $thing.InvocationInfo
        [CanaryEye]::SeeText('InvocationInfo', "$($call.Line) $($call.PositionMessage) $($call.MyCommand)")
        if ($kind -ne 'failure') { [CanaryEye]::SeeObject('InvocationInfo.BoundParameters', $call.BoundParameters) }
        [CanaryEye]::SeeText('ErrorDetails', "$($thing.ErrorDetails) $($thing.ErrorDetails.RecommendedAction)")
        [CanaryEye]::SeeObject('TargetObject', $thing.TargetObject)
        for ($inner = $thing.Exception; $inner; $inner = $inner.InnerException) {
            [CanaryEye]::SeeText('exception', $inner.ToString())
            [CanaryEye]::SeeObject('Exception.Data', $inner.Data)
        }
    }
}
'@

function Invoke-Scenario([string] $Label, [string] $Script, [switch] $Stop, [double] $Seconds) {
    # Runs a script as a prompt would, and searches all that comes of it.
    [CanaryEye]::Scenario = $Label
    $script:count++
    $isStopped = $false
    $shell = [powershell]::Create($runspace)
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    $settings = [Management.Automation.PSInvocationSettings]::new()
    $settings.AddToHistory = $true
    $null = $shell.AddScript($Script, $true)
    try {
        $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output, $settings,
            $null, $null)
        $patience = [Diagnostics.Stopwatch]::StartNew()
        while (-not $running.IsCompleted) {
            if ($Stop -and
                ($shell.Streams.Verbose.ReadAll() |
                    ForEach-Object {
                        [CanaryEye]::SeeObject('verbose stream', $_)
                        "$_"
                    }) -like '* to 127.0.0.1*') { break }
            # What looks for a lost answer does so for minutes, and is stopped as a person would.
            if ($Seconds -gt 0 -and $patience.Elapsed.TotalSeconds -gt $Seconds) { break }
            if ($patience.Elapsed.TotalSeconds -gt 60) { throw "$Label did not end." }
            [Threading.Thread]::Sleep(5)
        }
        $isStopped = -not $running.IsCompleted
        if ($isStopped) { $shell.Stop() }
        $null = $shell.EndInvoke($running)
    } catch [Management.Automation.RuntimeException] {
        [CanaryEye]::SeeObject('exception to the host', $_.Exception)
    }
    [CanaryEye]::SeeObject('output', $output)
    # The errors are in $Error too, and searched there.
    [CanaryEye]::SeeText('error stream', ($shell.Streams.Error -join "`n"))
    foreach ($stream in 'Warning', 'Verbose', 'Debug', 'Information', 'Progress') {
        [CanaryEye]::SeeObject("$($stream.ToLowerInvariant()) stream", $shell.Streams.$stream)
    }
    [CanaryEye]::SeeText('screen', $screen.TakeText())
    $errors = @(Invoke-Plain '$global:Error.ToArray(); $global:Error.Clear()')
    [CanaryEye]::SeeObject('$Error', $errors)
    $null = Invoke-Plain $views @(@($output), $errors, "$Work/thing.xml", ($Label -split ' ', 2)[1])
    [CanaryEye]::SeeText('screen', $screen.TakeText())
    $shell.Dispose()
    [pscustomobject]@{ Output = $output.Count; Errors = $errors.Count; IsStopped = $isStopped }
}

$isTranscribed = $false

function Set-Transcript([bool] $On) {
    if ($On -eq $script:isTranscribed) { return }
    $script:isTranscribed = $On
    $null = Invoke-Plain $(if ($On) {
            'param($path) $null = Start-Transcript -Path $path -Append'
        } else {
            '$null = Stop-Transcript'
        }) @("$Work/transcript.txt")
}

$functions = @'
param($folder)
$global:ErrorActionPreference = 'Continue'
function global:Plain([string] $name) { [CanaryEye]::Plain($name) }
function global:Secure([string] $name) { , [CanaryEye]::Secure($name) }
function global:See-Process { $global:processes += [CanaryEye]::SeeProcesses("CANARY_RUN=$env:CANARY_RUN") }
$global:processes = 0
$global:seen = [Collections.Generic.HashSet[string]]::new()
$global:folder = $folder
$global:train = Join-Path $folder train.jsonl
[IO.File]::WriteAllLines($train, @(1..12 | ForEach-Object {
            '{"messages":[{"role":"user","content":"question ' + $_ + '"},' +
            '{"role":"assistant","content":"answer ' + $_ % 3 + '"}]}'
        }))
'@
$null = Invoke-Plain 'param($module) Import-Module $module, Microsoft.PowerShell.SecretManagement -Global' $Module
$null = Invoke-Plain $functions $folder

if (-not $Leak) {
    Set-Transcript $true
    $null = Invoke-Plain @'
Import-Module Microsoft.PowerShell.SecretStore
Reset-SecretStore -Authentication None -Interaction None -Force -WarningAction Ignore -Confirm:$false
Register-SecretVault -Name Canary -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Set-Secret key (Secure key) -Vault Canary
Set-Secret admin (Secure admin) -Vault Canary
Set-Secret OPENAI_API_KEY (Secure vault) -Vault Canary
'@
}
$null = Invoke-Plain @'
$global:server = Start-FineTuningServer "$folder/../data" -ApiKey (Secure key) -PassThru
$global:connection = Connect-FineTuning $server.Endpoint -ApiKey (Secure key) -PassThru
'@
# Connections of all kinds to the gateway, one for each fault.
$connect = @'
param($gateway, $kinds, $admin)
$global:faulty = @{}
$more = if ($admin) { @{ AdminSecretName = 'admin' } } else { @{} }
$secrets = @(
    { @{ ApiKey = Secure key } }
    { @{ AccessToken = Secure bearer } }
    { @{ TokenProvider = { Secure token } } }
)
foreach ($kind in $kinds) {
    $key = & $secrets[$faulty.Count % 3]
    $where = switch ($kind) {
        'refused' { 'http://127.0.0.1:1/v1' }
        'tls' { "https://127.0.0.1:$gateway/v1" }
        'proxy' { 'http://far.example/v1' }
        'tunnel' { 'https://far.example/v1' }
        default { "http://127.0.0.1:$gateway/$kind/v1" }
    }
    $proxy = @{}
    if ($kind -in 'proxy', 'tunnel') {
        $proxy.Proxy = "http://127.0.0.1:$gateway"
        $proxy.ProxyCredential = [pscredential]::new('me', (Secure proxy))
        $proxy.AllowInsecureHttp = $true
    }
    $timeout = switch ($kind) { 'hang' { 60 } 'late' { 0.2 } default { 10 } }
    $retries = [int] ($kind -in 'e429', 'e500', 'reset')
    $rest = @{
        Header = @{ 'X-Canary' = Secure header }
        TimeoutSec = $timeout
        MaxRetryCount = $retries
        WarningAction = 'Ignore'
    }
    $faulty[$kind] = Connect-FineTuning $where @key @proxy @more @rest -SkipCheck -PassThru
}
$null = Connect-FineTuning $server.Endpoint -ApiKey (Secure key)
'@
$kinds = @(
    'e400', 'e401', 'e403', 'e404', 'e409', 'e413', 'e429', 'e500'
    'html', 'page', 'junk', 'gzip', 'cut', 'redirect', 'reset', 'late', 'refused', 'tls', 'proxy', 'tunnel'
)
$null = Invoke-Plain $connect @($Gateway, ($kinds + 'hang'), (-not $Leak))
$null = Invoke-Plain '$global:Error.Clear()'
$null = $screen.TakeText()

$prepare = @'
$global:file = Send-FineTuningFile $train -Force
$global:spare = Send-FineTuningFile $train -Force
$global:job = New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Wait
function global:Long { New-FineTuningJob gpt-4o-mini $file -EpochCount 50 -BatchSize 1 }
'@
$session = '$null = Connect-FineTuning $server.Endpoint -ApiKey (Secure key); '
$told = '$VerbosePreference = $DebugPreference = "Continue"; '

function Invoke-Cmdlet([string] $Name) {
    $scenario = $scenarios[$Name]
    foreach ($text in $scenario.Success) {
        $result = Invoke-Scenario "$Name success" ($session + $text)
        if ($result.Errors -gt 0) { $script:unwanted += "$Name success: $text" }
        $null = Invoke-Scenario "$Name told" ($session + $told + $text)
    }
    foreach ($text in $scenario.Failure) {
        $result = Invoke-Scenario "$Name failure" ($session + $told + $text)
        if ($result.Errors -eq 0) { $script:unwanted += "$Name failure: $text" }
    }
    if ((Get-Command $Name).Parameters.ContainsKey('WhatIf')) {
        $null = Invoke-Scenario "$Name -WhatIf" ($session + '$WhatIfPreference = $true; ' + $told +
            @($scenario.Success)[0])
    }
    if (-not $scenario.Call) { return }
    foreach ($kind in $kinds) {
        # A transcript gets what the screen gets, which is searched each time, and makes a command many times slower.
        # So it goes on for one fault of each cmdlet.
        Set-Transcript ($kind -eq 'e401')
        $call = "$($scenario.Call) -Connection `$faulty['$kind'] -Verbose -Debug"
        $result = Invoke-Scenario "$Name fault $kind" $call -Seconds 2
        if ($result.Errors -eq 0 -and -not $result.IsStopped -and
            $kind -notin @($scenario.Taken)) { $script:unwanted += "$Name fault $kind" }
    }
    $null = Invoke-Scenario "$Name Ctrl+C" "$($scenario.Call) -Connection `$faulty['hang'] -Verbose -Debug" -Stop
    Set-Transcript $true
}

$unwanted = @()
$missing = @($cmdlets | Where-Object { -not $scenarios.ContainsKey($_) })
Import-Module $Module
$leaks = [ordered]@{}
if ($Leak) {
    foreach ($one in $Leak -split '§') {
        $name, $calls = $one -split '=', 2
        $before = [CanaryEye]::Found.Count
        [Environment]::SetEnvironmentVariable('CANARY_LEAK', $name)
        $null = Invoke-Scenario "leak $name" ($session + $calls)
        [Environment]::SetEnvironmentVariable('CANARY_LEAK', $null)
        foreach ($left in Get-ChildItem $Work -Recurse -File -Force | Where-Object UnixMode -Like '-*') {
            [CanaryEye]::SeeFile('file', $left.FullName)
            # So that the next leak has to be found by itself.
            if ($left.Name -match '^(leak|started|thing)') { Remove-Item $left }
        }
        $leaks[$name] = [CanaryEye]::Found.Count - $before
    }
} else {
    $null = Invoke-Plain ($session + $prepare)
    foreach ($name in $cmdlets | Where-Object { $_ -notin $missing }) { Invoke-Cmdlet $name }

    # Jobs: what goes through a pipe to another process or runspace.
    $null = Invoke-Scenario 'Start-ThreadJob' ($session +
        '$c = Get-FineTuningConnection; Start-ThreadJob { Get-FineTuningJob -Connection $using:c -Verbose; ' +
        'Get-FineTuningJob x -Connection ($using:faulty)["e401"] } | Wait-Job | Tee-Object -Variable j | ' +
        'Receive-Job; $j.ChildJobs; $j | Remove-Job')
    $null = Invoke-Scenario 'Start-Job' (('$k = Secure key; Start-Job { Import-Module $using:Module; $c = ' +
            'Connect-FineTuning $using:server.Endpoint -ApiKey $using:k -PassThru -Verbose; $c; Get-FineTuningJob ' +
            'nothing -Verbose -Debug } | Wait-Job | Tee-Object -Variable j | Receive-Job; $j.ChildJobs; $j | ' +
            'Remove-Job').Replace('$using:Module', "'$Module'"))

    # A server that is killed in the middle of its work, and one whose disk fails under it.
    $null = Invoke-Scenario 'server killed' ($session +
        '$null = New-FineTuningJob gpt-4o-mini $train -EpochCount 50; See-Process; $p = Get-Process -Id ' +
        '$server.ProcessId; $p.Kill(); $p.WaitForExit(); Get-FineTuningJob -Verbose -Debug; Stop-FineTuningServer ' +
        '$server')
    $null = Invoke-Scenario 'server that fails' ('$global:server = Start-FineTuningServer "$folder/../data" -ApiKey ' +
        '(Secure key) -PassThru; Get-ChildItem "$folder/../data" -Directory | Remove-Item -Recurse -Force; ' +
        'Send-FineTuningFile $train -Force -Verbose -Debug; Get-FineTuningServerRequest; Stop-FineTuningServer')
    [CanaryEye]::Scenario = 'afterwards'
    $null = Invoke-Plain ('[CanaryEye]::SeeObject("Get-History", @(Get-History)); ' +
        '[CanaryEye]::SeeObject("Get-Variable", @(Get-Variable -Scope Global | Where-Object Name -NE Error))')
}
$null = Invoke-Plain 'Get-FineTuningServer | Stop-FineTuningServer; Disconnect-FineTuning'
if (-not $Leak) {
    $null = Invoke-Plain '$null = Stop-Transcript'
    $transcript = Get-Item "$Work/transcript.txt"
    [CanaryEye]::SeeFile('transcript', $transcript.FullName)
}
[CanaryEye]::Scenario = 'afterwards'
foreach ($left in Get-ChildItem $Work -Recurse -File -Force | Where-Object UnixMode -Like '-*') {
    [CanaryEye]::SeeFile('file', $left.FullName)
}
$logs = @(Get-ChildItem $Work -Recurse -File -Filter 'server.log*')
foreach ($log in $logs) { [CanaryEye]::SeeFile('log of the server', $log.FullName) }
$processes = Invoke-Plain '$global:processes'
$runspace.Dispose()

[ordered]@{
    Cmdlets     = $cmdlets.Count
    Missing     = $missing
    Unwanted    = $unwanted
    Scenarios   = $count
    Secrets     = [CanaryEye]::Names.Count
    Places      = [CanaryEye]::Places
    Objects     = [CanaryEye]::Objects
    Texts       = [CanaryEye]::Texts
    Files       = [CanaryEye]::Files
    Bytes       = [CanaryEye]::Bytes
    Processes   = [int] "$processes"
    Transcript  = if ($Leak) { 0 } else { $transcript.Length }
    Log         = ($logs | Measure-Object Length -Sum).Sum
    Seconds     = [math]::Round($watch.Elapsed.TotalSeconds)
    Leaks       = $leaks
    Occurrences = [CanaryEye]::Found.Count
    Found       = [CanaryEye]::Found
} | ConvertTo-Json -Depth 5
