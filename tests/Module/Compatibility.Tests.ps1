# What ships as text must be readable for Windows PowerShell 5.1, which is not here: it is parsed, and looked through
# for what came later. The compiled part is checked in the build, by tests/Compatibility.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $folder = Split-Path (Get-TestManifest)
    $shipped = @(Get-Item (Get-TestManifest)) + @(Get-ChildItem "$folder/bin" -Recurse -Include *.ps1, *.psm1, *.psd1) +
        @(Get-ChildItem "$PSScriptRoot/../../docs/recipes" -Filter *.ps1 -Recurse) +
            @(Get-Item "$PSScriptRoot/Desktop.Tests.ps1", "$PSScriptRoot/../Neighbour/Neighbour.psm1")
    $scripts = $shipped | ForEach-Object {
        @{ Path = $_.FullName; Name = $_.Name; Scripts = @(Get-Content -LiteralPath $_.FullName -Raw) }
    }
    $scripts += foreach ($file in Get-ChildItem "$folder/bin" -Filter *.ps1xml) {
        $blocks = ([xml] (Get-Content -LiteralPath $file.FullName -Raw)).SelectNodes('//ScriptBlock | //Script | //GetScriptBlock | //SetScriptBlock')
        @{ Path = $file.FullName; Name = $file.Name; Scripts = @($blocks.InnerText) }
    }
}

BeforeAll {
    function Find-Later([string] $Script) {
        # What Windows PowerShell 5.1 cannot read or does not have, as lines.
        $commands = 'ConvertFrom-Markdown', 'Get-Error', 'Get-Uptime', 'Join-String', 'Remove-Alias', 'Remove-Service',
            'Show-Markdown', 'Switch-Process', 'Test-Json', 'Install-PSResource', 'ConvertTo-CliXml'
        $parameters = @{
            'Add-Content' = 'AsByteStream'; 'Get-Content' = 'AsByteStream'; 'Set-Content' = 'AsByteStream'
            'ConvertFrom-Json' = 'AsHashtable', 'Depth', 'NoEnumerate', 'DateKind'
            'ConvertTo-Json' = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'
            'ConvertFrom-SecureString' = 'AsPlainText'
            'Export-Csv' = 'QuoteFields', 'UseQuotes', 'NoHeader'
            'ForEach-Object' = 'Parallel', 'ThrottleLimit'
            'Get-ChildItem' = 'FollowSymlink'
            'Import-Module' = 'UseWindowsPowerShell'
            'Join-Path' = 'AdditionalChildPath', 'Extension'
            'Invoke-RestMethod' = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'StatusCodeVariable', 'Authentication',
                'Token', 'Form', 'FollowRelLink', 'NoProxy'
            'Invoke-WebRequest' = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'Authentication', 'Token', 'Form',
                'NoProxy'
            'Select-String' = 'NoEmphasis', 'Raw', 'Culture'
            'Sort-Object' = 'Top', 'Bottom', 'Stable'
            'Split-Path' = 'LeafBase', 'Extension'
            'Start-Process' = 'Environment'
            'Where-Object' = 'Not'
            'Get-Command' = 'UseFuzzyMatching'
            'Write-Information' = 'NoNewline'
        }
        $problems = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput($Script, [ref] $null, [ref] $problems)
        $problems | ForEach-Object { "not readable at all: $($_.Message)" }
        foreach ($node in $tree.FindAll({ $true }, $true)) {
            $line = "$($node.Extent.StartLineNumber): $($node.Extent.Text -replace '\s+', ' ')"
            switch ($node.GetType().Name) {
                'TernaryExpressionAst' { "ternary at $line" }
                'PipelineChainAst' { "&& or || at $line" }
                'PipelineAst' { if ($node.Background) { "background & at $line" } }
                'BinaryExpressionAst' { if ($node.Operator -eq 'QuestionQuestion') { "?? at $line" } }
                'AssignmentStatementAst' { if ($node.Operator -eq 'QuestionQuestionEquals') { "??= at $line" } }
                { $_ -in 'MemberExpressionAst', 'InvokeMemberExpressionAst', 'IndexExpressionAst' } {
                    if ($node.NullConditional) { "?. or ?[ at $line" }
                }
                { $_ -in 'ScriptBlockAst', 'NamedBlockAst' } {
                    if ($_ -eq 'ScriptBlockAst' -and $node.CleanBlock) { "clean at $line" }
                }
                'VariableExpressionAst' {
                    if ($node.VariablePath.UserPath -in 'IsWindows', 'IsLinux', 'IsMacOS', 'IsCoreCLR', 'PSStyle') {
                        "$node at $line"
                    }
                }
                'CommandAst' {
                    $name = $node.GetCommandName()
                    if ($name -in $commands) { "$name at $line" }
                    foreach ($parameter in $node.CommandElements.Where({ $_ -is [Management.Automation.Language.CommandParameterAst] })) {
                        if ($name -and $parameter.ParameterName -in $parameters[$name]) {
                            "$name -$($parameter.ParameterName) at $line"
                        }
                    }
                    # 5.1 joins two parts, not more.
                    if ($name -eq 'Join-Path' -and
                        $node.CommandElements.Where({ $_ -isnot [Management.Automation.Language.CommandParameterAst] }).Count -gt 3) {
                        "Join-Path of more than two parts at $line"
                    }
                }
            }
        }
    }
}

Describe 'Windows PowerShell 5.1 can read <Name>' -ForEach $scripts {
    It 'has nothing that came later' {
        $Scripts | ForEach-Object { Find-Later $_ } | Should -BeNullOrEmpty
    }

    It 'has no character that it would take for another' {
        # Without a byte order mark it reads the code page of the country.
        foreach ($script in $Scripts) { $script | Should -Not -Match '[^\x00-\x7F]' }
    }
}

Describe 'The search for what came later' {
    It 'finds <_>' -ForEach @(
        '$a ? 1 : 2', 'a && b', 'a || b', '$a ?? 1', '$a ??= 1', '${a}?.Length', '${a}?[0]', 'sleep 1 &',
            'function f { clean { 1 } }', '$IsWindows', '$PSStyle.Reset'
        'Get-Uptime', '1 | ForEach-Object -Parallel { 1 }', 'ConvertFrom-Json $a -AsHashtable', 'Join-Path a b c',
            'if ('
    ) {
        Find-Later $_ | Should -Not -BeNullOrEmpty
    }

    It 'finds nothing in what 5.1 has' {
        Find-Later 'if ($a) { Join-Path a b; Get-Content x -Raw | ConvertFrom-Json | ForEach-Object { $_.b[0] } } else { & $c }' | Should -BeNullOrEmpty
    }
}
