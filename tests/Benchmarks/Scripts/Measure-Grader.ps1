# Grades samples at an endpoint in this process, and tells how long it took, whether all came back in order, and what
# memory it needed, as JSON.
param([string] $Module, [string] $Endpoint, [int] $Count, [int] $ThrottleLimit)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
Import-Module $Module

function Get-Peak { [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 }

$key = [securestring]::new()
foreach ($character in 'sk-bench'.ToCharArray()) { $key.AppendChar($character) }
Connect-FineTuning $Endpoint -ApiKey $key -SkipCheck
$grader = @{
    type = 'string_check'
    name = 'g'
    operation = 'eq'
    input = '{{sample.output_text}}'
    reference = '{{item.text}}'
}
$text = 'a text of the length that an item of a dataset may have, ' * 8

# What the first call compiles is not what is measured. The endpoint answers numbers below 0 at once and does not
# count them.
1..64 | ForEach-Object { [pscustomobject]@{ model_sample = "$(-$_)"; text = $text } } |
    Invoke-Grader $grader -ThrottleLimit $ThrottleLimit | Out-Null
$idle = Get-Peak
$heap = [GC]::GetTotalMemory($true)
$next = 0
$wrong = 0
$watch = [System.Diagnostics.Stopwatch]::StartNew()
& { for ($i = 0; $i -lt $Count; $i++) { [pscustomobject]@{ model_sample = "$i"; text = $text } } } |
    Invoke-Grader $grader -ThrottleLimit $ThrottleLimit |
    ForEach-Object {
        if ($_.ModelSample -ne "$next" -or $_.Item.model_sample -ne "$next" -or
            [Math]::Abs($_.Reward - $next % 1000 / 1000) -gt 1e-12) { $wrong++ }
        $next++
    }
$seconds = $watch.Elapsed.TotalSeconds
ConvertTo-Json -Compress @{
    seconds = $seconds
    count = $next
    wrong = $wrong
    peak = (Get-Peak) - $idle
    heap = [GC]::GetTotalMemory($true) - $heap
}
