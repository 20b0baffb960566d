# Files of other trainers' formats, as ConvertTo-FineTuningDataset reads them with -SourcePath. What each row becomes is
# tested in Core; these tests are what a user sees.
BeforeDiscovery {
    $formats = @(
        @{ from = 'ShareGpt'; kind = 'Chat'; row = '{"conversations":[{"from":"human","value":"q@"},{"from":"gpt","value":"a@"}]}' }
        @{ from = 'Alpaca'; kind = 'Chat'; row = '{"instruction":"q@","input":"","output":"a@"}' }
        @{ from = 'Trl'; kind = 'Preference'; row = '{"prompt":"q@","chosen":"a@","rejected":"b@"}' }
        @{ from = 'Completion'; kind = 'Chat'; row = '{"prompt":"q@","completion":"a@"}' }
        @{ from = 'Text'; kind = 'Chat'; row = '{"text":"### Human: q@\n### Assistant: a@"}' }
        @{ from = 'Batch'; kind = 'Chat'; row = '{"custom_id":"@","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"q@"},{"role":"assistant","content":"a@"}]}}' }
        @{ from = 'JsonText'; kind = 'Chat'; row = '"{\"messages\":[{\"role\":\"user\",\"content\":\"q@\"},{\"role\":\"assistant\",\"content\":\"a@\"}]}"' }
        @{ from = 'MessageList'; kind = 'Chat'; row = '[{"role":"user","content":"q@"},{"role":"assistant","content":"a@"}]' }
    )
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $id = { param($name) "$name,FineTuning.Commands.ConvertToFineTuningDatasetCommand" }
    $shareGpt = '{"conversations":[{"from":"human","value":"q@"},{"from":"gpt","value":"a@"}]}'
    $chat = '{"messages":[{"role":"user","content":"q@"},{"role":"assistant","content":"a@"}]}'

    function New-SourceFile([string] $Row = $shareGpt, [int] $Count = 12, [string] $Name = 'source.jsonl') {
        $file = Join-Path $folder $Name
        1..$Count | ForEach-Object { $Row.Replace('@', "$_") } | Set-Content -LiteralPath $file
        $file
    }
}

