<#
.SYNOPSIS
Runs the Pester tests against one staging of the module, in a process and a home folder of their own.

.DESCRIPTION
The tests talk to the real local server. They run in a child process whose home, data and temporary folders are made for
the run and removed after it, so that no file of the user is read or written. At the end no server may be left: one that
is counts as a failed test.

Without Pester the tests are counted as skipped, and the line that installs it is shown.

.PARAMETER Module
The manifest of the staging: a FineTuning.psd1 with its bin folder beside it.

.PARAMETER Report
Where the counts go, as JSON with passed, failed, skipped, and failures: a line each with the name and the message of a
test that failed.

.PARAMETER Run
The name of the run: net8.0, canary, netstandard2.0, package or azure. Runs.psd1 says which files each takes, if no
others are named.

.PARAMETER Dialect
What the local server speaks in the files that start it as the run says.

.PARAMETER Path
Test files or folders, to run some of them.

.PARAMETER Filter
Runs only the tests whose names, with those of their blocks, have this text in them. The others are not counted.

.PARAMETER Fast
Runs the quick files only, if no others are named.

.PARAMETER Output
How much Pester shows: None, Normal, Detailed or Diagnostic.

.EXAMPLE
./Invoke-ModuleTests.ps1 -Path Job.Tests.ps1 -Output Detailed
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../../FineTuning.psd1",
    [string] $Report,
    [string] $Run = 'net8.0',
    [ValidateSet('OpenAI', 'Azure')]
    [string] $Dialect = 'OpenAI',
    [string[]] $Path = $PSScriptRoot,
    [string] $Filter,
    [switch] $Fast,
    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Output = 'Normal',
    [Parameter(DontShow)]
    [switch] $Inside
)

# A run that takes longer hangs; an end with a message is worth more than a build that never ends.
$patience = [timespan]::FromMinutes(25)
# The files of -Fast: what every change may break, and what takes seconds.
$quick = 'Module', 'ConvertTo', 'Dataset', 'Fault'
Import-Module "$PSScriptRoot/../../build/Modules.psm1"

function Write-Report([int] $Passed, [int] $Skipped, [string[]] $Failure) {
    $failed = $Failure.Count
    if ($Report) {
        [ordered]@{ passed = $Passed; failed = $failed; skipped = $Skipped; failures = $Failure } | ConvertTo-Json |
            Set-Content -LiteralPath $Report
    }
    if (-not $Inside) { Write-Host "$Run`: $Passed passed, $failed failed, $Skipped skipped" }
    exit [int] ($failed -gt 0)
}

function Get-TestFile {
    $files = Get-ChildItem -Path $Path -Filter *.Tests.ps1 -Recurse -ErrorAction Stop | Sort-Object FullName
    $areAll = $Path.Count -eq 1 -and $Path[0] -eq $PSScriptRoot
    if (-not $areAll) { return $files }
    if ($Fast) { return $files | Where-Object Name -In ($quick -replace '$', '.Tests.ps1') }
    $runs = Import-PowerShellDataFile "$PSScriptRoot/Runs.psd1"
    $chosen = $runs[$Run]
    if (-not $chosen) { return $files | Where-Object Name -NotIn ($runs.canary -replace '$', '.Tests.ps1') }
    $names = $chosen -replace '$', '.Tests.ps1'
    $lost = @($names | Where-Object { $_ -notin $files.Name })
    if ($lost) { throw "Runs.psd1 names files that are not there: $lost." }
    $files | Where-Object Name -In $names
}

function Measure-It {
    # Counted in the syntax tree, since nothing can run.
    foreach ($file in Get-TestFile) {
        $tree = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
        $tree.FindAll({
                param($node)
                $node -is [Management.Automation.Language.CommandAst] -and $node.GetCommandName() -eq 'It'
            }, $true).Count
    }
}

function Format-Failure([string] $Name, $Reason) {
    # One line, so that a list of them can be read at the end of a long run.
    "$Name`: $($Reason -join ' ')" -replace '\s+', ' '
}

function Invoke-Inside {
    # Runs the tests; the folders of this process are the run's own by now.
    Import-Module (Find-NeededModule Pester).Path
    $configuration = New-PesterConfiguration
    $configuration.Run.Path = @((Get-TestFile).FullName)
    $configuration.Run.PassThru = $true
    if ($Filter) { $configuration.Filter.FullName = "*$([WildcardPattern]::Escape($Filter))*" }
    $configuration.Output.Verbosity = $Output
    $configuration.Output.RenderMode = 'Plaintext'
    $configuration.TestRegistry.Enabled = $false
    $result = Invoke-Pester -Configuration $configuration
    $failures = @(
        foreach ($test in $result.Failed) { Format-Failure $test.ExpandedPath $test.ErrorRecord }
        # A file that could not be read at all has no tests to fail.
        foreach ($file in $result.FailedContainers) { Format-Failure $file.Item $file.ErrorRecord }
    )
    # What the filter leaves out was not asked for.
    $notRun = if ($Filter) { 0 } else { $result.NotRunCount }
    Write-Report $result.PassedCount ($result.SkippedCount + $notRun + $result.InconclusiveCount) $failures
}

