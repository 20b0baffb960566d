# What all test files share. It loads the staging under test, which the runner names in the environment.
$script:Manifest = if ($env:FINETUNING_TEST_MODULE) {
    $env:FINETUNING_TEST_MODULE
} else {
    (Resolve-Path "$PSScriptRoot/../../FineTuning.psd1").ProviderPath
}
$script:Run = if ($env:FINETUNING_TEST_RUN) { $env:FINETUNING_TEST_RUN } else { 'net8.0' }
$script:Dialect = if ($env:FINETUNING_TEST_DIALECT) { $env:FINETUNING_TEST_DIALECT } else { 'OpenAI' }

Import-Module $script:Manifest -Global

function Get-TestManifest { $script:Manifest }

function Get-TestRun { $script:Run }

function Test-Azure {
    # Whether the run is over Azure's dialect.
    $script:Dialect -eq 'Azure'
}

function Start-TestServer {
    # A server that keeps nothing, in the dialect of the run, with the session connected to it.
    param([securestring] $ApiKey, [string] $Path)
    $parameters = @{ PassThru = $true; Dialect = $script:Dialect }
    if ($ApiKey) { $parameters.ApiKey = $ApiKey }
    if ($Path) { $parameters.Path = $Path } else { $parameters.Memory = $true }
    Start-FineTuningServer @parameters
}

function Connect-TestServer {
    # Connects the session again, in the dialect of the run.
    param([Parameter(Mandatory)] $Server, [securestring] $ApiKey, [int] $MaxRetryCount = 3, [switch] $PassThru)
    $parameters = @{
        Endpoint = if (Test-Azure) { 'Local' } else { $Server.Endpoint }
        SkipCheck = $true
        MaxRetryCount = $MaxRetryCount
        PassThru = $PassThru
    }
    if ($ApiKey) { $parameters.ApiKey = $ApiKey }
    Connect-FineTuning @parameters
}

function Get-Word([string] $Status) {
    # A status as the dialect of the run spells it.
    if (-not (Test-Azure)) { return $Status }
    switch ($Status) {
        { $_ -in 'validating_files', 'queued', 'resuming' } { 'pending'; break }
        'cancelled' { 'canceled'; break }
        default { $Status }
    }
}

function Get-ModelPattern([string] $Model, [string] $Suffix) {
    # What the name of a model is like that was made of another.
    if (Test-Azure) {
        "$Model.ft-$('[0-9a-f]' * 32)$(if ($Suffix) { "-$Suffix" })"
    } else {
        "ft:${Model}:local:${Suffix}:*"
    }
}

function Get-Base {
    # The path below which the client asks.
    if (Test-Azure) { '/openai/v1' } else { '/v1' }
}

function Wait-Until {
    # Until a condition holds; a test never sleeps for a fixed time.
    param(
        [Parameter(Mandatory)] [scriptblock] $Condition,
        [Parameter(Mandatory)] [string] $Because,
        [double] $TimeoutSec = 120
    )
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $TimeoutSec) { throw "After $TimeoutSec seconds still not so: $Because." }
        [Threading.Thread]::Sleep(20)
    }
}

function New-TestDataset {
    # A dataset of chat examples, each different, written to a new file.
    param([Parameter(Mandatory)] [string] $Path, [int] $Count = 12, [string] $Word = 'question')
    $text = [Text.StringBuilder]::new()
    for ($i = 1; $i -le $Count; $i++) {
        $answer = ('red', 'green', 'blue')[$i % 3]
        $null = $text.Append("{`"messages`":[{`"role`":`"user`",`"content`":`"$Word $i about $answer`"}," +
            "{`"role`":`"assistant`",`"content`":`"$answer`"}]}`n")
    }
    [IO.File]::WriteAllText($Path, $text.ToString())
    $Path
}

function New-PausedJob {
    # A job that is paused before or during its training; on Azure only during it. A short one may have ended before
    # the pause came: then another is made.
    param(
        [Parameter(Mandatory)] $File,
        [string] $Model = 'gpt-4o-mini',
        [int] $EpochCount = 50,
        [hashtable] $Metadata = @{}
    )
    foreach ($try in 1..20) {
        $job = New-FineTuningJob $Model $File -EpochCount $EpochCount -BatchSize 1 -Metadata $Metadata
        if (Test-Azure) { Wait-Until { (Get-FineTuningJob $job).Status -ne 'pending' } -Because "$job has begun" }
        $job = $job | Suspend-FineTuningJob -ErrorAction Ignore
        if ($job) {
            Wait-Until { (Get-FineTuningJob $job).Status -ne 'pausing' } -Because "$job has come to a stop"
            $job = Get-FineTuningJob $job
            if ($job.Status -eq 'paused') { return $job }
        }
    }
    throw 'No job could be paused before it had ended.'
}

function ConvertTo-TestKey([string] $Text) {
    $key = [securestring]::new()
    foreach ($character in $Text.ToCharArray()) { $key.AppendChar($character) }
    $key
}

function Get-ErrorText($Record) {
    # What a person sees: the message, and the next step, which PowerShell shows by itself since 7.5 and which stands
    # in the message before.
    "$($Record.ErrorDetails) $($Record.ErrorDetails.RecommendedAction)"
}

function Get-RunFile {
    # The description of a server, with the token that opens its control paths.
    param([Parameter(Mandatory)] $Server)
    $folder = Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) 'FineTuning/run'
    Get-ChildItem -Path $folder -Filter *.json |
        ForEach-Object { Get-Content -LiteralPath $_ -Raw | ConvertFrom-Json } | Where-Object pid -EQ $Server.ProcessId
}

