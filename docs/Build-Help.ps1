<#
.SYNOPSIS
Checks the markdown help against the module and builds of it what Get-Help reads, beside both assemblies.

.DESCRIPTION
docs/help becomes FineTuning.dll-Help.xml, docs/about becomes about_*.help.txt. Both go to the en-US folders beside the assemblies: the
cmdlets belong to the nested binary module, and its folder is where PowerShell looks for their help and for topics.
#>
param([Parameter(Mandatory)][string] $Module, [Parameter(Mandatory)][string] $Markdown, [Parameter(Mandatory)][string] $Output)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module Microsoft.PowerShell.PlatyPS -MinimumVersion 1.0.0
Import-Module $Module -Force
$commands = Get-Command -Module FineTuning
$common = [System.Management.Automation.PSCmdlet]::CommonParameters
$about = Join-Path (Split-Path $Markdown) 'about'
$pages = Get-ChildItem $Markdown -Filter *-*.md
$topics = Get-ChildItem $about -Filter about_*.md
$width = 80

function Test-Page([System.Management.Automation.CommandInfo] $Command) {
    $page = "$Markdown/$($Command.Name).md"
    if (-not (Test-Path $page)) { return "There is no page for $($Command.Name)." }
    $text = Get-Content $page -Raw
    if ($text -match '\{\{ ?(Fill|Add|Insert)') { "$page has unfilled places." }
    if ([regex]::Matches($text, '(?m)^### Example \d+: \S.*\n\n```powershell\n[^`]+\n```\n\n[^\s#]').Count -lt 2) {
        "$page needs two examples with a title, a code block and a sentence."
    }
    foreach ($block in [regex]::Matches($text, '(?s)```powershell\n(.*?)```')) {
        # Get-Help indents code by four; what is longer breaks in a window of 100 columns.
        foreach ($line in $block.Groups[1].Value -split '\n' | Where-Object Length -GT 95) { "$page has a line of code that is too long: $line" }
    }
    foreach ($heading in 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS') {
        if ($text -notmatch "(?m)^## $heading\n\n[^\s#]|^## $heading\n\n### \S+\n\n\S") { "$page has nothing under $heading." }
    }
    $described = [regex]::Matches($text, '(?m)^### -(\w+)\n\n([^\n]+)') | ForEach-Object { $_.Groups[1].Value }
    foreach ($parameter in $Command.Parameters.Keys | Where-Object { $_ -notin $common -and $_ -notin $described }) {
        "$page says nothing of -$parameter."
    }
    foreach ($parameter in $described | Where-Object { $_ -notin $Command.Parameters.Keys }) { "$page describes -$parameter, which is not there." }
    # The facts beside the text are the module's: a parameter that changed must not keep old ones.
    # PlatyPS reads help that may not be there, which strict code would not survive.
    $asIs = & { Set-StrictMode -Off; New-CommandHelp -CommandInfo $Command }
    $asWritten = Import-MarkdownCommandHelp -Path $page
    foreach ($parameter in $asWritten.Parameters | Where-Object Name -In $Command.Parameters.Keys) {
        $fact = Format-Fact ($asIs.Parameters | Where-Object Name -EQ $parameter.Name)
        if ((Format-Fact $parameter) -ne $fact) { "$page says of -$($parameter.Name): $(Format-Fact $parameter). It is: $fact." }
    }
    $blocks = [regex]::Matches([regex]::Match($text, '(?s)## SYNTAX.*?## ALIASES').Value, '(?s)```\n(.*?)\n```') | ForEach-Object { $_.Groups[1].Value -replace '\s+', ' ' }
    foreach ($syntax in $asIs.Syntax) {
        $line = "$syntax [<CommonParameters>]" -replace '\s+', ' ' -replace 'AutoOr`1\[(\w+)\]', '$1|auto'
        if ($line -notin $blocks) { "$page lacks the syntax: $line" }
    }
    if (@($blocks).Count -ne $asIs.Syntax.Count) { "$page has a syntax too many." }
    foreach ($match in [regex]::Matches($text, '\]\(([^)]+)\)')) {
        $target = $match.Groups[1].Value
        if ($target -notmatch '^https://' -and -not (Test-Path (Join-Path $Markdown $target))) { "$page links to $target, which is not there." }
    }
    Test-Mention $page $text
}

