# Checks a dataset in this process, which has done nothing else before, and tells how long it took and what memory it
# needed, as JSON.
param([string] $Module, [string] $Path, [int] $Count)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $Module

function Get-Peak { [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 }

$idle = Get-Peak
$seconds = foreach ($i in 1..$Count) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $report = Test-FineTuningDataset $Path
    $watch.Elapsed.TotalSeconds
    if ($i -eq 1) { $peak = Get-Peak }
}
ConvertTo-Json -Compress @{
    seconds = @($seconds)
    examples = $report.ExampleCount
    problems = $report.ErrorCount
    peak = $peak - $idle
}
