<#
.SYNOPSIS
Writes the catalogue of dataset checks, docs/dataset-checks.md and the tables of about_FineTuning_Datasets, out of the
code.

.DESCRIPTION
The catalogue is FineTuning.Core's ProblemCodes, of the module as it is staged. With -Check nothing is written: each
file that is not what the code says is named.
#>
param([Parameter(Mandatory)][string] $Module, [switch] $Check)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module $Module
$codes = [FineTuning.Core.Datasets.ProblemCodes]::All
$groups = [ordered]@{
    FT10 = 'the file'
    FT11 = 'the line and its JSON'
    FT12 = 'chat messages and tools'
    FT13 = 'completion'
    FT14 = 'preference'
    FT15 = 'reinforcement'
    FT16 = 'the set'
}

function Format-Severity([object] $Code) { "$($Code.Severity)".ToLowerInvariant() }

function Format-Example([string] $Text) {
    # A line of a dataset, or the description of a file that cannot stand here.
    if ($Text -eq '') { return 'Example: a line with nothing in it.' }
    if ($Text -match '^[{\[]' -and $Text -notmatch '\} (in|with) ') { return "``````json`n$Text`n``````" }
    "Example: $($Text -replace '(\{.*\})', '`$1`')."
}

function Format-CodeTable([string] $Prefix) {
    '| Code | Kind | Problem |'
    '| --- | --- | --- |'
    foreach ($code in $codes | Where-Object Code -Like "$Prefix*") {
        "| $($code.Code) | $(Format-Severity $code) | $($code.Title): $($code.Fix) |"
    }
}

function Format-Catalogue {
    @"
# Dataset checks

What ``Test-FineTuningDataset`` finds, and what ``New-FineTuningJob``, ``Send-FineTuningFile`` and the local server
check: $($codes.Count) kinds of problem. Codes are stable: scripts may rely on them. An **error** is what a service
refuses; a **warning** is what it takes although it is likely a mistake. This page is made from the code by
[Build-DatasetChecks.ps1](Build-DatasetChecks.ps1). FT1606 and FT1607 are looked for with ``-SecretScan`` only; FT1604
and FT1605 need a validation file.

| Codes | About |
| --- | --- |
"@
    foreach ($prefix in $groups.Keys) {
        $titles = $codes | Where-Object Code -Like "$prefix*" | ForEach-Object Title
        "| $prefix | $($groups[$prefix]): $($titles -join '; ') |"
    }
    ''
    foreach ($prefix in $groups.Keys) {
        "## ${prefix}: $($groups[$prefix])"
        ''
        foreach ($code in $codes | Where-Object Code -Like "$prefix*") {
            "### $($code.Code) $($code.Title)"
            ''
            "**$(Format-Severity $code)**: $($code.Explanation)"
            ''
            Format-Example $code.Example
            ''
            $mends = if ($code.IsRepairable) { ' `Repair-FineTuningDataset` mends it.' }
            $converts = if ($null -ne $code.Source) {
                " ``ConvertTo-FineTuningDataset -From $($code.Source)`` converts it."
            }
            "What to do: $($code.Fix)$mends$converts"
            ''
        }
    }
}

function Format-Topic([string] $Text) {
    foreach ($prefix in $groups.Keys) {
        $table = (Format-CodeTable $prefix) -join "`n"
        # Not -replace: titles have characters that mean something there.
        $Text = [regex]::Replace($Text, "(?s)(### ${prefix}: [^\n]+\n\n).*?(?=\n\n#)",
            { param($match) $match.Groups[1].Value + $table })
    }
    $Text
}

$topic = "$PSScriptRoot/about/about_FineTuning_Datasets.md"
$wanted = [ordered]@{
    "$PSScriptRoot/dataset-checks.md" = ((Format-Catalogue) -join "`n").TrimEnd() + "`n"
    $topic                            = Format-Topic (Get-Content $topic -Raw)
}
foreach ($path in $wanted.Keys) {
    if ((Test-Path $path) -and (Get-Content $path -Raw) -ceq $wanted[$path]) { continue }
    if ($Check) { "$path is not what the code says; run ./build.ps1 docs." }
    else { [IO.File]::WriteAllText($path, $wanted[$path]); "Written: $path" }
}
