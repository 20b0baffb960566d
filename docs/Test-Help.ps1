<#
.SYNOPSIS
Checks the pages of docs/help and the topics of docs/about against the module. Nothing is written, and PlatyPS is not
needed.

.DESCRIPTION
Each fault is a line, and the exit code is 1 then. What only PlatyPS can tell, Build-Help.ps1 checks.
#>
param([Parameter(Mandatory)] [string] $Module)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module $Module -Force
$commands = Get-Command -Module FineTuning
$common = [System.Management.Automation.PSCmdlet]::CommonParameters
$pages = Get-ChildItem "$PSScriptRoot/help" -Filter *-*.md
$topics = Get-ChildItem "$PSScriptRoot/about" -Filter about_*.md

function Test-Page([System.Management.Automation.CommandInfo] $Command) {
    $page = "$PSScriptRoot/help/$($Command.Name).md"
    if (-not (Test-Path $page)) { return "There is no page for $($Command.Name)." }
    $text = Get-Content $page -Raw
    if ($text -match '\{\{ ?(Fill|Add|Insert)') { "$page has unfilled places." }
    if ([regex]::Matches($text, '(?m)^### Example \d+: \S.*\n\n```powershell\n[^`]+\n```\n\n[^\s#]').Count -lt 2) {
        "$page needs two examples with a title, a code block and a sentence."
    }
    foreach ($block in [regex]::Matches($text, '(?s)```powershell\n(.*?)```')) {
        # Get-Help indents code by four; what is longer breaks in a window of 100 columns.
        foreach ($line in $block.Groups[1].Value -split '\n' | Where-Object Length -GT 95) {
            "$page has a line of code that is too long: $line"
        }
    }
    foreach ($heading in 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS') {
        if ($text -notmatch "(?m)^## $heading\n\n[^\s#]|^## $heading\n\n### \S+\n\n\S") {
            "$page has nothing under $heading."
        }
    }
    $described = [regex]::Matches($text, '(?m)^### -(\w+)\n\n([^\n]+)') | ForEach-Object { $_.Groups[1].Value }
    foreach ($parameter in $Command.Parameters.Keys | Where-Object { $_ -notin $common -and $_ -notin $described }) {
        "$page says nothing of -$parameter."
    }
    foreach ($parameter in $described | Where-Object { $_ -notin $Command.Parameters.Keys }) {
        "$page describes -$parameter, which is not there."
    }
    foreach ($match in [regex]::Matches($text, '\]\(([^)]+)\)')) {
        $target = $match.Groups[1].Value
        if ($target -notmatch '^https://' -and -not (Test-Path (Join-Path $PSScriptRoot 'help' $target))) {
            "$page links to $target, which is not there."
        }
    }
    Test-Mention $page $text
}

function Test-Topic([IO.FileInfo] $Topic) {
    $text = Get-Content $Topic -Raw
    if ($text -notmatch "^# $($Topic.BaseName)\n\n## Short description\n\n\S[^\n]{9,}\n\n##") {
        "$($Topic.Name) does not begin with its name and a short description."
    }
    Test-Mention $Topic.Name $text
}

function Test-Mention([string] $Page, [string] $Text) {
    # Topics, cmdlets and codes of problems that the text names are there.
    foreach ($match in [regex]::Matches($Text, '\babout_\w+')) {
        if ($match.Value -ne 'about_CommonParameters' -and $match.Value -notin $topics.BaseName) {
            "$Page names the topic $($match.Value), which is not there."
        }
    }
    foreach ($match in [regex]::Matches($Text, '\b[A-Z][a-z]+-(FineTun|Checkpoint|Grader)\w*')) {
        if ($match.Value -notin $commands.Name) { "$Page names $($match.Value), which is not there." }
    }
    foreach ($match in [regex]::Matches($Text, '\bFT1\d{3}\b')) {
        if (-not [FineTuning.Core.Datasets.ProblemCodes]::Find($match.Value)) {
            "$Page names $($match.Value), which is not there."
        }
    }
}

$faults = @(
    $commands | ForEach-Object { Test-Page $_ }
    $pages | Where-Object BaseName -NotIn $commands.Name |
        ForEach-Object { "$($_.Name) describes a cmdlet that is not there." }
    $topics | ForEach-Object { Test-Topic $_ }
    & "$PSScriptRoot/Build-DatasetChecks.ps1" -Module $Module -Check
)
$faults
if ($faults) { exit 1 }
"$($pages.Count) pages and $($topics.Count) topics are in order."