Describe 'ConvertTo-FineTuningDataset -SourcePath' {
    BeforeEach {
        $folder = (New-Item (Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))) -ItemType Directory).FullName
        $path = Join-Path $folder out.jsonl
    }
    AfterEach { Get-ChildItem $folder -Filter *.part | Should -BeNullOrEmpty -Because 'nothing half is left' }

    It 'converts <from>, as the check says, and the result passes it' -ForEach $formats {
        $source = New-SourceFile $row
        $report = Test-FineTuningDataset $source
        if ($from -ne 'Completion') {
            # Rows of completions are a dataset, too.
            $report.CountsByCode.Values | Should -Be 1 -Because 'what they are is said once a file'
            $advice = @(($report | Out-String -Width 200) -split '\r?\n' -match "-From $from\b")
            $advice | Should -HaveCount 1
            Push-Location $folder
            try { & ([scriptblock]::Create(($advice[0] -replace '^.*To convert it: '))) } finally { Pop-Location }
            Test-FineTuningDataset (Join-Path $folder source.new.jsonl) | ForEach-Object ErrorCount | Should -Be 0
        }
        ConvertTo-FineTuningDataset -SourcePath $source -From $from -Path $path
        $after = Test-FineTuningDataset $path
        $after.ErrorCount | Should -Be 0
        $after.Format | Should -Be $kind
        $after.ExampleCount | Should -Be 12
        Get-Content $path -TotalCount 1 | Should -BeLike '*q1*a1*'
    }

    It 'finds the format of <from> by itself and says which with -Verbose' -ForEach $formats {
        $source = New-SourceFile $row
        $texts = ConvertTo-FineTuningDataset -SourcePath $source -Verbose 4>&1
        $texts[0] | Should -BeOfType [Management.Automation.VerboseRecord]
        "$($texts[0])" | Should -BeLike "*format $from."
        $texts | Select-Object -Skip 1 | Should -HaveCount 12
    }

    It 'takes files from the pipeline: <how>' -ForEach @(
        @{ how = 'by object'; pipe = { Get-Item $source } }
        @{ how = 'by property name'; pipe = { [pscustomobject]@{ SourcePath = $source } } }
        @{ how = 'by FullName'; pipe = { [pscustomobject]@{ FullName = $source } } }
        @{ how = 'as a string'; pipe = { $source } }
    ) {
        $source = New-SourceFile
        (& $pipe | ConvertTo-FineTuningDataset -From ShareGpt) | Should -HaveCount 12
    }

    It 'takes wildcards, and several files become one' {
        $null = New-SourceFile -Name a.jsonl -Count 3
        $null = New-SourceFile -Name b.jsonl -Count 4
        $file = ConvertTo-FineTuningDataset -SourcePath (Join-Path $folder '[ab].jsonl') -Path $path -PassThru
        $file | Should -BeOfType [IO.FileInfo]
        (Get-Content $path) | Should -HaveCount 7
    }

    It 'reads one JSON array as well as lines' {
        $source = Join-Path $folder array.json
        "[`n" + ((1..12 | ForEach-Object { $shareGpt.Replace('@', "$_") }) -join ",`n  ") + "`n]" |
            Set-Content $source
        (ConvertTo-FineTuningDataset -SourcePath $source) | Should -HaveCount 12
    }

    It 'streams: no more is emitted than is asked for' {
        $source = New-SourceFile -Count 5000
        $texts = ConvertTo-FineTuningDataset -SourcePath $source | Select-Object -First 2
        $texts | Should -Be (1, 2 | ForEach-Object { $chat.Replace('@', "$_") })
    }

    It 'names the row that it leaves out and why, goes on, and counts them' {
        $source = New-SourceFile
        Add-Content $source '{"conversations":[{"from":"narrator","value":"x"},{"from":"gpt","value":"y"}]}', '{"conv'
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $source -Path $path }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id RoleUnknown), (& $id RowNotRead)
        "$($result.Errors[0])" | Should -BeLike 'Row 13 *narrator*'
        "$($result.Errors[1])" | Should -BeLike 'Row 14 is no JSON*'
        $result.Warnings | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike '2 of 14 rows were left out*12 examples*'
        (Get-Content $path) | Should -HaveCount 12
    }

    It 'tries no more when none of the first rows fits, and leaves what was there' {
        'kept' | Set-Content $path
        $source = New-SourceFile '{"instruction":"q@","output":"a@"}' -Count 100
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $source -From ShareGpt -Path $path -Force }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id NoRowFits)
        $result.Errors.Count | Should -BeLessThan 20
        Get-Content $path | Should -Be 'kept'
    }

    It 'says of a file of <what> what it is' -ForEach @(
        @{ what = 'CSV'; text = "question,answer`n1,2`n"; like = '*table of text (CSV)*Test-FineTuningDataset*' }
        @{ what = 'chat examples'; text = '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}'; like = '*chat examples already*' }
        @{ what = 'unknown rows'; text = '{"colour":"red","size":3}'; like = '*colour, size*' }
        @{ what = 'no rows'; text = ''; like = '*no rows*' }
        @{ what = 'plain text'; text = 'Once upon a time'; like = '*first line is no JSON*' }
    ) {
        $source = Join-Path $folder odd.jsonl
        [IO.File]::WriteAllText($source, $text)
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $source -Path $path }
        $record = @($result.Errors) + @($result.Terminating | Where-Object { $_ })
        $record | Should -HaveCount 1
        Get-ErrorText $record[0] | Should -BeLike $like
        $path | Should -Not -Exist
    }

    It 'goes on to the next file where one has no known format' {
        $odd = Join-Path $folder odd.jsonl
        '{"colour":"red"}' | Set-Content $odd
        $good = New-SourceFile
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $odd, $good }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id FormatUnknown)
        $result.Output | Should -HaveCount 12
    }

    It 'puts no two kinds of examples into one file' {
        $one = New-SourceFile -Name one.jsonl
        $two = New-SourceFile '{"prompt":"q@","chosen":"a@","rejected":"b@"}' -Name two.jsonl
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $one, $two -Path $path }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id OtherKind)
        (Get-Content $path) | Should -HaveCount 12
    }

    It 'refuses <why>' -ForEach @(
        @{ why = 'a file onto itself'; with = { @{ Path = $source; Force = $true } }; error = 'OntoItself' }
        @{ why = 'a file that is there'; with = { 'x' | Set-Content $path; @{ Path = $path } }; error = 'FileExists' }
        @{ why = 'a column of piped rows'; with = { @{ UserProperty = 'question' } }; error = 'ColumnOfFile' }
        @{ why = 'a kind that the format does not give'; with = { @{ From = 'ShareGpt'; Format = 'Preference' } }; error = 'InvalidOptions' }
    ) {
        $source = New-SourceFile
        $before = Get-Content $source -Raw
        $with = & $with
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath $source @with }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike "$error,*"
        Get-Content $source -Raw | Should -BeExactly $before
    }

    It 'names a file that is not there' {
        $result = Invoke-Captured { ConvertTo-FineTuningDataset -SourcePath (Join-Path $folder none.json) -From Alpaca }
        $record = @($result.Errors) + @($result.Terminating | Where-Object { $_ })
        $record | Should -HaveCount 1
        "$($record[0])" | Should -BeLike '*none.json*'
    }

    It 'writes nothing with -WhatIf' {
        ConvertTo-FineTuningDataset -SourcePath (New-SourceFile) -Path $path -WhatIf
        $path | Should -Not -Exist
    }

    It 'leaves what was there, and no half file, after Ctrl+C' {
        'kept' | Set-Content $path
        $source = New-SourceFile -Count 20000
        # The file is read again and again, so that there is always more to do.
        $pipeline = Start-TestPipeline 'param($a) ConvertTo-FineTuningDataset -SourcePath (@($a[0]) * 5000) -Path $a[1] -Force -Verbose' $source, $path
        try {
            Wait-Until { Get-ChildItem $folder -Filter *.part } -Because 'the writing has begun'
            Wait-Until { $pipeline.Shell.Streams.Verbose.Count -gt 1 } -Because 'files are read'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
        Get-Content $path | Should -Be 'kept'
    }

    It 'offers the formats on Tab' {
        $line = 'ConvertTo-FineTuningDataset -From Sh'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'ShareGpt'
    }
}

Describe 'A dataset piped as objects' {
    It 'says how a file of them is converted' {
        $rows = '{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}' | ConvertFrom-Json
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset }
        $record = @($result.Errors) + @($result.Terminating | Where-Object { $_ })
        Get-ErrorText $record[0] | Should -BeLike '*-SourcePath*'
    }
}