function Test-Mention([string] $Page, [string] $Text) {
    foreach ($match in [regex]::Matches($Text, '\babout_\w+')) {
        if ($match.Value -ne 'about_CommonParameters' -and $match.Value -notin $topics.BaseName) { "$Page names the topic $($match.Value), which is not there." }
    }
    foreach ($match in [regex]::Matches($Text, '\b[A-Z][a-z]+-(FineTun|Checkpoint|Grader)\w*')) {
        if ($match.Value -notin $commands.Name) { "$Page names $($match.Value), which is not there." }
    }
}

function Format-Fact([object] $Parameter) {
    $sets = foreach ($set in $Parameter.ParameterSets | Sort-Object Name) {
        "$($set.Name) at $($set.Position), required $($set.IsRequired), pipeline $($set.ValueFromPipeline)/$($set.ValueFromPipelineByPropertyName)"
    }
    "$($Parameter.Type), aliases '$($Parameter.Aliases -join ' ')', wildcards $($Parameter.SupportsWildcards), $($sets -join '; ')"
}

function Edit-Maml([xml] $Maml, [object[]] $Help) {
    # PlatyPS leaves defaults out, writes code with its fences into the introduction, U+0080 for empty lines, and a link to nowhere.
    $dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
    $mamlSpace = 'http://schemas.microsoft.com/maml/2004/10'
    $names = [System.Xml.XmlNamespaceManager]::new($Maml.NameTable)
    $names.AddNamespace('maml', $mamlSpace)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('dev', $dev)
    foreach ($command in $Maml.SelectNodes('//command:command', $names)) {
        $page = $Help | Where-Object Title -EQ $command.SelectSingleNode('command:details/command:name', $names).InnerText
        foreach ($example in $command.SelectNodes('command:examples/command:example', $names)) {
            $introduction = $example.SelectSingleNode('maml:introduction', $names)
            $text = ($introduction.ChildNodes | ForEach-Object InnerText | Where-Object { $_ -ne [string][char] 0x80 }) -join "`n`n"
            $code = [regex]::Match($text, '(?s)```powershell\n(.*?)\n```\s*')
            $example.SelectSingleNode('dev:code', $names).InnerText = $code.Groups[1].Value
            $remarks = $example.SelectSingleNode('dev:remarks', $names)
            foreach ($paragraph in $text.Remove($code.Index, $code.Length).Trim() -split '\n\n') {
                $remarks.AppendChild($Maml.CreateElement('maml', 'para', $mamlSpace)).InnerText = $paragraph
            }
            $null = $remarks.AppendChild($Maml.CreateElement('maml', 'para', $mamlSpace))
            $introduction.RemoveAll()
            $title = $example.SelectSingleNode('maml:title', $names)
            $title.InnerText = "--------- $($title.InnerText.Trim('- ')) ---------"
        }
        foreach ($parameter in $command.SelectNodes('command:parameters/command:parameter', $names)) {
            $default = ($page.Parameters | Where-Object Name -EQ $parameter.SelectSingleNode('maml:name', $names).InnerText).DefaultValue
            if ($default) { $parameter.AppendChild($Maml.CreateElement('dev', 'defaultValue', $dev)).InnerText = $default }
        }
        foreach ($type in $command.SelectNodes('.//command:parameterValue | .//dev:type/maml:name', $names)) {
            # What people type, rather than the name of the class that takes it.
            $type.InnerText = $type.InnerText -replace '^.*AutoOr`1\[(System\.)?Int(32)?\]$', 'int or auto' -replace '^.*AutoOr`1\[(System\.)?Double\]$', 'double or auto'
        }
        foreach ($link in $command.SelectNodes('command:relatedLinks/maml:navigationLink', $names)) {
            $address = $link.SelectSingleNode('maml:uri', $names)
            if (-not $address.InnerText -and $link.InnerText -eq 'Online Version') { $null = $link.ParentNode.RemoveChild($link) }
            elseif ($address.InnerText -notmatch '^https:') { $address.InnerText = '' }
        }
    }
    $Maml
}

function Split-Text([string] $Text, [string] $First, [string] $Next = $First) {
    # Wraps plain text; what begins the first line is replaced by as much white space on the others.
    $line = $First
    $isEmpty = $true
    foreach ($word in $Text -split '\s+' | Where-Object { $_ }) {
        if (-not $isEmpty -and $line.Length + 1 + $word.Length -gt $width) { $line; $line = $Next; $isEmpty = $true }
        $line += $(if ($isEmpty) { '' } else { ' ' }) + $word
        $isEmpty = $false
    }
    $line
}

