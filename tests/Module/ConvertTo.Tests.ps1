BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $rows = 1..12 | ForEach-Object {
        [pscustomobject]@{ id = $_; question = "What is $_, é 中 😀?"; answer = "It is $_." }
    }
    $id = { param($name) "$name,FineTuning.Commands.ConvertToFineTuningDatasetCommand" }
    function Get-Content1([string] $Path) { [IO.File]::ReadAllText($Path) }
}

Describe 'ConvertTo-FineTuningDataset' {
    BeforeEach { $path = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).jsonl" }
    AfterEach { Get-ChildItem $TestDrive -Filter *.part | Should -BeNullOrEmpty -Because 'nothing half is left' }

    It 'emits examples as texts, readable ones' {
        $texts = $rows | ConvertTo-FineTuningDataset -SystemMessage 'Be kind.'
        $texts | Should -HaveCount 12
        $texts[0] | Should -BeOfType [string]
        $texts[0] | Should -BeExactly '{"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"What is 1, é 中 😀?"},{"role":"assistant","content":"It is 1."}]}'
    }

    It 'streams: no more rows are read than are asked for' {
        $script:read = 0
        $texts = 1..1000 | ForEach-Object { $script:read++; @{ prompt = "$_"; completion = 'x' } } |
            ConvertTo-FineTuningDataset | Select-Object -First 2
        $texts | Should -HaveCount 2
        $script:read | Should -Be 2
    }

    It 'writes a file that a check and the service take' {
        $file = $rows | ConvertTo-FineTuningDataset $path -PassThru
        $file | Should -BeOfType [IO.FileInfo]
        $file.FullName | Should -Be $path
        $bytes = [IO.File]::ReadAllBytes($path)
        $bytes[0] | Should -Be ([byte][char] '{') -Because 'there is no byte order mark'
        $bytes[-1] | Should -Be 10
        $bytes | Should -Not -Contain 13
        (Get-Content1 $path) | Should -BeLike '*é 中 😀*'
        $server = Start-FineTuningServer -Memory -PassThru
        try { (Send-FineTuningFile $path -WarningAction Stop).FileName | Should -Be $file.Name } finally {
            $server | Stop-FineTuningServer
        }
    }

    It 'is silent with -Path' {
        $rows | ConvertTo-FineTuningDataset $path | Should -BeNullOrEmpty
    }

    It 'takes <what>' -ForEach @(
        @{ what = 'hashtables'; make = { @{ Question = 'q'; Answer = 'a' } } }
        @{ what = 'dictionaries that tell capitals apart'; make = { $row = [Collections.Generic.Dictionary[string, object]]::new(); $row['QUESTION'] = 'q'; $row['Answer'] = 'a'; , $row } }
        @{ what = 'ordered hashtables'; make = { [ordered]@{ question = 'q'; answer = 'a' } } }
        @{ what = 'rows of a table'; make = { $table = [Data.DataTable]::new(); 'question', 'answer' |
            ForEach-Object { $null = $table.Columns.Add($_) }; $null = $table.Rows.Add('q', 'a'); $table.Rows } }
        @{ what = 'records of a reader'; make = { $table = [Data.DataTable]::new(); 'question', 'answer' |
            ForEach-Object { $null = $table.Columns.Add($_) }; $null = $table.Rows.Add('q',
                'a'); $table.CreateDataReader() } }
        @{ what = 'objects of ConvertFrom-Json'; make = { '{"question":"q","answer":"a"}' | ConvertFrom-Json } }
        @{ what = 'rows of a CSV file'; make = { "answer,question`na,q" | ConvertFrom-Csv } }
    ) {
        & $make | ConvertTo-FineTuningDataset |
            Should -BeExactly '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}'
    }

    It 'takes a whole table or list with -InputObject' {
        $table = [Data.DataTable]::new()
        'question', 'answer' | ForEach-Object { $null = $table.Columns.Add($_) }
        1..3 | ForEach-Object { $null = $table.Rows.Add("q$_", "a$_") }
        ConvertTo-FineTuningDataset -InputObject $table | Should -HaveCount 3
        ConvertTo-FineTuningDataset -InputObject $rows | Should -HaveCount 12
    }

    It 'makes <format> examples' -ForEach @(
        @{ format = 'Completion'; row = @{ prompt = 'p'; completion = 'c' }; text = '{"prompt":"p","completion":"c"}' }
        @{ format = 'Preference'; row = @{
            prompt = 'p'; chosen = 'c'; rejected = 'r'
        }; text = '{"input":{"messages":[{"role":"user","content":"p"}]},"preferred_output":[{"role":"assistant","content":"c"}],"non_preferred_output":[{"role":"assistant","content":"r"}]}' }
        @{ format = 'Reinforcement'; row = [ordered]@{
            prompt = 'p'; points = @(1, @{ of = 2.5 }); when = [datetime] '2026-03-04'
        }; text = '{"messages":[{"role":"user","content":"p"}],"points":[1,{"of":2.5}],"when":"2026-03-04"}' }
    ) {
        $row | ConvertTo-FineTuningDataset -Format $format | Should -BeExactly $text
    }

    It 'writes dates in lists and objects as it writes others' {
        $row = '{"prompt":"p","of":{"at":"2026-03-04T15:06:07Z"}}' | ConvertFrom-Json
        $row | Add-Member days @([datetime] '2026-03-04', [datetimeoffset] '2026-03-04T15:06:07.5+01:00')
        $row | ConvertTo-FineTuningDataset -Format Reinforcement |
            Should -BeExactly '{"messages":[{"role":"user","content":"p"}],"of":{"at":"2026-03-04T15:06:07Z"},"days":["2026-03-04","2026-03-04T15:06:07.5+01:00"]}'
    }

    It 'takes names of properties, also as prompt and completion' {
        $row = [pscustomobject]@{ Subject = 's'; Body = 'b'; Queue = 'q'; Tone = 't' }
        $row | ConvertTo-FineTuningDataset -UserProperty Subject, Body -AssistantProperty Queue -SystemProperty Tone |
            Should -BeExactly '{"messages":[{"role":"system","content":"t"},{"role":"user","content":"s\n\nb"},{"role":"assistant","content":"q"}]}'
        $row | ConvertTo-FineTuningDataset -Format Completion -PromptProperty Body -CompletionProperty Queue |
            Should -BeExactly '{"prompt":"b","completion":"q"}'
    }

    It 'tells in Verbose what it found' {
        $told = $rows[0] | ConvertTo-FineTuningDataset -Verbose 4>&1 | Where-Object {
            $_ -is [Management.Automation.VerboseRecord]
        }
        "$told" | Should -BeLike '*user from question, assistant from answer. Not used: id.*'
    }

    It 'makes conversations of messages' {
        $texts = @(
            @{ c = 1; role = 'user'; content = 'a' }, @{ c = 1; role = 'assistant'; content = 'b' },
                @{ c = 2; role = 'user'; content = 'c' }, @{ c = 2; role = 'gpt'; content = 'd' }
        ) | ConvertTo-FineTuningDataset -GroupProperty c
        $texts | Should -HaveCount 2
        $texts[1] | Should -BeExactly '{"messages":[{"role":"user","content":"c"},{"role":"assistant","content":"d"}]}'
    }

    It 'warns of conversations that are not in order' {
        $messages = foreach ($c in 1, 2, 1) {
            @{ c = $c; role = 'user'; text = 'a' }; @{ c = $c; role = 'assistant'; text = 'b' }
        }
        $result = Invoke-Captured { $messages | ConvertTo-FineTuningDataset -GroupProperty c }
        $result.Output | Should -HaveCount 3
        "$($result.Warnings)" | Should -BeLike "*'1' in 'c'*sort*"
    }

    It 'tries no more when none of the first rows fits' {
        $path = Join-Path $TestDrive vain.jsonl
        $rows = 1..300 | ForEach-Object { [pscustomobject]@{ text = "question $_"; queue = 'access' } }
        $result = Invoke-Captured {
            $rows | ConvertTo-FineTuningDataset $path -UserProperty txt -AssistantProperty queue
        }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id NoRowFits)
        $result.Errors | Should -HaveCount 10
        $path | Should -Not -Exist
        (Invoke-Captured { 1..300 | ForEach-Object { "a,$_" } | ConvertTo-FineTuningDataset $path }).Errors |
            Should -HaveCount 10
    }

    It 'says how many rows were left out' {
        $path = Join-Path $TestDrive left-out.jsonl
        $rows = 1..20 | ForEach-Object {
            [pscustomobject]@{ question = "q$_"; answer = if ($_ % 4) { 'yes' } else { '' } }
        }
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset $path }
        $result.Errors | Should -HaveCount 5
        "$($result.Warnings)" | Should -BeLike '5 of 20 rows were left out*15 examples*'
    }

    It 'names the row, the property and what the row has, and goes on' {
        $bad = $rows[0], [pscustomobject]@{ question = 'q'; reply = 'x' },
            [pscustomobject]@{ question = 'q'; answer = ' ' }, $rows[1]
        $result = Invoke-Captured { $bad | ConvertTo-FineTuningDataset }
        $result.Output | Should -HaveCount 2
        $result.Errors.FullyQualifiedErrorId | Should -Be @((& $id PropertyMissing), (& $id TextEmpty))
        $result.Errors[0].CategoryInfo.Category | Should -Be 'InvalidData'
        $result.Errors[0].TargetObject.reply | Should -Be 'x'
        Get-ErrorText $result.Errors[0] |
            Should -BeLike "Row 2 has no property 'answer'. It has: question, reply.*-AssistantProperty*"
        Get-ErrorText $result.Errors[1] | Should -BeLike "Row 3*'answer' is empty*"
    }

    It 'tells of a value that cannot be read, and goes on: <what>' -ForEach @(
        @{ what = 'half a character'; make = { @{
            question = [Text.Json.JsonDocument]::Parse('"\ud800"').RootElement; answer = 'a'
        } } }
        @{ what = 'keys that do not compare'; make = { $row = [Collections.SortedList]::new(); $row[1] = 'q'; , $row } }
        @{ what = 'a script that fails'; make = { [pscustomobject]@{ answer = 'a' } |
            Add-Member -PassThru ScriptProperty question { throw 'not today' } } }
        @{ what = 'a value that contains itself'; make = { $list = [Collections.ArrayList]::new(); $null = $list.Add($list); @{ question = $list; answer = 'a' } } }
        @{ what = 'a record of a closed reader'; make = {
            $table = [Data.DataTable]::new(); 'question', 'answer' | ForEach-Object { $null = $table.Columns.Add($_) }
            $reader = $table.CreateDataReader(); $reader.Close(); , $reader } }
    ) {
        $bad = & $make
        $result = Invoke-Captured {
            $rows[0] | & { process { $_; , $bad; $_ } } |
                ConvertTo-FineTuningDataset -UserProperty question -AssistantProperty answer
        }
        $result.Terminating | Should -BeNullOrEmpty
        $result.Output | Should -HaveCount 2
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id ValueNotRead)
        $result.Errors[0].CategoryInfo.Category | Should -Be 'InvalidData'
        Get-ErrorText $result.Errors[0] | Should -BeLike 'Row 2 could not be read*Select-Object*'
    }

    It 'names a conversation that has no answer, and no row of another' {
        $said = @{ c = 'x'; role = 'user'; text = 'a' }, @{ c = 'y'; role = 'user'; text = 'b' },
            @{ c = 'y'; role = 'frog'; text = 'c' }, @{ c = 'z'; role = 'user'; text = 'd' }
        $result = Invoke-Captured { $said | ConvertTo-FineTuningDataset -GroupProperty c }
        $result.Errors.FullyQualifiedErrorId | Should -Be @((& $id NoAnswer), (& $id RoleUnknown), (& $id NoAnswer))
        $result.Errors[0].TargetObject | Should -BeNullOrEmpty
        $result.Errors[1].TargetObject.role | Should -Be 'frog'
        $result.Errors[2].TargetObject | Should -BeNullOrEmpty
        Get-ErrorText $result.Errors[0] | Should -BeLike "The rows from 1 on, with 'x' in 'c',*"
        Get-ErrorText $result.Errors[2] | Should -BeLike "The rows from 4 on, with 'z' in 'c',*"
    }

    It 'refuses what has no properties, and goes on' {
        $result = Invoke-Captured { 'text', $rows[0], 5 | ConvertTo-FineTuningDataset }
        $result.Output | Should -HaveCount 1
        $result.Errors.FullyQualifiedErrorId | Should -Be @((& $id NotARow), (& $id NotARow))
        Get-ErrorText $result.Errors[0] | Should -BeLike 'A String has no properties*Import-Csv*'
    }

    It 'says of examples that they need no conversion' {
        $result = Invoke-Captured {
            '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}' | ConvertFrom-Json |
                ConvertTo-FineTuningDataset
        }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id RowIsExample)
        Get-ErrorText $result.Terminating | Should -BeLike "Row 1 has 'messages': it is an example already*ConvertTo-Json*"
    }

    It 'ends at once where a property has no usual name' {
        $result = Invoke-Captured { @{ a = 1; answer = 'b' } | ConvertTo-FineTuningDataset $path }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id PropertyNotNamed)
        Get-ErrorText $result.Terminating | Should -BeLike '*-UserProperty*'
        $path | Should -Not -Exist
    }

    It 'refuses parameters that do not fit together: <why>' -ForEach @(
        @{ why = 'a group of preferences'; with = @{ Format = 'Preference'; GroupProperty = 'id' } }
        @{ why = 'a role without a group'; with = @{ RoleProperty = 'id' } }
        @{ why = 'a system message of a completion'; with = @{ Format = 'Completion'; SystemMessage = 'x' } }
        @{ why = 'a field of the name messages'; with = @{ Format = 'Reinforcement'; ItemProperty = 'messages' } }
        @{ why = 'a better answer of a chat'; with = @{ PreferredProperty = 'answer' } }
        @{ why = 'a user of a group'; with = @{ GroupProperty = 'id'; UserProperty = 'question' } }
        @{ why = 'both to add and to replace'; with = @{
            Path = 'TestDrive:/both.jsonl'; Append = $true; Force = $true
        } }
    ) {
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset @with }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id InvalidOptions)
        Get-ErrorText $result.Terminating | Should -Not -BeLike '*Parameter ''*'
        'TestDrive:/both.jsonl' | Should -Not -Exist
    }

    It 'keeps a file unless -Force is given' {
        'before' | Set-Content $path
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset $path }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id FileExists)
        Get-Content $path | Should -Be 'before'
        $rows | ConvertTo-FineTuningDataset $path -Force
        Get-Content $path | Should -HaveCount 12
    }

    It 'adds with -Append, also behind a last line without a line end' {
        $rows[0] | ConvertTo-FineTuningDataset $path -Append
        [IO.File]::WriteAllText($path, (Get-Content1 $path).Trim())
        $rows[1, 2] | ConvertTo-FineTuningDataset $path -Append
        Get-Content $path | Should -Be ($rows[0..2] | ConvertTo-FineTuningDataset)
    }

    It 'adds no examples to those of another kind, nor to what is no UTF-8' {
        @{ prompt = 'p'; completion = 'c' } | ConvertTo-FineTuningDataset $path -Format Completion
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset $path -Append }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id CannotAppend)
        [IO.File]::WriteAllText($path, '{"prompt":"p","completion":"c"}', [Text.Encoding]::Unicode)
        (Invoke-Captured { $rows | ConvertTo-FineTuningDataset $path -Append }).Terminating.FullyQualifiedErrorId |
            Should -Be (& $id CannotAppend)
        (Get-Item $path).Length | Should -Be 64
    }

    It 'loses nothing that another program adds meanwhile' {
        $rows[0] | ConvertTo-FineTuningDataset $path
        $other = $rows[1] | ConvertTo-FineTuningDataset
        $result = Invoke-Captured {
            $rows[2] | ForEach-Object { Add-Content -LiteralPath $path $other; $_ } |
                ConvertTo-FineTuningDataset $path -Append
        }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id FileChanged)
        Get-ErrorText $result.Terminating | Should -BeLike '*was changed meanwhile*Repeat*'
        Get-Content $path | Should -Be ($rows[0, 1] | ConvertTo-FineTuningDataset)
    }

    It 'names a folder that is not there' {
        $result = Invoke-Captured { $rows | ConvertTo-FineTuningDataset (Join-Path $TestDrive none/a.jsonl) }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id PathNotFound)
    }

    It 'takes paths of the current location and of drives' {
        Push-Location $TestDrive
        try { $rows | ConvertTo-FineTuningDataset './here [1].jsonl' } finally { Pop-Location }
        Test-Path -LiteralPath (Join-Path $TestDrive 'here [1].jsonl') | Should -BeTrue
        $rows | ConvertTo-FineTuningDataset TestDrive:/drive.jsonl
        Join-Path $TestDrive drive.jsonl | Should -Exist
    }

    It 'writes nothing with -WhatIf' {
        $rows | ConvertTo-FineTuningDataset $path -PassThru -WhatIf | Should -BeNullOrEmpty
        $path | Should -Not -Exist
    }

    It 'writes no file where no row became an example' {
        $result = Invoke-Captured { @{ question = 'a'; answer = '' } | ConvertTo-FineTuningDataset $path }
        $result.Errors | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike '*nothing was written*'
        "$((Invoke-Captured { @() | ConvertTo-FineTuningDataset $path }).Warnings)" | Should -BeLike 'No rows came*'
        $path | Should -Not -Exist
    }

    It 'leaves what was there when the pipeline ends in an error' {
        'before' | Set-Content $path
        { 1..5 | ForEach-Object { if ($_ -eq 4) { throw 'no' }; @{ prompt = "$_"; completion = 'x' } } |
            ConvertTo-FineTuningDataset $path -Force } | Should -Throw 'no'
        { @{ prompt = 'a'; completion = 'x' }, @{ prompt = 'a'; completion = '' } |
            ConvertTo-FineTuningDataset $path -Force -ErrorAction Stop } | Should -Throw
        Get-Content $path | Should -Be 'before'
    }

    It 'leaves no file after Ctrl+C' {
        $pipeline = Start-TestPipeline 'param($a) & { $n = 0; while ($true) { @{ prompt = "$((++$n))"; completion = "x" } } } | ConvertTo-FineTuningDataset $a -Verbose' $path
        try {
            Wait-Until { Get-ChildItem $TestDrive -Filter *.part } -Because 'the writing has begun'
            Wait-Until { $pipeline.Shell.Streams.Verbose.Count -gt 1 } -Because 'rows come'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
        $path | Should -Not -Exist
    }

    It 'writes the same under de-DE and tr-TR' {
        $row = [pscustomobject]@{ INPUT = 1.5; COMPLETION = [decimal] 2.25 }
        $day = if ((Get-TestRun) -eq 'net8.0') {
            [pscustomobject]@{ INPUT = [DateOnly]::new(2026, 3, 4); COMPLETION = [TimeOnly]::new(15, 6, 7) }
        }
        $before = [cultureinfo]::CurrentCulture
        try {
            foreach ($culture in 'de-DE', 'tr-TR') {
                [cultureinfo]::CurrentCulture = $culture
                $row | ConvertTo-FineTuningDataset |
                    Should -BeExactly '{"messages":[{"role":"user","content":"1.5"},{"role":"assistant","content":"2.25"}]}'
                if ($day) {
                    $day | ConvertTo-FineTuningDataset |
                        Should -BeExactly '{"messages":[{"role":"user","content":"2026-03-04"},{"role":"assistant","content":"15:06:07"}]}'
                }
            }
        } finally { [cultureinfo]::CurrentCulture = $before }
    }

    It 'offers the kinds of examples on Tab' {
        $text = 'ConvertTo-FineTuningDataset -Format '
        (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText |
            Should -Be @('Chat', 'Completion', 'Preference', 'Reinforcement')
    }
}
