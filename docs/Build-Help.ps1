# Checks the markdown help against the module and builds the MAML help of it, beside both assemblies.
param([Parameter(Mandatory)][string] $Module, [Parameter(Mandatory)][string] $Markdown, [Parameter(Mandatory)][string] $Output)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0
Import-Module $Module -Force
$commands = Get-Command -Module FineTuning
$common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
$faults = @()
foreach ($command in $commands) {
    $page = "$Markdown/$($command.Name).md"
    if (-not (Test-Path $page)) { $faults += "There is no page for $($command.Name)."; continue }
    $text = Get-Content $page -Raw
    if ($text -match '\{\{ ?(Fill|Add|Insert)') { $faults += "$page has unfilled places." }
    foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common -or $_ -in 'First', 'Skip', 'WhatIf', 'Confirm' }) {
        if ($text -notmatch "(?m)^### -$parameter\s*$") { $faults += "$page says nothing of -$parameter." }
    }
    foreach ($match in [regex]::Matches($text, '(?m)^### -(\w+)\s*$')) {
        if ($match.Groups[1].Value -notin $command.Parameters.Keys) { $faults += "$page describes -$($match.Groups[1].Value), which is not there." }
    }
}
foreach ($page in Get-ChildItem $Markdown -Filter *-*.md) {
    if ($page.BaseName -notin $commands.Name) { $faults += "$($page.Name) describes a cmdlet that is not there." }
}
if ($faults) { $faults | ForEach-Object { Write-Host $_ -ForegroundColor Red }; exit 1 }

$work = Join-Path ([IO.Path]::GetTempPath()) "finetuning-help-$PID"
try {
    $help = Get-ChildItem $Markdown -Filter *-*.md | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName }
    $maml = $help | Export-MamlCommandHelp -OutputFolder $work -Force
    foreach ($target in 'net8.0', 'netstandard2.0') {
        $folder = New-Item (Join-Path $Output "$target/en-US") -ItemType Directory -Force
        Copy-Item $maml.FullName (Join-Path $folder 'FineTuning.dll-Help.xml') -Force
    }
    "$($commands.Count) pages"
} finally {
    if (Test-Path $work) { Remove-Item $work -Recurse -Force }
}