function ConvertTo-Topic([string] $Text) {
    # The markdown that the topics are written in: headings, paragraphs, lists, tables of short columns and one long one, code.
    $blank = ' ' * 4
    $plain = { param($s) $s -replace '\[([^\]]+)\]\((https?:[^)]+)\)', '$1 ($2)' -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`|\*\*', '' }
    foreach ($block in [regex]::Matches($Text, '(?ms)^```\w*\n.*?^```$|(?:^[^\n]+\n?)+')) {
        $lines = @($block.Value.TrimEnd() -split '\n')
        if ($lines[0] -match '^# (.+)') { 'TOPIC'; "$blank$($Matches[1])" }
        elseif ($lines[0] -match '^## (.+)') { $Matches[1].ToUpperInvariant() }
        elseif ($lines[0] -match '^### (.+)') { "  $($Matches[1])" }
        elseif ($lines[0] -match '^```') { $lines[1..($lines.Count - 2)] | ForEach-Object { "$blank  $_".TrimEnd() } }
        elseif ($lines[0] -match '^\|') {
            $rows = @($lines | Where-Object { $_ -notmatch '^[\s|:-]+$' } | ForEach-Object { , @($_.Trim('| ') -split '\s*\|\s*' | ForEach-Object { & $plain $_ }) })
            $last = $rows[0].Count - 1
            $widths = @(if ($last) { 0..($last - 1) | ForEach-Object { $column = $_; ($rows | ForEach-Object { $_[$column].Length } | Measure-Object -Maximum).Maximum } })
            foreach ($row in $rows) {
                $start = $blank
                for ($i = 0; $i -lt $last; $i++) { $start += $row[$i].PadRight($widths[$i] + 2) }
                Split-Text $row[$last] $start (' ' * $start.Length)
            }
        }
        elseif ($lines[0] -match '^- ') {
            ($block.Value -split '(?m)^- ' | Where-Object { $_.Trim() }) | ForEach-Object { Split-Text (& $plain $_) "$blank- " "$blank  " }
        }
        else { Split-Text (& $plain ($lines -join ' ')) $blank }
        if ($lines[0] -notmatch '^#{2,3} ') { '' }
    }
}

$faults = @($commands | ForEach-Object { Test-Page $_ })
foreach ($page in $pages) { if ($page.BaseName -notin $commands.Name) { $faults += "$($page.Name) describes a cmdlet that is not there." } }
foreach ($topic in $topics) {
    $text = Get-Content $topic -Raw
    if ($text -notmatch "^# $($topic.BaseName)\n\n## Short description\n\n\S[^\n]{9,}\n\n##") { $faults += "$($topic.Name) does not begin with its name and a short description." }
    $faults += @(Test-Mention $topic.Name $text)
}
# The catalogue of checks is in the code; pages and topics must tell of each as it is, and of no other.
$faults += @(& "$PSScriptRoot/Build-DatasetChecks.ps1" -Module $Module -Check)
$faults += @(& "$PSScriptRoot/Build-Errors.ps1" -Module $Module -Check)
foreach ($page in @($pages) + $topics) {
    foreach ($match in [regex]::Matches((Get-Content $page -Raw), '\bFT1\d{3}\b')) {
        if (-not [FineTuning.Core.Datasets.ProblemCodes]::Find($match.Value)) { $faults += "$($page.Name) names $($match.Value), which is not there." }
    }
}
if ($faults) { $faults | ForEach-Object { Write-Host $_ -ForegroundColor Red }; exit 1 }

$work = Join-Path ([IO.Path]::GetTempPath()) "finetuning-help-$PID"
try {
    $help = $pages | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName }
    $maml = Edit-Maml ([xml] (Get-Content ($help | Export-MamlCommandHelp -OutputFolder $work -Force).FullName -Raw)) $help
    foreach ($target in 'net8.0', 'netstandard2.0') {
        $folder = New-Item (Join-Path $Output "$target/en-US") -ItemType Directory -Force
        $maml.Save((Join-Path $folder 'FineTuning.dll-Help.xml'))
        foreach ($topic in $topics) {
            ConvertTo-Topic (Get-Content $topic -Raw) | Set-Content (Join-Path $folder "$($topic.BaseName).help.txt")
        }
    }
    "$($pages.Count) pages, $($topics.Count) topics"
} finally {
    if (Test-Path $work) { Remove-Item $work -Recurse -Force }
}
