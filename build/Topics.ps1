# Makes the plain text that Get-Help shows of the about topics in docs/about.

$topicWidth = 80

function Split-Text([string] $Text, [string] $First, [string] $Next = $First) {
    # Wraps plain text; what begins the first line is replaced by as much white space on the others.
    $line = $First
    $isEmpty = $true
    foreach ($word in $Text -split '\s+' | Where-Object { $_ }) {
        if (-not $isEmpty -and $line.Length + 1 + $word.Length -gt $topicWidth) {
            $line
            $line = $Next
            $isEmpty = $true
        }
        $line += $(if ($isEmpty) { '' } else { ' ' }) + $word
        $isEmpty = $false
    }
    $line
}

function ConvertTo-PlainText([string] $Text) {
    $text = $Text -replace '\[([^\]]+)\]\((https?:[^)]+)\)', '$1 ($2)'
    $text -replace '\[([^\]]+)\]\([^)]+\)', '$1' -replace '`|\*\*', ''
}

function ConvertTo-TopicTable([string[]] $Line, [string] $Indent) {
    # Short columns and one long one, which is wrapped.
    $rows = @(foreach ($row in $Line | Where-Object { $_ -notmatch '^[\s|:-]+$' }) {
            , @($row.Trim('| ') -split '\s*\|\s*' | ForEach-Object { ConvertTo-PlainText $_ })
        })
    $last = $rows[0].Count - 1
    $widths = @(for ($i = 0; $i -lt $last; $i++) {
            ($rows | ForEach-Object { $_[$i].Length } | Measure-Object -Maximum).Maximum
        })
    foreach ($row in $rows) {
        $start = $Indent
        for ($i = 0; $i -lt $last; $i++) { $start += $row[$i].PadRight($widths[$i] + 2) }
        Split-Text $row[$last] $start (' ' * $start.Length)
    }
}

function ConvertTo-Topic([string] $Text) {
    # The markdown that the topics are written in: headings, paragraphs, lists, tables and code.
    $indent = ' ' * 4
    foreach ($block in [regex]::Matches($Text.Replace("`r", ''), '(?ms)^```\w*\n.*?^```$|(?:^[^\n]+\n?)+')) {
        $lines = @($block.Value.TrimEnd() -split '\n')
        if ($lines[0] -match '^# (.+)') { 'TOPIC'; "$indent$($Matches[1])" }
        elseif ($lines[0] -match '^## (.+)') { $Matches[1].ToUpperInvariant() }
        elseif ($lines[0] -match '^### (.+)') { "  $($Matches[1])" }
        elseif ($lines[0] -match '^```') {
            $lines[1..($lines.Count - 2)] | ForEach-Object { "$indent  $_".TrimEnd() }
        } elseif ($lines[0] -match '^\|') {
            ConvertTo-TopicTable $lines $indent
        } elseif ($lines[0] -match '^- ') {
            $block.Value -split '(?m)^- ' | Where-Object { $_.Trim() } |
                ForEach-Object { Split-Text (ConvertTo-PlainText $_) "$indent- " "$indent  " }
        } else {
            Split-Text (ConvertTo-PlainText ($lines -join ' ')) $indent
        }
        if ($lines[0] -notmatch '^#{2,3} ') { '' }
    }
}
