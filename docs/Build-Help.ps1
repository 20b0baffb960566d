<#
.SYNOPSIS
Makes the help file of the module, src/FineTuning/en-US/FineTuning.dll-Help.xml, of the pages in docs/help. PlatyPS is
needed.

.DESCRIPTION
The file is kept in the repository, so that neither a build nor a machine without PlatyPS goes without help. The same
pages make the same file. The facts that pages state beside their text, such as types and positions, are compared with
the module first; each fault is a line, and the exit code is 1 then.

With -Check nothing is written: that the file is not what the pages make is one more fault.
#>
param([Parameter(Mandatory)] [string] $Module, [switch] $Check)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Import-Module "$PSScriptRoot/../build/Modules.psm1"
$platyPS = Find-NeededModule 'Microsoft.PowerShell.PlatyPS'
if (-not $platyPS) { throw (Get-MissingModuleText 'Microsoft.PowerShell.PlatyPS') }
Import-Module $platyPS.Path
Import-Module $Module -Force
$pages = Get-ChildItem "$PSScriptRoot/help" -Filter *-*.md | Sort-Object Name -Culture ''
$file = [IO.Path]::GetFullPath("$PSScriptRoot/../src/FineTuning/en-US/FineTuning.dll-Help.xml")

function Test-Fact([object] $AsWritten) {
    # The facts beside the text are the module's: a parameter that changed must not keep old ones.
    $page = "$($AsWritten.Title).md"
    $command = Get-Command -Name $AsWritten.Title -Module FineTuning
    # PlatyPS reads help that may not be there, which strict code would not survive.
    $asIs = & { Set-StrictMode -Off; New-CommandHelp -CommandInfo $command }
    foreach ($parameter in $AsWritten.Parameters | Where-Object Name -In $command.Parameters.Keys) {
        $fact = Format-Fact ($asIs.Parameters | Where-Object Name -EQ $parameter.Name)
        if ((Format-Fact $parameter) -ne $fact) {
            "$page says of -$($parameter.Name): $(Format-Fact $parameter). It is: $fact."
        }
    }
    $text = Get-Content "$PSScriptRoot/help/$page" -Raw
    $blocks = @([regex]::Matches([regex]::Match($text, '(?s)## SYNTAX.*?## ALIASES').Value, '(?s)```\n(.*?)\n```') |
            ForEach-Object { $_.Groups[1].Value -replace '\s+', ' ' })
    foreach ($syntax in $asIs.Syntax) {
        $line = "$syntax [<CommonParameters>]" -replace '\s+', ' ' -replace 'AutoOr`1\[(\w+)\]', '$1|auto'
        if ($line -notin $blocks) { "$page lacks the syntax: $line" }
    }
    if ($blocks.Count -ne $asIs.Syntax.Count) { "$page has a syntax too many." }
}

function Format-Fact([object] $Parameter) {
    $sets = foreach ($set in $Parameter.ParameterSets | Sort-Object Name) {
        "$($set.Name) at $($set.Position), required $($set.IsRequired), " +
        "pipeline $($set.ValueFromPipeline)/$($set.ValueFromPipelineByPropertyName)"
    }
    "$($Parameter.Type), aliases '$($Parameter.Aliases -join ' ')', " +
    "wildcards $($Parameter.SupportsWildcards), $($sets -join '; ')"
}

function Edit-Maml([xml] $Maml, [object[]] $Help) {
    # PlatyPS leaves defaults out, writes code with its fences into the introduction, U+0080 for empty lines, and a
    # link to nowhere.
    $dev = 'http://schemas.microsoft.com/maml/dev/2004/10'
    $mamlSpace = 'http://schemas.microsoft.com/maml/2004/10'
    $names = [System.Xml.XmlNamespaceManager]::new($Maml.NameTable)
    $names.AddNamespace('maml', $mamlSpace)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('dev', $dev)
    foreach ($command in $Maml.SelectNodes('//command:command', $names)) {
        $page = $Help |
            Where-Object Title -EQ $command.SelectSingleNode('command:details/command:name', $names).InnerText
        foreach ($example in $command.SelectNodes('command:examples/command:example', $names)) {
            $introduction = $example.SelectSingleNode('maml:introduction', $names)
            $text = ($introduction.ChildNodes | ForEach-Object InnerText |
                    Where-Object { $_ -ne [string][char] 0x80 }) -join "`n`n"
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
            $default = ($page.Parameters |
                    Where-Object Name -EQ $parameter.SelectSingleNode('maml:name', $names).InnerText).DefaultValue
            if ($default) {
                $parameter.AppendChild($Maml.CreateElement('dev', 'defaultValue', $dev)).InnerText = $default
            }
        }
        foreach ($type in $command.SelectNodes('.//command:parameterValue | .//dev:type/maml:name', $names)) {
            # What people type, rather than the name of the class that takes it.
            $shown = $type.InnerText -replace '^.*AutoOr`1\[(System\.)?Int(32)?\]$', 'int or auto'
            $type.InnerText = $shown -replace '^.*AutoOr`1\[(System\.)?Double\]$', 'double or auto'
        }
        foreach ($link in $command.SelectNodes('command:relatedLinks/maml:navigationLink', $names)) {
            $address = $link.SelectSingleNode('maml:uri', $names)
            if (-not $address.InnerText -and $link.InnerText -eq 'Online Version') {
                $null = $link.ParentNode.RemoveChild($link)
            } elseif ($address.InnerText -notmatch '^https:') {
                $address.InnerText = ''
            }
        }
    }
    $Maml
}

function Format-Xml([xml] $Xml) {
    # The same on every system.
    $settings = [System.Xml.XmlWriterSettings]::new()
    $settings.Indent = $true
    $settings.NewLineChars = "`n"
    $settings.Encoding = [Text.UTF8Encoding]::new($false)
    $stream = [IO.MemoryStream]::new()
    $writer = [System.Xml.XmlWriter]::Create($stream, $settings)
    $Xml.Save($writer)
    $writer.Dispose()
    $settings.Encoding.GetString($stream.ToArray()) + "`n"
}

$help = $pages | ForEach-Object { Import-MarkdownCommandHelp -Path $_.FullName }
$faults = @($help | ForEach-Object { Test-Fact $_ })

$work = Join-Path ([IO.Path]::GetTempPath()) "finetuning-help-$PID"
try {
    $exported = $help | Export-MamlCommandHelp -OutputFolder $work -Force
    $made = Format-Xml (Edit-Maml ([xml] (Get-Content $exported.FullName -Raw)) $help)
} finally {
    if (Test-Path $work) { Remove-Item $work -Recurse -Force }
}
$isCurrent = (Test-Path $file) -and (Get-Content $file -Raw).Replace("`r", '') -ceq $made
if ($Check -and -not $isCurrent) { $faults += "$file is not what docs/help makes; run ./build.ps1 docs." }
$faults
if ($faults) { exit 1 }
if (-not $isCurrent) {
    $null = New-Item (Split-Path $file) -ItemType Directory -Force
    [IO.File]::WriteAllText($file, $made)
    "Written: $file"
}
"The help has $(@($help).Count) pages."