function Invoke-ServerControl([string] $Method, $Server) {
    $run = Get-RunFile $Server
    $root = [uri]::new($run.url).GetLeftPart('Authority')
    Invoke-RestMethod -Method $Method -Uri "$root/_server/requests" -Headers @{ 'X-Control-Token' = $run.control_token }
}

function Clear-ServerRequest {
    # Starts to count anew.
    param([Parameter(Mandatory)] $Server)
    $null = Invoke-ServerControl Delete $Server
}

function Get-ServerRequest {
    # What the server was asked since, as "METHOD path" with method, path, status and the rest beside it. Paths are
    # given as OpenAI's in either dialect.
    param([Parameter(Mandatory)] $Server)
    foreach ($entry in (Invoke-ServerControl Get $Server).data) {
        if (Test-Azure) { $entry.path = $entry.path -replace '^/openai/v1', '/v1' }
        $entry | Add-Member -NotePropertyName line -NotePropertyValue "$($entry.method) $($entry.path)" -PassThru
    }
}

function Invoke-Captured {
    # Runs a script and keeps its output, its errors, the one that ended it, and its warnings apart.
    param([Parameter(Mandatory)] [scriptblock] $Script)
    $output = [Collections.Generic.List[object]]::new()
    $errors = [Collections.Generic.List[object]]::new()
    $warnings = [Collections.Generic.List[object]]::new()
    $terminating = $null
    try {
        & $Script 2>&1 3>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) { $errors.Add($_) }
            elseif ($_ -is [Management.Automation.WarningRecord]) { $warnings.Add($_) }
            else { $output.Add($_) }
        }
    } catch {
        $terminating = $_
    }
    [pscustomobject]@{
        Output = $output.ToArray()
        Errors = $errors.ToArray()
        Warnings = $warnings.ToArray()
        Terminating = $terminating
    }
}

function Invoke-ChildPwsh {
    # Runs a script in a PowerShell of its own, without a screen or a keyboard. With -OpenInput the keyboard is a pipe
    # that nobody writes to.
    param(
        [Parameter(Mandatory)] [string] $Script,
        [hashtable] $Environment = @{},
        [switch] $Bare,
        [int] $TimeoutSec = 120,
        [AllowEmptyCollection()] [string[]] $Option = '-NonInteractive', [switch] $OpenInput
    )
    $file = Join-Path ([IO.Path]::GetTempPath()) "child-$([guid]::NewGuid().ToString('N')).ps1"
    Set-Content -LiteralPath $file -Value $Script
    $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
    foreach ($argument in @('-NoLogo', '-NoProfile') + $Option + '-File', $file) { $start.ArgumentList.Add($argument) }
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    if ($Bare) {
        # What this process has set since its start, the module among others, is not handed on.
        $needed = ('^(PATH|HOME|USERPROFILE|LOCALAPPDATA|APPDATA|TMPDIR|TEMP|TMP|SystemRoot|windir|PSModulePath|' +
            'DOTNET_.*|XDG_.*|POWERSHELL_.*)$')
        foreach ($name in @($start.Environment.Keys) -notmatch $needed) { $null = $start.Environment.Remove($name) }
    }
    $start.Environment['NO_COLOR'] = '1'
    foreach ($name in $Environment.Keys) {
        if ($null -eq $Environment[$name]) {
            $null = $start.Environment.Remove($name)
        } else {
            $start.Environment[$name] = $Environment[$name]
        }
    }
    $process = [Diagnostics.Process]::Start($start)
    try {
        $process.StandardInput.Close()
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        if (-not $process.WaitForExit($TimeoutSec * 1000)) {
            $process.Kill($true)
            throw "The child process did not end within $TimeoutSec seconds."
        }
        $process.WaitForExit()
        [pscustomobject]@{
            ExitCode = $process.ExitCode
            Output   = @($output.Result -split '\r?\n' | Where-Object { $_ })
            Errors   = $errors.Result
        }
    } finally {
        $process.Dispose()
        Remove-Item -LiteralPath $file
    }
}

function Start-TestPipeline {
    # Runs a script in a runspace of its own, so that it can be stopped as Ctrl+C does. The script gets the argument.
    # Its screen keeps what is told when the pipeline takes nothing any more.
    param([Parameter(Mandatory)] [string] $Script, [object] $Argument)
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($script:Manifest)
    if (-not ('TestHost' -as [type])) { Add-Type -Path "$PSScriptRoot/TestHost.cs" }
    $screen = [TestHost]::new()
    $runspace = [runspacefactory]::CreateRunspace($screen, $state)
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    $null = $shell.AddScript($Script).AddArgument($Argument)
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    [pscustomobject]@{
        Shell = $shell
        Output = $output
        Screen = $screen
        Async = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
    }
}

function Stop-TestPipeline {
    # Stops it and says how long that took, without the time in which the machine let nothing of this process run.
    param([Parameter(Mandatory)] $Pipeline)
    if (-not ('StallMeter' -as [type])) { Add-Type -Path "$PSScriptRoot/StallMeter.cs" }
    [StallMeter]::Measure($Pipeline.Shell.Stop)
}

function Test-ProcessRuns([int] $ProcessId) {
    [bool] (Get-Process -Id $ProcessId -ErrorAction Ignore)
}

function Get-ParameterOf([string] $Command) {
    # A command's own parameters: without the common ones.
    $common = @(
        [Management.Automation.Cmdlet]::CommonParameters
        [Management.Automation.Cmdlet]::OptionalCommonParameters
    )
    (Get-Command $Command).Parameters.Values | Where-Object Name -NotIn $common
}

Export-ModuleMember -Function *
