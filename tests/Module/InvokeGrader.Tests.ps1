BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $connection = Get-FineTuningConnection
    $same = @{ type = 'string_check'; name = 'same'; input = '{{ sample.output_text }}'; reference = '{{ item.answer }}'; operation = 'eq' }
    function New-Row([int] $Count) {
        foreach ($i in 1..$Count) { [pscustomobject]@{ model_sample = "$($i % 3)"; answer = '1'; row = $i } }
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'What Invoke-Grader takes' {
    It 'is one sample with an item as <name>' -ForEach @(
        @{ name = 'a hashtable'; item = @{ answer = 'a' } }
        @{ name = 'an object'; item = [pscustomobject]@{ answer = 'a' } }
        @{ name = 'JSON text'; item = '{"answer":"a"}' }
    ) {
        foreach ($local in $false, $true) {
            $result = Invoke-Grader $same -ModelSample a -Item $item -Local:$local
            $result | Should -BeOfType FineTuning.Output.GraderResult
            $result.Reward | Should -Be 1
            $result.Reward | Should -BeOfType double
            [object]::ReferenceEquals($result.Item, $item) -or $result.Item -eq $item | Should -BeTrue
            (Invoke-Grader $same -ModelSample b -Item $item -Local:$local).Reward | Should -Be 0
        }
    }

    It 'is the pipeline: <name>' -ForEach @(
        @{ name = 'objects'; rows = [pscustomobject]@{ model_sample = 'a'; answer = 'a' },
            [pscustomobject]@{ ModelSample = 'b'; answer = 'a' } }
        @{ name = 'hashtables'; rows = @{ model_sample = 'a'; answer = 'a' }, @{ ModelSample = 'b'; answer = 'a' } }
        @{ name = 'lines of JSON'; rows = '{"model_sample":"a","answer":"a"}', '{"model_sample":"b","answer":"a"}' }
    ) {
        $results = $rows | Invoke-Grader $same -Local
        $results.Reward | Should -Be 1, 0
        $results.ModelSample | Should -Be 'a', 'b'
        $results.Number | Should -Be 1, 2
        foreach ($result in $results) { $result.Item.answer | Should -Be 'a' }
    }

    It 'is a table of Import-Csv, a CSV file and a JSONL file' {
        $csv = Join-Path $TestDrive samples.csv
        $jsonl = Join-Path $TestDrive samples.jsonl
        "model_sample,answer`na,a`nb,a" | Set-Content $csv
        '{"model_sample":"a","answer":"a"}', '', '{"model_sample":"b","answer":"a"}' | Set-Content $jsonl
        (Import-Csv $csv | Invoke-Grader $same -Local).Reward | Should -Be 1, 0
        (Get-Item $csv | Invoke-Grader $same -Local).Reward | Should -Be 1, 0
        (Invoke-Grader $same -Path (Join-Path $TestDrive samples.*) -Local).Reward | Should -Be 1, 0, 1, 0
        (Get-Item $jsonl | Invoke-Grader $same).Reward | Should -Be 1, 0
    }

    It 'is rows whose text has a name of its own, with -SampleProperty: <name>' -ForEach @(
        @{ name = 'objects'; rows = [pscustomobject]@{ Reply = 'a'; answer = 'a'; model_sample = 'x' },
            [pscustomobject]@{ reply = 'b'; answer = 'a' } }
        @{ name = 'lines of JSON'; rows = '{"reply":"a","answer":"a","model_sample":"x"}',
            '{"reply":"b","answer":"a"}' }
        @{ name = 'a table'; rows = "reply,answer`na,a`nb,a" | ConvertFrom-Csv }
        @{ name = 'earlier results'; rows = [pscustomobject]@{
            ModelSample = 'x'; Reward = 0; Item = @{ answer = 'a' }; reply = 'a'
        }, [pscustomobject]@{ ModelSample = 'a'; Reward = 0; Item = @{ answer = 'a' }; reply = 'b' } }
    ) {
        $results = $rows | Invoke-Grader $same -SampleProperty reply -Local
        $results.Reward | Should -Be 1, 0
        $results.ModelSample | Should -Be 'a', 'b'
        $results | ForEach-Object { $_.Item | Select-Object -ExpandProperty answer | Should -Be 'a' }
    }

    It 'is files whose text has a name of its own' {
        $csv, $jsonl = (Join-Path $TestDrive named.csv), (Join-Path $TestDrive named.jsonl)
        "reply,answer`na,a`nb,a" | Set-Content $csv
        '{"reply":"a","answer":"a"}', '{"Reply":"a","answer":"a"}' | Set-Content $jsonl
        (Invoke-Grader $same -Path $csv -SampleProperty reply -Local).Reward | Should -Be 1, 0
        $result = Invoke-Captured { Invoke-Grader $same -Path $jsonl -SampleProperty reply -Local }
        $result.Output.Reward | Should -Be 1
        Get-ErrorText $result.Errors[0] |
            Should -BeLike "*Row 2*no property 'reply'; it has Reply, answer*-SampleProperty*"
        Get-ErrorText (Invoke-Captured { 'text' |
            Invoke-Grader $same -SampleProperty reply -Item @{ answer = 'a' } -Local }).Errors[0] |
            Should -BeLike '*The text is no item, and the sample was given by -SampleProperty*'
        (Invoke-Captured { Invoke-Grader $same a -SampleProperty reply -Local }).Terminating.FullyQualifiedErrorId |
            Should -BeLike 'InvalidSample,*'
    }

    It 'is texts with one item, and items with one text' {
        ('a', 'b' | Invoke-Grader $same -Item @{ answer = 'a' } -Local).Reward | Should -Be 1, 0
        (@{ answer = 'a' }, '{"answer":"b"}' | Invoke-Grader $same -ModelSample a -Local).Reward | Should -Be 1, 0
        ('{"answer":"a"}' | Invoke-Grader $same -Item @{ answer = '{"answer":"a"}' } -Local).Reward |
            Should -Be 1 -Because 'a text that looks like JSON can be the sample'
    }

    It 'is an earlier result, also from a file' {
        $first = New-Row 3 | Invoke-Grader $same -Local
        ($first | Invoke-Grader $same -Local).Reward | Should -Be $first.Reward
        $file = Join-Path $TestDrive results.xml
        $first | Export-Clixml $file
        (Import-Clixml $file | Invoke-Grader $same -Local).Reward | Should -Be $first.Reward
        ($first[0] | ConvertTo-Json -Depth 5 | ConvertFrom-Json).Item.row | Should -Be 1
        $lines = Join-Path $TestDrive results.jsonl
        $first | ForEach-Object { $_ | ConvertTo-Json -Depth 5 -Compress } | Set-Content $lines
        foreach ($again in (Invoke-Grader $same -Path $lines -Local), (Get-Content $lines | Invoke-Grader $same -Local),
            (Get-Content $lines | ConvertFrom-Json | Invoke-Grader $same -Local)) {
            $again.Reward | Should -Be $first.Reward
            $again | ForEach-Object { $_.Item.row } | Should -Be 1, 2, 3
        }
    }

    It 'is an answer, as a line of JSON and as an object' {
        $answer = [pscustomobject]@{ Model = 'm'; Text = 'a'; Item = @{ answer = 'a' } }
        $json = $answer | ConvertTo-Json -Compress
        ($answer, $json, ($json | ConvertFrom-Json) | Invoke-Grader $same -Local).Reward | Should -Be 1, 1, 1
    }

    It 'is a row with a field of the name item: <name>' -ForEach @(
        @{ name = 'small'; row = [pscustomobject]@{ model_sample = 'a'; answer = 'a'; item = @{ answer = 'b' } } }
        @{ name = 'large'; row = [pscustomobject]@{ ModelSample = 'a'; answer = 'a'; Item = @{ answer = 'b' } } }
    ) {
        $json = $row | ConvertTo-Json -Compress
        ($row, $json, ($json | ConvertFrom-Json) | Invoke-Grader $same -Local).Reward | Should -Be 1, 1, 1
    }

    It 'is a grader as <name>' -ForEach @(
        @{ name = 'JSON text'; grader = { $same | ConvertTo-Json } }
        @{ name = 'a file'; grader = { $path = Join-Path $TestDrive grader.json; $same | ConvertTo-Json |
            Set-Content $path; $path } }
        @{ name = 'an object'; grader = { $same | ConvertTo-Json | ConvertFrom-Json } }
    ) {
        (Invoke-Grader (& $grader) -ModelSample a -Item @{ answer = 'a' } -Local).Reward | Should -Be 1
    }

    It 'is the same in other cultures' {
        $before = [cultureinfo]::CurrentCulture
        try {
            [cultureinfo]::CurrentCulture = 'de-DE'
            $result = [pscustomobject]@{ model_sample = 1.5; answer = 1.5 } | Invoke-Grader $same -Local
            $result.ModelSample | Should -Be '1.5'
            $result.Reward | Should -Be 1
            ($result | Out-String) | Should -BeLike '*1.000*'
        } finally {
            [cultureinfo]::CurrentCulture = $before
        }
    }
}

Describe 'What it gives' {
    It 'keeps the order with many at once, here and at the service' {
        $rows = New-Row 120
        foreach ($local in $false, $true) {
            $results = $rows | Invoke-Grader $same -ThrottleLimit 32 -Local:$local
            $results.Number | Should -Be (1..120)
            @($results | ForEach-Object { $_.Item.row }) | Should -Be (1..120)
            $results.Reward | Should -Be ($rows | ForEach-Object { [double] ($_.model_sample -eq '1') })
        }
    }

    It 'has the parts of a multi grader, the same here and at the service' {
        $multi = @{
            type = 'multi'; name = 'both'; calculate_output = '0.5 * a + 0.25 * b'
            graders = [ordered]@{
                a = $same
                b = @{ type = 'text_similarity'; name = 'b'; input = '{{ sample.output_text }}'; reference = '{{ item.answer }}'; evaluation_metric = 'fuzzy_match' }
            }
        }
        foreach ($local in $false, $true) {
            $result = Invoke-Grader $multi -ModelSample ab -Item @{ answer = 'ac' } -Local:$local
            $result.Reward | Should -Be 0.125
            $result.SubRewards.a | Should -Be 0
            $result.SubRewards.b | Should -Be 0.5
            ($result | Out-String) | Should -BeLike '*0.125*a 0.000, b 0.500*'
        }
    }

    It 'stops asking when nobody wants more' {
        Clear-ServerRequest $server
        (New-Row 2000 | Invoke-Grader $same -ThrottleLimit 4 | Select-Object -First 3).Number | Should -Be 1, 2, 3
        @(Get-ServerRequest $server).Count | Should -BeLessThan 100
    }
}

Describe 'What goes wrong' {
    It 'is an error for its row, and the others go on' {
        $rows = [pscustomobject]@{ model_sample = '1'; answer = '1' }, [pscustomobject]@{ answer = '1' },
            'no JSON { at all', '{"answer":"1"}', [pscustomobject]@{ model_sample = '2'; answer = '1' }
        $result = Invoke-Captured { $rows | Invoke-Grader $same -Local }
        $result.Output.Number | Should -Be 1, 3, 5
        $result.Errors.FullyQualifiedErrorId |
            Should -Be (@('SampleNotRead,FineTuning.Commands.InvokeGraderCommand') * 2)
        Get-ErrorText $result.Errors[0] |
            Should -BeLike "*Row 2*no property 'model_sample'; it has answer*-SampleProperty*-ModelSample*"
    }

    It 'in the values of a row is an error for it, and the others go on' {
        $rows = @(
            [pscustomobject]@{ model_sample = '1'; answer = '1' }
            [pscustomobject]@{ model_sample = '1'; answer = [double]::NaN }
            [pscustomobject]@{ model_sample = '1' } |
                Add-Member -MemberType ScriptProperty -Name answer -Value { throw 'no answer today' } -PassThru
            [pscustomobject]@{ model_sample = '2'; answer = '1' }
        )
        $result = Invoke-Captured { $rows | Invoke-Grader $same -Local }
        $result.Terminating | Should -BeNullOrEmpty
        $result.Output.Number | Should -Be 1, 4
        $result.Errors | Should -HaveCount 2
        "$($result.Errors)" | Should -BeLike '*Row 2*NaN*Row 3*'
    }

    It 'with all rows ends after a few' {
        $result = Invoke-Captured {
            1..40 | ForEach-Object { [pscustomobject]@{ answer = "$_" } } | Invoke-Grader $same -Local
        }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NoRowFits,*'
        $result.Errors | Should -HaveCount 10
        Get-ErrorText $result.Terminating | Should -BeLike '*-SampleProperty*'
    }

    It 'with -Item is told once' {
        $result = Invoke-Captured { 1..50 | Invoke-Grader $same -Item 'no json' -Local }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'InvalidItem,*'
        $result.Errors | Should -BeNullOrEmpty
    }

    It 'on the way ends it with its own error, and gives what was graded before' {
        $null = Set-FineTuningServerFault 'RunGrader:skip=7,status=403'
        try {
            $result = Invoke-Captured { New-Row 300 | Invoke-Grader $same -ThrottleLimit 4 }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
            $result.Errors | Should -BeNullOrEmpty
            $result.Output | Should -HaveCount 7 -Because 'what was graded was paid for'
        } finally { Clear-FineTuningServerFault }
    }

    It 'in a file is told by line' {
        $file = Join-Path $TestDrive broken.jsonl
        '{"model_sample":"1","answer":"1"}', '{"model_sample":', '[1]', '{"model_sample":"2","answer":"1"}' |
            Set-Content $file
        $result = Invoke-Captured { Invoke-Grader $same -Path $file -Local }
        $result.Output.Reward | Should -Be 1, 0
        "$($result.Errors)" | Should -BeLike '*broken.jsonl:2*no JSON*broken.jsonl:3*no object*'
    }

    It 'of the service is an error for its row, in its place' {
        $null = Set-FineTuningServerFault 'RunGrader:skip=2,count=1,status=400'
        try {
            $result = Invoke-Captured { New-Row 6 | Invoke-Grader $same -ThrottleLimit 1 }
            $result.Output.Number | Should -Be 1, 2, 4, 5, 6
            $result.Errors | Should -HaveCount 1
            $result.Errors[0].TargetObject.row | Should -Be 3
            $result.Terminating | Should -BeNullOrEmpty
        } finally { Clear-FineTuningServerFault }
    }

    It 'by the sample is told with it, and once at the end' {
        $json = @{ type = 'string_check'; name = 'json'; input = '{{ sample.output_json.a }}'; reference = '1'; operation = 'eq' }
        foreach ($local in $false, $true) {
            $result = Invoke-Captured {
                '{"a":1}', 'text', '{"b":1}' | ForEach-Object { [pscustomobject]@{ model_sample = $_ } } |
                    Invoke-Grader $json -Local:$local
            }
            $result.Output.Reward | Should -Be 1, 0, 0
            $result.Output.ErrorType | Should -Be $null, 'sample_parse_error', 'invalid_variable_error'
            $result.Output[1].Error | Should -BeLike '*not JSON*'
            $result.Errors | Should -BeNullOrEmpty
            $result.Warnings | Should -HaveCount 1
            "$($result.Warnings)" | Should -BeLike '2 of 3 samples*'
        }
    }

    It 'with the grader ends it after a few requests' {
        Clear-ServerRequest $server
        $result = Invoke-Captured { New-Row 500 | Invoke-Grader @{ type = 'nonsense'; name = 'x' } -ThrottleLimit 4 }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NothingWorks,*'
        $result.Errors.Count | Should -BeLessOrEqual 10
        @(Get-ServerRequest $server).Count | Should -BeLessThan 60
    }

    It 'with the set-up ends it at once: <name>' -ForEach @(
        @{ name = 'no grader'; run = { 'a' | Invoke-Grader 'no such file' }; id = 'NoGrader' }
        @{ name = 'no type'; run = { 'a' | Invoke-Grader @{ name = 'x' } -Local }; id = '*Grader*' }
        @{ name = 'a metric that is not here'; run = { 'a' |
            Invoke-Grader @{ type = 'text_similarity'; name = 'c'; input = 'a'; reference = 'b'; evaluation_metric = 'cosine' } -Local }; id = 'GraderNotLocal' }
        @{ name = 'a model that is not here'; run = { 'a' |
            Invoke-Grader @{ type = 'score_model'; name = 'c'; model = 'gpt-4o'; input = @(
                @{ role = 'user'; content = 'x' }
            ) } -Local }; id = 'GraderNotLocal' }
    ) {
        $result = Invoke-Captured $run
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike "$id,*"
        $result.Terminating.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $result.Output | Should -BeNullOrEmpty
    }

    It 'says that cosine needs embeddings' {
        $result = Invoke-Captured {
            'a' | Invoke-Grader @{ type = 'text_similarity'; name = 'c'; input = 'a'; reference = 'b'; evaluation_metric = 'cosine' } -Local
        }
        "$($result.Terminating)" | Should -BeLike '*embedding*'
    }

    It 'with the service ends it once for all' {
        $closed = Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -MaxRetryCount 0 -PassThru -Name nobody -ApiKey (ConvertTo-TestKey 'sk-any')
        try {
            $result = Invoke-Captured { New-Row 50 | Invoke-Grader $same -Connection $closed }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'ConnectionFailed,*'
            $result.Errors | Should -BeNullOrEmpty
        } finally { Connect-TestServer $server }
    }

    It 'loses no sample to refusals for too many requests' {
        $null = Set-FineTuningServerFault 'RunGrader:probability=0.4,seed=7,status=429,retry_after=0'
        try {
            $result = Invoke-Captured { New-Row 150 | Invoke-Grader $same -ThrottleLimit 16 }
            $result.Errors | Should -BeNullOrEmpty
            $result.Output.Number | Should -Be (1..150)
            (Get-FineTuningServerFault).Hits | Should -BeGreaterThan 40
        } finally { Clear-FineTuningServerFault }
    }
}

Describe 'Ctrl+C' {
    It 'ends the gradings at once and keeps what came before' {
        $null = Set-FineTuningServerFault 'RunGrader:skip=5,delay_ms=60000'
        $pipeline = Start-TestPipeline 'param($a) 1..100 | ForEach-Object { [pscustomobject]@{ model_sample = "a"; answer = "a" } } | Invoke-Grader $a[0] -ThrottleLimit 1 -Connection $a[1]' @($same, $connection)
        try {
            Wait-Until { $pipeline.Output.Count -eq 5 -and
                (Get-FineTuningServerFault).Hits -gt 0 } -Because 'the sixth hangs'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $pipeline.Output.Count | Should -Be 5
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
    }
}

Describe 'Tab' {
    It 'offers the connections' {
        (TabExpansion2 'Invoke-Grader x -Connection ' 28).CompletionMatches | Should -Not -BeNullOrEmpty
    }
}
