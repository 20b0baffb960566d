BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $folder = (New-Item (Join-Path $TestDrive data) -ItemType Directory).FullName
    $train = New-TestDataset (Join-Path $folder train.jsonl)
    $valid = New-TestDataset (Join-Path $folder valid.jsonl) -Count 3 -Word other
    $odd = New-TestDataset (Join-Path $folder 'odd [1] name.jsonl') -Count 11 -Word odd
    $lines = [IO.File]::ReadAllLines($train)
    $lines[3] = $lines[3].Replace('"assistant"', '"asistant"')
    $lines[5] = '{"messages":[{"role":"user","content":"cut'
    $lines[7] = $lines[0]
    $broken = Join-Path $TestDrive broken.jsonl
    [IO.File]::WriteAllText($broken, ($lines -join "`n") + "`n")
    $promptly = 1000

    # A value is a fact of a dataset if it is the same under a comma for decimals, and with the other i.
    function Invoke-InCulture([string] $Name, [scriptblock] $Script) {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = $Name
            & $Script
        } finally { [cultureinfo]::CurrentCulture = $before }
    }
}

Describe 'Test-FineTuningDataset' {
    It 'emits one report that says the file is valid' {
        $report = @(Test-FineTuningDataset $train)
        $report | Should -HaveCount 1
        $report[0].GetType().FullName | Should -Be 'FineTuning.Core.Datasets.DatasetReport'
        $report.IsValid, $report.ExampleCount, $report.ErrorCount, "$($report.Format)" |
            Should -Be @($true, 12, 0, 'Chat')
        $report.Path | Should -Be $train
        $report.Problems | Should -BeNullOrEmpty
    }

    It 'finds all problems, with code, line and place' {
        $report = Test-FineTuningDataset $broken
        $report.IsValid | Should -BeFalse
        $report.ErrorCount, $report.WarningCount | Should -Be @(2, 1)
        ($report.Problems | Sort-Object Code, Line | ForEach-Object { "$($_.Code)@$($_.Line)" }) |
            Should -Be @('FT1104@6', 'FT1207@4', 'FT1602@8')
        $role = $report.Problems | Where-Object Code -EQ FT1207
        $role.JsonPath | Should -Be '$.messages[1].role'
        $role.Severity | Should -Be 'Error'
        $role.Message | Should -BeLike '*asistant*'
        $role.Fix | Should -Not -BeNullOrEmpty
        [IO.File]::ReadAllText($broken).Substring($role.ByteOffset, 10) | Should -Be '"asistant"'
    }

    It 'checks a pair and what the two share' {
        $copy = Join-Path $TestDrive copy.jsonl
        [IO.File]::WriteAllText($copy, [IO.File]::ReadAllText($valid) + [IO.File]::ReadAllLines($train)[4] + "`n")
        $report = Test-FineTuningDataset $train -ValidationPath $copy
        $report.IsValid | Should -BeTrue
        $report.Validation.ExampleCount | Should -Be 4
        $report.Validation.Problems.Code | Should -Be 'FT1604'
        $report.Validation.Problems.Message | Should -BeLike '*line 5*'
    }

    It 'gives a bool with -Quiet, for the pair too' {
        Test-FineTuningDataset $train -Quiet | Should -BeTrue
        Test-FineTuningDataset $broken -Quiet | Should -BeFalse
        Test-FineTuningDataset $train $broken -Quiet | Should -BeFalse
    }

    It 'takes files, paths and names from the pipeline' {
        (Get-ChildItem $folder | Test-FineTuningDataset -MinimumExampleCount 3).Name | Sort-Object |
            Should -Be @('odd [1] name.jsonl', 'train.jsonl', 'valid.jsonl')
        ($train, $valid | Test-FineTuningDataset).Name | Should -Be @('train.jsonl', 'valid.jsonl')
        ([pscustomobject]@{ TrainingPath = $train; ValidationPath = $valid } | Test-FineTuningDataset).Validation.Name |
            Should -Be 'valid.jsonl'
        ([pscustomobject]@{ Path = $odd } | Test-FineTuningDataset).Name |
            Should -Be 'odd [1] name.jsonl' -Because 'a file of that name goes before the pattern'
        (Test-FineTuningDataset (Join-Path $folder '*a*i*.jsonl')).Name | Should -Be @('train.jsonl', 'valid.jsonl')
    }

    It 'takes paths of PowerShell drives and of the current location' {
        (Test-FineTuningDataset TestDrive:/data/train.jsonl).IsValid | Should -BeTrue
        Push-Location $folder
        try { (Test-FineTuningDataset ./train.jsonl ./valid.jsonl).Validation.IsValid | Should -BeTrue } finally {
            Pop-Location
        }
    }

    It 'gives its files on to the next command' {
        $server = Start-FineTuningServer -Memory -PassThru
        try {
            (Test-FineTuningDataset $train | Where-Object IsValid | Send-FineTuningFile).FileName |
                Should -Be 'train.jsonl'
            $job = Measure-FineTuningDataset $train local-small | New-FineTuningJob local-small -EpochCount 1
            (Get-FineTuningFile $job.TrainingFile).FileName | Should -Be 'train.jsonl'
            (Test-FineTuningDataset $train | New-FineTuningJob local-small -EpochCount 1).Status |
                Should -Not -BeNullOrEmpty
        } finally { $server | Stop-FineTuningServer }
    }

    It 'is shown as the user asks' {
        Test-FineTuningDataset $train, $broken | Format-Table Name, ErrorCount | Out-String |
            Should -Match '(?s)Name\s+ErrorCount.*broken\.jsonl\s+2'
        Test-FineTuningDataset $train | Format-List * | Out-String | Should -Match 'CountsByCode'
    }

    It 'takes the brackets that Tab escapes' {
        Push-Location $folder
        try {
            (Test-FineTuningDataset './odd `[1`] name.jsonl').Name | Should -Be 'odd [1] name.jsonl'
            (Test-FineTuningDataset $train './odd `[1`] name.jsonl').Validation.Name | Should -Be 'odd [1] name.jsonl'
        } finally { Pop-Location }
    }

    It 'names a folder as one' {
        $result = Invoke-Captured { Test-FineTuningDataset $folder }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'PathIsFolder,FineTuning.Commands.TestFineTuningDatasetCommand'
        $result = Invoke-Captured { Get-Item $folder | Test-FineTuningDataset }
        Get-ErrorText $result.Errors[0] | Should -BeLike "'$folder' is a folder*"
    }

    It 'says what Repair-FineTuningDataset mends' {
        (Test-FineTuningDataset $broken | Out-String -Width 200) | Should -Match 'Repair-FineTuningDataset mends 1 of'
        (Test-FineTuningDataset $train | Out-String -Width 200) | Should -Not -Match 'Repair-'
    }

    It 'stops at once when enough came out' {
        $first = $train, (Join-Path $folder none.jsonl) | Test-FineTuningDataset -ErrorAction Stop |
            Select-Object -First 1
        $first.Name | Should -Be 'train.jsonl'
    }

    It 'reports a missing file and goes on' {
        $missing = Join-Path $folder none.jsonl
        $result = Invoke-Captured { $missing, $train | Test-FineTuningDataset }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'PathNotFound,FineTuning.Commands.TestFineTuningDatasetCommand'
        $result.Errors.TargetObject | Should -Be $missing
        $result.Output.Name | Should -Be 'train.jsonl'
        (Invoke-Captured { Test-FineTuningDataset $train $missing }).Errors.TargetObject | Should -Be $missing
    }

    It 'wants what -Method and -Model say' {
        (Test-FineTuningDataset $train -Method dpo).Problems[0].Code | Should -Be 'FT1107'
        (Test-FineTuningDataset $train -Model babbage-002).Problems[0].Code | Should -Be 'FT1107'
        Test-FineTuningDataset $train -Model gpt-4o-mini -Quiet | Should -BeTrue
        Test-FineTuningDataset $train -Model some-model-of-mine -Quiet | Should -BeTrue
    }

    It 'warns of an example longer than the model learns from' {
        $long = Join-Path $TestDrive long.jsonl
        [IO.File]::WriteAllText($long,
            '{"messages":[{"role":"user","content":"' + ('word ' * 20000) +
                '"},{"role":"assistant","content":"yes"}]}' + "`n")
        $report = Test-FineTuningDataset $long -Model gpt-3.5-turbo -MinimumExampleCount 1
        $report.Problems.Code | Should -Be 'FT1608'
        $report.Problems.Message | Should -BeLike '*20*tokens*gpt-3.5-turbo*16385*'
        (Test-FineTuningDataset $long -Model gpt-4o-mini -MinimumExampleCount 1).Problems | Should -BeNullOrEmpty
    }

    It 'looks for secrets when it is asked to, and does not repeat them' {
        $secret = Join-Path $TestDrive secret.jsonl
        [IO.File]::WriteAllText($secret,
            '{"messages":[{"role":"user","content":"mail ann@example.com or use sk-abcdefghijklmnopqrstuvwx"},{"role":"assistant","content":"yes"}]}' + "`n")
        Test-FineTuningDataset $secret -MinimumExampleCount 1 | ForEach-Object Problems | Should -BeNullOrEmpty
        $report = Test-FineTuningDataset $secret -MinimumExampleCount 1 -SecretScan
        $report.Problems.Code | Sort-Object | Should -Be @('FT1606', 'FT1607')
        "$($report.Problems.Message)" | Should -Not -Match 'ann@|abcdefgh'
    }

    It 'caps what it lists and counts the rest' {
        $many = Join-Path $TestDrive many.jsonl
        [IO.File]::WriteAllText($many, "no json`n" * 300)
        $report = Test-FineTuningDataset $many -MaxProblemPerCode 5
        ($report.Problems | Where-Object Code -EQ FT1101) | Should -HaveCount 5
        $report.CountsByCode['FT1101'] | Should -Be 300
    }

    It 'names <name> instead of a million bad lines' -ForEach @(
        @{ name = 'UTF-16'; code = 'FT1002'; make = { param($p) [IO.File]::WriteAllText($p,
            [IO.File]::ReadAllText($train), [Text.Encoding]::Unicode) } }
        @{ name = 'UTF-32'; code = 'FT1003'; make = { param($p) [IO.File]::WriteAllText($p,
            [IO.File]::ReadAllText($train), [Text.Encoding]::UTF32) } }
        @{ name = 'gzip'; code = 'FT1004'; make = {
                param($p)
                $to = [IO.Compression.GZipStream]::new([IO.File]::Create($p),
                    [IO.Compression.CompressionMode]::Compress)
                $to.Write([IO.File]::ReadAllBytes($train), 0, (Get-Item $train).Length)
                $to.Dispose()
            } }
    ) {
        $file = Join-Path $TestDrive "other-$code.jsonl"
        & $make $file
        (Test-FineTuningDataset $file).Problems.Code | Should -Be $code
    }

    It 'names <name> once, with what to do' -ForEach @(
        @{ name = 'ShareGPT data'; code = 'FT1113'; next = '.new.jsonl* -SourcePath *.jsonl* -From ShareGpt'
            row = '{"conversations":[{"from":"human","value":"q#"},{"from":"gpt","value":"a"}]}' }
        @{ name = 'Alpaca data'; code = 'FT1114'; next = '.new.jsonl* -SourcePath *.jsonl* -From Alpaca'
            row = '{"instruction":"q#","input":"","output":"a"}' }
        @{ name = 'TRL data'; code = 'FT1115'; next = '.new.jsonl* -SourcePath *.jsonl* -From Trl'
            row = '{"prompt":"q#","chosen":"a","rejected":"b"}' }
        @{ name = 'texts'; code = 'FT1116'; next = '.new.jsonl* -SourcePath *.jsonl* -From Text'; row = '{"text":"q#"}' }
        @{ name = 'batch lines'; code = 'FT1117'; next = '.new.jsonl* -SourcePath *.jsonl* -From Batch'
            row = '{"custom_id":"#","method":"POST","url":"/v1","body":{"messages":[{"role":"user","content":"a"}]}}' }
        @{ name = 'strings'; code = 'FT1118'; next = '.new.jsonl* -SourcePath *.jsonl* -From JsonText'
            row = '"{\"messages\":[#]}"' }
        @{ name = 'lists of messages'; code = 'FT1119'; next = '.new.jsonl* -SourcePath *.jsonl* -From MessageList'
            row = '[{"role":"user","content":"q#"},{"role":"assistant","content":"a"}]' }
        @{ name = 'keys that are null'; code = 'FT1112'; next = 'Repair-FineTuningDataset mends 1 of'
            row = '{"messages":[{"role":"user","content":"q#","name":null},{"role":"assistant","content":"a#"}]}' }
        @{ name = 'CSV'; code = 'FT1018'; next = 'Import-Csv *.jsonl* | ConvertTo-Fine*'; row = 'prompt,completion' }
        @{ name = 'TSV'; code = 'FT1018'; next = 'Import-Csv *.jsonl* -Delimiter "`t" | ConvertTo-Fine*'; row = "a`tb" }
        @{ name = 'HTML'; code = 'FT1019'; next = 'Download the data themselves'; row = '<html>' }
        @{ name = 'PDF'; code = 'FT1016'; next = 'a PDF document'; row = '%PDF-1.7' }
        @{ name = 'Parquet'; code = 'FT1017'; next = 'a Parquet file'; row = 'PAR1' }
    ) {
        $file = Join-Path $TestDrive "once-$code.jsonl"
        [IO.File]::WriteAllText($file, ((1..20 | ForEach-Object { $row.Replace('#', "$_") }) -join "`n") + "`n")
        $report = Test-FineTuningDataset $file
        $report.Problems.Code | Should -Be $code
        $report.CountsByCode[$code] | Should -Be 1
        $report | Out-String -Width 200 | Should -BeLike ('*{0}*' -f $next.Replace('`', '``'))
    }

    It 'gives a command that makes a dataset of <what>' -ForEach @(
        @{ what = 'an old encoding'; encoding = 'windows-1252'
            rows = '{"prompt":"Où est la pièce #?","completion":"Étagère #"}' }
        @{ what = 'a Cyrillic one'; encoding = 'koi8-r'; rows = '{"prompt":"Где деталь #?","completion":"На полке #"}' }
        @{ what = 'CSV'; encoding = 'utf-8'; rows = "prompt,completion`na#,b#" }
        @{ what = 'a table with semicolons'; encoding = 'utf-8'; rows = "prompt;completion`na#;b#" }
    ) {
        $file = Join-Path $TestDrive 'with a command.jsonl'
        $lines = @($rows -split "`n")
        $lines = $lines[0..($lines.Count - 2)].Where({ $lines.Count -gt 1 }) +
            (1..12 | ForEach-Object { $lines[-1].Replace('#', "$_") })
        [IO.File]::WriteAllText($file, ($lines -join "`n") + "`n", [Text.Encoding]::GetEncoding($encoding))
        $report = Test-FineTuningDataset $file
        $report.IsValid | Should -BeFalse
        $command = ($report | Out-String -Width 300) -split "`n" -match '^To convert it: ' -replace '^To convert it: '
        Push-Location $TestDrive
        try { [scriptblock]::Create($command.Trim()).Invoke() | Out-Null } finally { Pop-Location }
        $made = Join-Path $TestDrive 'with a command.new.jsonl'
        (Test-FineTuningDataset $made).ErrorCount | Should -Be 0
        (Test-FineTuningDataset $made).ExampleCount | Should -Be 12
        Remove-Item $made
    }

    It 'says which call has no answer, and what stands in its place' {
        $file = Join-Path $TestDrive calls.jsonl
        [IO.File]::WriteAllText($file, '{"messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[' +
            '{"id":"call_a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant",' +
            '"content":"b"}],"tools":[{"type":"function","function":{"name":"f"}}]}')
        $problem = (Test-FineTuningDataset $file -MinimumExampleCount 1).Problems
        $problem.Code, $problem.Severity, $problem.JsonPath |
            Should -Be @('FT1237', 'Error', '$.messages[1].tool_calls[0]')
        $problem.Message | Should -BeLike '*"call_a"*$.messages`[2`]*assistant*'
    }

    It 'finds the same with <ends>, and under <culture>' -ForEach @(
        @{ ends = 'LF'; culture = 'de-DE' }, @{ ends = 'CRLF'; culture = 'tr-TR' },
            @{ ends = 'CRLF and BOM'; culture = 'de-DE' }, @{ ends = 'LF and BOM'; culture = 'tr-TR' }
    ) {
        $other = Join-Path $TestDrive "ends-$ends.jsonl"
        $text = [IO.File]::ReadAllText($broken)
        if ($ends -like 'CRLF*') { $text = $text.Replace("`n", "`r`n") }
        [IO.File]::WriteAllText($other, $text, [Text.UTF8Encoding]::new($ends -like '*BOM'))
        $facts = {
            param($r)
            $r.Problems | Where-Object Code -NotIn FT1006, FT1007 | ForEach-Object {
                "$($_.Code) $($_.Line) $($_.JsonPath) $($_.Message)"
            }
        }
        $expected = & $facts (Test-FineTuningDataset $broken)
        & $facts (Invoke-InCulture $culture { Test-FineTuningDataset $other }) | Should -Be $expected
    }

    It 'shows a report that a person understands' {
        $shown = Test-FineTuningDataset $broken | Out-String -Width 100
        $shown | Should -Match 'broken\.jsonl\S*\s+chat, 12 examples'
        $shown | Should -Match 'Not valid:\S* 2 errors, 1 warning'
        $shown | Should -Match 'FT1207 .*unknown role.*: line 4'
        $shown | Should -Match '\$\.messages\[1\]\.role: The message has the role "asistant"'
        (Test-FineTuningDataset $train | Out-String) | Should -Match 'Valid'
        ($report = Test-FineTuningDataset $broken).Problems | Out-String -Width 120 | Should -Match 'Line Severity Code'
        $report | ConvertTo-Json -Depth 5 | ConvertFrom-Json | ForEach-Object ErrorCount | Should -Be 2
    }

    It 'shows progress, and Ctrl+C returns at once' {
        $large = New-TestDataset (Join-Path $TestDrive large.jsonl) -Count 200000
        $pipeline = Start-TestPipeline 'param($a) while ($true) { Test-FineTuningDataset $a -Quiet }' $large
        try {
            Wait-Until { $pipeline.Shell.Streams.Progress.Count -gt 0 } -Because 'the check shows progress'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
    }
}

Describe 'Measure-FineTuningDataset' {
    BeforeAll {
        $prices = Join-Path $TestDrive prices.json
    }

    AfterEach { Remove-Item $prices -ErrorAction Ignore }

    It 'counts examples, messages and tokens' {
        $file = Join-Path $TestDrive known.jsonl
        [IO.File]::WriteAllText($file,
            '{"messages":[{"role":"system","content":"hello world"},{"role":"user","content":"hello"},{"role":"assistant","content":"hello world hello"}]}' + "`n" +
            '{"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":"world","weight":0}]}' + "`n")
        $measure = @(Measure-FineTuningDataset $file -PriceFile $prices)
        $measure | Should -HaveCount 1
        $measure[0].GetType().FullName | Should -Be 'FineTuning.Core.Datasets.Measuring.DatasetMeasure'
        $measure.Examples, $measure.Messages, $measure.Model, $measure.Encoding, "$($measure.Format)" |
            Should -Be @(2, 5, 'gpt-4o-mini', 'o200k_base', 'Chat')
        $measure.Roles['system'], $measure.Roles['user'], $measure.Roles['assistant'] | Should -Be @(1, 2, 2)
        # 2 + 1 + 3 and 1 + 1 of text; what is around them is 3 a message, 1 for each role, 3 for the answer.
        $measure.ContentTokens | Should -Be 8
        $measure.AnswerTokens | Should -Be 3
        $measure.Tokens | Should -Be (8 + 5 * (3 + 1) + 2 * 3)
        $measure.TokensPerExample.Minimum, $measure.TokensPerExample.Maximum, $measure.TokensPerExample.Median |
            Should -Be @(13, 21, 17)
        $measure.EpochCount, $measure.BatchSize, $measure.Steps | Should -Be @(25, 1, 50)
        $measure.BillableTokens | Should -Be (34 * 25)
        $measure.EstimatedCost | Should -BeNullOrEmpty
    }

    It 'takes the encoding and the limits of the model' {
        $measure = Measure-FineTuningDataset $train gpt-3.5-turbo -PriceFile $prices
        $measure.Encoding, $measure.ContextLength | Should -Be @('cl100k_base', 16385)
        $fine = Measure-FineTuningDataset $train ft:gpt-4o-mini-2024-07-18:org::abc -PriceFile $prices
        $fine.Encoding, $fine.ContextLength | Should -Be @('o200k_base', 65536)
        $mine = Measure-FineTuningDataset $train some-model-of-mine -PriceFile $prices
        $mine.Encoding, $mine.ContextLength, $mine.IsKnownModel | Should -Be @('o200k_base', $null, $false)
    }

    It 'counts what is cut off' {
        $long = Join-Path $TestDrive cut.jsonl
        [IO.File]::WriteAllText($long,
            [IO.File]::ReadAllText($train) + '{"messages":[{"role":"user","content":"' + ('word ' * 20000) +
                '"},{"role":"assistant","content":"yes"}]}' + "`n")
        $measure = Measure-FineTuningDataset $long gpt-3.5-turbo -EpochCount 2 -BatchSize 4 -PriceFile $prices
        $measure.TruncatedExamples | Should -Be 1
        $measure.BillableTokens | Should -Be (2 * ($measure.Tokens - $measure.TokensPerExample.Maximum + 16385))
        $measure.EpochCount, $measure.BatchSize, $measure.Steps | Should -Be @(2, 4, 8)
    }

    It 'estimates the cost with the price that is given' {
        $measure = Measure-FineTuningDataset $train -Price 2500 -Currency EUR -EpochCount 3 -PriceFile $prices
        $measure.EstimatedCost | Should -Be ([Math]::Round($measure.Tokens * 3 * 2500 / 1000000, 2))
        $measure.EstimatedCost | Should -BeOfType ([decimal])
        $measure.Price.Currency | Should -Be 'EUR'
        $prices | Should -Not -Exist
        ($measure | Out-String -Width 120) | Should -Match 'EUR, at 2500 a million tokens, a price\s+of\s+today'
    }

    It 'keeps a price, finds it under every name of the model, and shows its age' {
        $null = Measure-FineTuningDataset $train gpt-4o-mini -Price 3.5 -SavePrice -PriceFile $prices
        $null = Measure-FineTuningDataset $train gpt-4.1-mini -Price 5 -SavePrice -PriceFile $prices
        foreach ($model in 'gpt-4o-mini', 'GPT-4o-mini', 'gpt-4o-mini-2024-07-18',
            'ft:gpt-4o-mini-2024-07-18:org::abc') {
            (Measure-FineTuningDataset $train $model -PriceFile $prices).Price.PerMillionTokens | Should -Be 3.5
        }
        (Measure-FineTuningDataset $train gpt-4.1 -PriceFile $prices).Price | Should -BeNullOrEmpty
        $old = Get-Content $prices -Raw | ConvertFrom-Json
        $old.prices | Should -HaveCount 2
        $old.prices[0].asOf = (Get-Date).AddDays(-200).ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        $old | ConvertTo-Json | Set-Content $prices
        $measure = Invoke-InCulture de-DE { Measure-FineTuningDataset $train gpt-4o-mini -PriceFile $prices }
        $measure.Price.PerMillionTokens | Should -Be 3.5
        [int] $measure.Price.Age.TotalDays | Should -Be 200
        ($measure | Out-String -Width 160) | Should -Match 'a price of 200 days\s+ago\S*: look whether it still holds'
    }

    It 'keeps no price with -WhatIf' {
        $measure = Measure-FineTuningDataset $train -Price 3 -SavePrice -PriceFile $prices -WhatIf
        $measure.Price.PerMillionTokens | Should -Be 3 -Because 'it measures all the same'
        $prices | Should -Not -Exist
    }

    It 'refuses a decimal comma, which PowerShell would take for something else' {
        { Measure-FineTuningDataset $train -Price '3,5' -PriceFile $prices } | Should -Throw '*decimal point*'
        { Measure-FineTuningDataset $train -Price 3,5 -PriceFile $prices } | Should -Throw '*decimal point*'
        (Measure-FineTuningDataset $train -Price '3.5' -PriceFile $prices).Price.PerMillionTokens | Should -Be 3.5
    }

    It 'measures all the same where the price cannot be kept' -Skip:(-not $IsLinux) {
        $result = Invoke-Captured { Measure-FineTuningDataset $train -Price 3 -SavePrice -PriceFile /proc/prices.json }
        $result.Errors[0].FullyQualifiedErrorId |
            Should -Be 'PriceFileFailed,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        Get-ErrorText $result.Errors[0] | Should -BeLike '*could not be kept*-PriceFile*'
        $result.Output.Price.PerMillionTokens | Should -Be 3
    }

    It 'refuses a price below 0, however little' {
        $failed = (Invoke-Captured { Measure-FineTuningDataset $train -Price -0.4 -SavePrice -PriceFile $prices }).Terminating
        $failed.FullyQualifiedErrorId | Should -Be 'PriceNotValid,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        $prices | Should -Not -Exist
    }

    It 'wants a price to keep, and a price file that is one' {
        (Invoke-Captured { Measure-FineTuningDataset $train -SavePrice -PriceFile $prices }).Terminating.FullyQualifiedErrorId |
            Should -Be 'NoPriceToSave,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        Set-Content $prices '{"prices":[{"model":"gpt-4o-mini"}]}'
        $result = Invoke-Captured { Measure-FineTuningDataset $train -PriceFile $prices }
        $failed = $result.Errors[0]
        $result.Output.Examples | Should -Be 12 -Because 'the numbers are worth having without a price'
        $failed.FullyQualifiedErrorId | Should -Be 'PriceFileFailed,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        Get-ErrorText $failed | Should -BeLike '*prices.json*perMillionTokens*-PriceFile*'
        Get-Content $prices | Should -Be '{"prices":[{"model":"gpt-4o-mini"}]}'
    }

    It 'estimates nothing for reinforcement, which is paid by time' {
        $prompts = Join-Path $TestDrive prompts.jsonl
        [IO.File]::WriteAllText($prompts, '{"messages":[{"role":"user","content":"1+1"}],"answer":"2"}' + "`n")
        $measure = Measure-FineTuningDataset $prompts o4-mini-2025-04-16 -Price 3 -PriceFile $prices
        "$($measure.Format)" | Should -Be 'Reinforcement'
        $measure.EstimatedCost | Should -BeNullOrEmpty
    }

    It 'leaves out lines that are no examples, and says so' {
        $result = Invoke-Captured { Measure-FineTuningDataset $broken -PriceFile $prices }
        $result.Output.Examples, $result.Output.SkippedLines | Should -Be @(11, 1)
        $result.Warnings.Message | Should -BeLike 'broken.jsonl: 1 line is *Test-FineTuningDataset*'
    }

    It 'refuses what is no text, and goes on' {
        $wide = Join-Path $TestDrive wide.jsonl
        [IO.File]::WriteAllText($wide, [IO.File]::ReadAllText($train), [Text.Encoding]::Unicode)
        $result = Invoke-Captured { $wide, $train | Measure-FineTuningDataset -PriceFile $prices }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'NotText,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        $result.Output.Name | Should -Be 'train.jsonl'
    }

    It 'takes files and names from the pipeline, and reports a missing one' {
        (Get-ChildItem $folder | Measure-FineTuningDataset -PriceFile $prices).Name | Sort-Object |
            Should -Be @('odd [1] name.jsonl', 'train.jsonl', 'valid.jsonl')
        ([pscustomobject]@{ TrainingPath = $train } | Measure-FineTuningDataset -PriceFile $prices).Name |
            Should -Be 'train.jsonl'
        (Invoke-Captured { Measure-FineTuningDataset ./none.jsonl -PriceFile $prices }).Errors.FullyQualifiedErrorId |
            Should -Be 'PathNotFound,FineTuning.Commands.MeasureFineTuningDatasetCommand'
        ($train, (Join-Path $folder none.jsonl) | Measure-FineTuningDataset -PriceFile $prices -ErrorAction Stop |
            Select-Object -First 1).Name | Should -Be 'train.jsonl'
    }

    It 'knows what the local server will choose for its model' {
        $server = Start-FineTuningServer -Memory -PassThru
        try {
            $job = New-FineTuningJob local-small $train -Wait
            $measure = Measure-FineTuningDataset $train local-small -PriceFile $prices
            $job.Hyperparameters.EpochCount, $job.Hyperparameters.BatchSize |
                Should -Be @($measure.EpochCount, $measure.BatchSize)
        } finally { $server | Stop-FineTuningServer }
    }

    It 'shows the numbers to a person' {
        $shown = Measure-FineTuningDataset $train -PriceFile $prices | Out-String -Width 120
        $shown | Should -Match 'train\.jsonl\S*\s+chat, 12 examples, .* for gpt-4o-mini \(o200k_base\)'
        $shown | Should -Match 'Messages\s+24: 12 user, 12 assistant'
        $shown | Should -Match 'Per example\s+min \d+, median'
        $shown | Should -Match 'Cost\s+unknown; give the price'
    }

    It 'shows progress, and Ctrl+C returns at once' {
        $large = New-TestDataset (Join-Path $TestDrive measure-large.jsonl) -Count 200000
        $pipeline = Start-TestPipeline 'param($a) while ($true) { Measure-FineTuningDataset $a[0] -PriceFile $a[1] }' @(
            $large, $prices
        )
        try {
            Wait-Until { $pipeline.Shell.Streams.Progress.Count -gt 0 } -Because 'the measure shows progress'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
    }
}