function New-RunEnvironment([string] $RunHome) {
    $folders = @{
        HOME = ''; USERPROFILE = ''; LOCALAPPDATA = 'local'; APPDATA = 'roaming'; XDG_DATA_HOME = 'data'
        XDG_CONFIG_HOME = 'config'; XDG_CACHE_HOME = 'cache'; XDG_STATE_HOME = 'state'
        TMPDIR = 'tmp'; TEMP = 'tmp'; TMP = 'tmp'
    }
    $values = @{
        NO_COLOR                    = '1'
        POWERSHELL_TELEMETRY_OPTOUT = '1'
        POWERSHELL_UPDATECHECK      = 'Off'
        FINETUNING_TEST_MODULE      = (Resolve-Path -LiteralPath $Module -ErrorAction Stop).ProviderPath
        FINETUNING_TEST_RUN         = $Run
        FINETUNING_TEST_DIALECT     = $Dialect
        OPENAI_API_KEY              = $null
        OPENAI_BASE_URL             = $null
        OPENAI_ORG_ID               = $null
        OPENAI_PROJECT_ID           = $null
    }
    foreach ($name in $folders.Keys) {
        $values[$name] = (New-Item (Join-Path $RunHome $folders[$name]) -ItemType Directory -Force).FullName
    }

    # A dotnet in the user's home is not in the run's home.
    $userDotnet = Join-Path ([Environment]::GetFolderPath('UserProfile')) '.dotnet'
    if (Get-ChildItem -Path $userDotnet -Filter 'dotnet*' -File -ErrorAction Ignore) {
        $values.PATH = $env:PATH + [IO.Path]::PathSeparator + $userDotnet
    }
    $values
}

function Invoke-Isolated([string] $RunHome, [string] $InnerReport) {
    $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $arguments = @(
        '-NoLogo', '-NoProfile', '-NonInteractive', '-File', $PSCommandPath, '-Inside', '-Module', $Module
        '-Report', $InnerReport, '-Run', $Run, '-Dialect', $Dialect, '-Output', $Output
        if ($Filter) { '-Filter', $Filter }
    )
    foreach ($argument in $arguments) { $start.ArgumentList.Add($argument) }
    $environment = New-RunEnvironment $RunHome
    # A list does not go through -File, so the files go through the environment.
    $environment.FINETUNING_TEST_PATH = (Get-TestFile).FullName -join [IO.Path]::PathSeparator
    foreach ($name in $environment.Keys) {
        if ($null -ne $environment[$name]) { $start.Environment[$name] = $environment[$name] }
        else { $null = $start.Environment.Remove($name) }
    }
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    if (-not $process.WaitForExit($patience)) {
        $process.Kill($true)
        $process.WaitForExit()
        Write-Warning "The tests had not ended after $($patience.TotalMinutes) minutes and were stopped."
    }
}

function Stop-LeftServer([string] $RunHome) {
    # Whatever the tests started has a run file in the run's home. Servers that keep nothing end by themselves with the
    # process of the tests.
    $deadline = [datetime]::Now.AddSeconds(10)
    while ($files = @(Get-ChildItem $RunHome -Recurse -Filter *.json -ErrorAction Ignore |
                Where-Object { $_.Directory.Name -eq 'run' })) {
        if ([datetime]::Now -gt $deadline) {
            foreach ($file in $files) {
                $server = Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json
                Write-Warning ("The run file $($file.Name) was left; its server, process $($server.pid) with the " +
                    "data $($server.data), is stopped now.")
                Stop-Process -Id $server.pid -ErrorAction Ignore
                "A server was left with the data $($server.data)."
            }
            return
        }
        [Threading.Thread]::Sleep(50)
    }
}

if ($Inside) {
    if ($env:FINETUNING_TEST_PATH) { $Path = $env:FINETUNING_TEST_PATH -split [IO.Path]::PathSeparator }
    Invoke-Inside
}

foreach ($name in 'Pester', 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore') {
    if (-not (Find-NeededModule $name)) { Write-Warning (Get-MissingModuleText $name) }
}
if (-not (Find-NeededModule Pester)) {
    Write-Report 0 (Measure-It | Measure-Object -Sum).Sum @()
}

$runName = "ft-tests-$PID-$([guid]::NewGuid().ToString('N').Substring(0, 6))"
$runHome = (New-Item (Join-Path ([IO.Path]::GetTempPath()) $runName) -ItemType Directory).FullName
try {
    $inner = Join-Path $runHome 'report.json'
    Invoke-Isolated $runHome $inner
    $left = @(Stop-LeftServer $runHome)
    if (Test-Path -LiteralPath $inner) {
        $counts = Get-Content -LiteralPath $inner -Raw | ConvertFrom-Json
    } else {
        Write-Warning 'The tests came to no result.'
        $counts = [pscustomobject]@{ passed = 0; skipped = 0; failures = @('The tests came to no result.') }
    }
} finally {
    Remove-Item -LiteralPath $runHome -Recurse -Force -ErrorAction Ignore
}
Write-Report $counts.passed $counts.skipped (@($counts.failures) + $left)
