BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $id = { param($name, $command) "$name,FineTuning.Commands.$($command)GraderCommand" }
}

Describe 'New-Grader' {
    It 'makes a <type> exactly as the service takes it' -ForEach @(
        @{ type = 'string_check'; parameters = @{ StringCheck = $true; Reference = '{{ item.a }}' }
            json = '{"type":"string_check","name":"string_check","input":"{{ sample.output_text }}","reference":"{{ item.a }}","operation":"eq"}' }
        @{ type = 'string_check'; parameters = @{
            StringCheck = $true; Name = 'c'; Input = '{{ sample.output_json.x }}'; Reference = ''; Operation = 'ne'
        }
            json = '{"type":"string_check","name":"c","input":"{{ sample.output_json.x }}","reference":"","operation":"ne"}' }
        @{ type = 'text_similarity'; parameters = @{
            TextSimilarity = $true; Reference = 'größe + "x"'; EvaluationMetric = 'cosine'; PassThreshold = 0.5
        }
            json = '{"type":"text_similarity","name":"text_similarity","input":"{{ sample.output_text }}","reference":"größe + \"x\"","evaluation_metric":"cosine","pass_threshold":0.5}' }
        @{ type = 'score_model'; parameters = @{
            ScoreModel = $true
            Model = 'gpt-4o'
            InputTemplate = 'Rate {{ sample.output_text }}'
            Range = 0, 10.5
            Temperature = 0
            TopP = 1
            Seed = 3
            MaxCompletionTokens = 9
            ReasoningEffort = 'low'
            SamplingParameter = @{ seed = 4 }
        }
            json = '{"type":"score_model","name":"score_model","model":"gpt-4o","input":[{"role":"user","content":"Rate {{ sample.output_text }}"}],"range":[0,10.5],"sampling_params":{"seed":3,"top_p":1,"temperature":0,"max_completions_tokens":9,"reasoning_effort":"low"}}' }
        @{ type = 'label_model'; parameters = @{
            LabelModel = $true
            Model = 'm'
            InputTemplate = @{ content = 'Judge.'; role = 'system' }, '{{ sample.output_text }}',
                @{ role = 'user'; content = @([ordered]@{ type = 'input_text'; text = 'x' }) }
            Label = 'good', 'bad'
            PassingLabel = 'good'
        }
            json = '{"type":"label_model","name":"label_model","model":"m","input":[{"role":"system","content":"Judge."},{"role":"user","content":"{{ sample.output_text }}"},{"role":"user","content":[{"type":"input_text","text":"x"}]}],"labels":["good","bad"],"passing_labels":["good"]}' }
        @{ type = 'python'; parameters = @{
            Python = $true; Source = 'def grade(sample, item): return 1'; ImageTag = '2025-05-08'
        }
            json = '{"type":"python","name":"python","source":"def grade(sample, item): return 1","image_tag":"2025-05-08"}' }
        @{ type = 'multi'; parameters = @{
            Multi = $true
            Name = 'm'
            Formula = 'b + a'
            Grader = [ordered]@{ b = '{"type":"string_check","input":"{{sample.output_text}}","reference":"x","operation":"eq"}'; a = [ordered]@{ type = 'python'; name = 'p'; source = 'def grade(sample, item): return 1' } }
        }
            json = '{"type":"multi","name":"m","graders":{"b":{"type":"string_check","name":"b","input":"{{sample.output_text}}","reference":"x","operation":"eq"},"a":{"type":"python","name":"p","source":"def grade(sample, item): return 1"}},"calculate_output":"b + a"}' }
    ) {
        $result = Invoke-Captured { New-Grader @parameters }
        $result.Errors + $result.Warnings + $result.Terminating | Should -BeNullOrEmpty
        $grader = $result.Output[0]
        $grader.PSTypeNames[0..1] | Should -Be "FineTuning.Grader#$type", 'FineTuning.Grader'
        $grader.ToJson() | Should -BeExactly $json
        $grader | ConvertTo-Json -Depth 10 -Compress | Should -BeExactly $grader.ToJson()
    }

    It 'shows at a glance what the grader does' {
        $exact = New-Grader -StringCheck -Name exact -Reference '{{ item.a }}'
        $score = New-Grader -ScoreModel -Name judge -Model gpt-4o -InputTemplate "Rate it:`n{{ sample.output_text }}" -Range 0, 10
        $label = New-Grader -LabelModel -Model gpt-4o -InputTemplate '{{ sample.output_text }}' -Label a,
            b -PassingLabel b
        $near = New-Grader -TextSimilarity -Reference Paris
        $exact | Out-String -Width 200 |
            Should -Match '(?m)exact.*string_check\W*\r?\n {4}\{\{ sample.output_text \}\} eq \{\{ item.a \}\}'
        $near | Out-String -Width 200 | Should -Match 'output_text \}\} fuzzy_match "Paris"'
        $label | Out-String -Width 200 | Should -Match 'gpt-4o chooses a, b \(passing: b\)'
        $score | Out-String -Width 200 | Should -Match 'gpt-4o gives 0 to 10: "Rate it: \{\{ sample.output_text \}\}"'
        $multi = $exact, $score | New-Grader -Multi -Formula 'exact * judge' | Out-String -Width 200
        $multi | Should -Match '(?m)^ {4}exact \* judge\r?$'
        $multi | Should -Match '(?m)^ {4}exact  string_check  '
        $multi | Should -Match '(?m)^ {4}judge  score_model   '
    }

    It 'is accepted again after <name>' -ForEach @(
        @{ name = 'Export-Clixml'; trip = { Export-Clixml "$TestDrive/g.xml" -InputObject $args[0]; Import-Clixml "$TestDrive/g.xml" } }
        @{ name = 'ConvertTo-Json'; trip = { $args[0] | ConvertTo-Json -Depth 10 | ConvertFrom-Json } }
        @{ name = 'ConvertTo-Json, as a hashtable'; trip = { $args[0] | ConvertTo-Json -Depth 10 |
            ConvertFrom-Json -AsHashtable } }
        @{ name = 'a file'; trip = { $args[0].ToJson() |
            Set-Content "$TestDrive/g.json"; Get-Item "$TestDrive/g.json" } }
        @{ name = 'a path'; trip = { $args[0].ToJson() |
            Set-Content "$TestDrive/[g].json" -NoNewline; Set-Content -LiteralPath "$TestDrive/[g].json" $args[0].ToJson(); "TestDrive:/[g].json" } }
        @{ name = 'a job'; trip = { Start-Job { $args[0] } -ArgumentList $args[0] | Receive-Job -Wait -AutoRemoveJob } }
        @{ name = 'an object with a Grader'; trip = { [pscustomobject]@{ Id = 'ftjob-1'; Grader = $args[0] } } }
    ) {
        $deep = New-Grader -ScoreModel -Name judge -Model gpt-4o -InputTemplate @{
            role = 'user'; content = @(@{ type = 'input_text'; text = '{{ sample.output_text }}' })
        } -Range 0, 1
        $multi = $deep, (New-Grader -StringCheck -Reference x -Name exact) | New-Grader -Multi -Formula 'judge + exact'
        $again = & $trip $multi
        # What comes back is put into nothing: a check of it has the same name, and so has the whole as it is sent.
        $report = Test-Grader $again -Local
        $report.Problems | Should -BeNullOrEmpty
        $report.Type | Should -Be 'multi'
        if ($name -eq 'Export-Clixml') {
            $again | Out-String | Should -Match 'judge \+ exact'
            (New-Grader -Multi -Grader $again.graders -Formula 'judge + exact').ToJson() |
                Should -BeExactly $multi.ToJson()
        }
    }

    It 'reads a script from a file' {
        Set-Content "$TestDrive/grade.py" 'def grade(sample, item): return 0.5' -NoNewline
        (New-Grader -Python -Path TestDrive:/grade.py).source | Should -BeExactly 'def grade(sample, item): return 0.5'
        (Invoke-Captured { New-Grader -Python -Path TestDrive:/none.py }).Terminating.FullyQualifiedErrorId |
            Should -Be (& $id PathNotFound New)
    }

    It 'reports every error at once, with place and fix, and emits nothing' {
        $result = Invoke-Captured {
            New-Grader -StringCheck -Name bad -Reference '{{ itm.a }} {{ item.b' -Operation equals
        }
        $result.Output | Should -BeNullOrEmpty
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id InvalidGrader New)
        $result.Terminating.CategoryInfo.Category | Should -Be 'InvalidData'
        $result.Terminating.TargetObject | Should -Be 'bad'
        $text = "$($result.Terminating)"
        $text | Should -BeLike '*2 errors*$.reference: *character 4*Did you mean "item.a"?*FT2022*character 13*FT2021*'
        "$($result.Warnings)" | Should -BeLike '*"equals" is no known operation*eq, ne, like, ilike*($.operation, FT2006)'
        $one = (Invoke-Captured { New-Grader -Multi -Grader @{
            a = New-Grader -StringCheck -Reference x
        } -Formula 'a + b' }).Terminating
        "$one" | Should -BeLike '*character 5: there is no grader "b"*'
        $one.ErrorDetails.RecommendedAction | Should -Be 'The graders are a.'
    }

    It 'refuses <why>' -ForEach @(
        @{ why = 'graders of one name'; make = { 'x', 'y' | ForEach-Object { New-Grader -StringCheck -Reference $_ } |
            New-Grader -Multi -Formula 1 }; text = "*Two graders have the name 'string_check'*-Name*" }
        @{ why = 'a grader without a name'; make = { New-Grader -Multi -Grader @{
            type = 'string_check'
        } -Formula 1 }; text = '*no name*' }
        @{ why = 'a path that is not there'; make = { New-Grader -Multi -Grader @{
            a = './none.json'
        } -Formula a }; text = "*'./none.json' is neither JSON nor the path*" }
        @{ why = 'labels that are none'; make = { New-Grader -LabelModel -Model m -InputTemplate '{{ sample.output_text }}' -Label good, bad -PassingLabel god }; text = '*"god" is one of the passing_labels*' }
        @{ why = 'a range without room'; make = { New-Grader -ScoreModel -Model m -InputTemplate '{{ sample.output_text }}' -Range 1, 0 }; text = '*empty*' }
        @{ why = 'a script without grade'; make = { New-Grader -Python -Source "def grader(sample, item): return 1" }; text = '*defines grader at character 5*' }
        @{ why = 'a number that JSON does not have'; make = { New-Grader -ScoreModel -Model m -InputTemplate '{{ sample.output_text }}' -Range 0, ([double]::NaN) }; text = '*NaN*' }
    ) {
        $result = Invoke-Captured $make
        $result.Output | Should -BeNullOrEmpty
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id InvalidGrader New)
        "$($result.Terminating)" | Should -BeLike $text
    }

    It 'warns of <what> that it does not know, and makes the grader' -ForEach @(
        @{ what = 'an operation'; make = { New-Grader -StringCheck -Reference a -Operation ilik }; says = '*"ilik" is no known operation. Did you mean "ilike"?*FT2006*' }
        @{ what = 'a metric'; make = { New-Grader -TextSimilarity -Reference a -EvaluationMetric chrf }; says = '*"chrf" is no known evaluation metric.*FT2006*' }
        @{ what = 'an effort'; make = { New-Grader -ScoreModel -Model m -InputTemplate '{{ sample.output_text }}' -ReasoningEffort max }; says = '*"max" is no known reasoning effort.*FT2006*' }
        @{ what = 'a parameter'; make = { New-Grader -ScoreModel -Model m -InputTemplate '{{ sample.output_text }}' -SamplingParameter @{ verbosity = 'low' } }; says = '*There is no "verbosity" here.*FT2003*' }
    ) {
        $result = Invoke-Captured $make
        $result.Terminating | Should -BeNullOrEmpty
        $result.Output | Should -HaveCount 1
        $result.Warnings | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike $says
    }

    It 'warns of what is legal and surely a mistake' {
        $result = Invoke-Captured { New-Grader -StringCheck -Input '{{ item.q }}' -Reference '{ item.a }' }
        $result.Output | Should -HaveCount 1
        $result.Warnings | Should -HaveCount 1
        "$($result.Warnings[0])" | Should -BeLike '*one brace*{{ item.a }}*($.reference, FT2055)'
        "$((Invoke-Captured { New-Grader -StringCheck -Input '{{ item.q }}' -Reference '{{ item.a }}' }).Warnings[0])" |
            Should -BeLike '*FT2051)'
    }

    It 'completes <line>' -ForEach @(
        @{ line = 'New-Grader -StringCheck -Operation i'; first = 'ilike' }
        @{ line = 'New-Grader -TextSimilarity -EvaluationMetric rouge_l'; first = 'rouge_l' }
        @{ line = 'New-Grader -ScoreModel -ReasoningEffort x'; first = 'xhigh' }
        @{ line = 'New-Grader -ScoreModel -Model local'; first = 'local-small' }
    ) { (TabExpansion2 $line $line.Length).CompletionMatches[0].CompletionText | Should -Be $first }
}

Describe 'Test-Grader' {
    BeforeAll {
        $server = Start-TestServer
        $good = New-Grader -StringCheck -Reference '{{ item.answer }}' -Name exact
        $bad = @{ type = 'string_check'; name = 'bad'; input = '{{ sample.output_text }}'; reference = '{{ item.answr }}'; operaton = 'like' }
    }
    AfterAll { $server | Stop-FineTuningServer }
    BeforeEach { Clear-ServerRequest $server }

    It 'asks the service about a grader that is in order' {
        $report = Test-Grader $good
        $report | Should -BeOfType ([FineTuning.Output.GraderReport])
        $report.Name, $report.Type, $report.IsValid, $report.IsServiceValidated, $report.ErrorCount,
            $report.WarningCount | Should -Be @('exact', 'string_check', $true, $true, 0, 0)
        (Get-ServerRequest $server).line | Should -Be 'POST /v1/fine_tuning/alpha/graders/validate'
        $report | Out-String -Width 120 | Should -Match 'Valid.*, and the service takes it'
    }

    It 'asks nobody with -Local, nor about a grader with errors' {
        $reports = $good, $bad | Test-Grader -Local -Connection $server.Endpoint.ToString()
        $reports.IsValid | Should -Be @($true, $false)
        $reports.IsServiceValidated | Should -Be @($false, $false)
        (Test-Grader $bad).Problems.Code | Should -Be 'FT2003', 'FT2002'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'needs no connection with -Local' {
        $result = Invoke-ChildPwsh -Bare -Script "Import-Module '$(Get-TestManifest)'; (Test-Grader '{`"type`":`"multi`"}' -Local).Problems.Code -join ','"
        $result.Output | Should -Be 'FT2002,FT2002,FT2002'
        $result.Errors | Should -BeNullOrEmpty
    }

    It 'tells each problem with code, place and fix' {
        $report = Test-Grader $bad -Item @{ answer = 'x'; question = 'y' }
        $report.ErrorCount, $report.WarningCount | Should -Be 2, 1
        $problem = $report.Problems | Where-Object Code -EQ FT2024
        $problem.JsonPath, $problem.Line, $problem.Column, "$($problem.Severity)" |
            Should -Be '$.reference', 1, 4, 'Error'
        $problem.Fix | Should -BeLike 'Did you mean "answer"?*'
        $text = $report | Out-String -Width 100
        $text | Should -Match 'Not valid.*2 errors'
        $text | Should -Match 'FT2024.*Field that the item does not have.*\$\.reference'
        ($report | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Problems[0].Code | Should -Be 'FT2003'
    }

    It 'takes an item as <kind>' -ForEach @(
        @{ kind = 'JSON'; item = '{"answer":"x"}' }, @{ kind = 'a hashtable'; item = @{ answer = 1 } },
            @{ kind = 'an object'; item = [pscustomobject]@{ answer = 1 } }
    ) { (Test-Grader $good -Item $item -Local).IsValid | Should -BeTrue }

    It 'refuses an item that is none: <_>' -ForEach 'x', '[1]', 5 {
        (Invoke-Captured { Test-Grader $good -Item $_ -Local }).Terminating.FullyQualifiedErrorId |
            Should -Be (& $id InvalidItem Test)
    }

    It 'says in plain words what is wrong with the JSON: <what>' -ForEach @(
        @{ what = 'a comma too many in an object'; text = '{"type":"string_check",}'; say = 'a comma stands before' }
        @{ what = 'a comma too many in a list'; text = '{"type":["a",]}'; say = 'a comma stands before' }
        @{ what = 'a comment'; text = '{/* why */"type":"a"}'; say = 'is not valid JSON, at line 1' }
    ) {
        $text | Set-Content "$TestDrive/comma.json"
        $result = Invoke-Captured { Test-Grader -Local "$TestDrive/comma.json" }
        "$($result.Errors[0])" | Should -BeLike "*$say*"
        "$($result.Errors[0])" | Should -Not -BeLike '*reader options*'
    }

    It 'reads files, and goes on after what is no grader' {
        $folder = New-Item "$TestDrive/$([guid]::NewGuid())" -ItemType Directory
        $good.ToJson() | Set-Content "$folder/a.json"
        '{"type":' | Set-Content "$folder/b.json"
        '[]' | Set-Content "$folder/c.json"
        $result = Invoke-Captured {
            @(Get-ChildItem $folder) + 5 + "$folder/none.json" + @(, @(1, 2)) + "$folder/a.json" | Test-Grader -Local
        }
        $result.Output.Path | Should -Be @((Join-Path $folder a.json), (Join-Path $folder a.json))
        $result.Errors.FullyQualifiedErrorId | Select-Object -Unique | Should -Be (& $id NotGrader Test)
        "$($result.Errors[0])" | Should -BeLike "*b.json' is not valid JSON, at line 2, byte 1*"
        "$($result.Errors[1])" | Should -BeLike '*a list of 0*'
        "$($result.Errors[3])" | Should -BeLike '*none.json* is neither JSON nor the path*'
        $result.Errors.CategoryInfo.Category | Select-Object -Unique | Should -Be 'InvalidType'
    }

    It 'tells what the service has against a grader' {
        $script = New-Grader -Python -Source 'def grade(sample, item): return 1'
        $report = Test-Grader $script
        $report.IsValid, $report.IsServiceValidated, $report.ErrorCount | Should -Be $false, $false, 1
        $report.Problems[0].Code, $report.Problems[0].JsonPath | Should -Be 'FT2060', '$.type'
        $report.Problems[0].Message | Should -Match 'Python.*req'
        (Test-Grader $script -Local).IsValid | Should -BeTrue
    }

    It 'leaves it to the service whether it knows <what>' -ForEach @(
        @{ what = 'a type'; grader = @{ type = 'endpoint'; name = 'e'; url = 'https://example.org' } }
        @{ what = 'a field'; grader = @{
            type = 'string_check'
            name = 'c'
            input = '{{ sample.output_text }}'
            reference = 'a'
            operation = 'eq'
            ignore_case = $true
        } }
    ) {
        $local = Test-Grader $grader -Local
        $local.IsValid, $local.ErrorCount, $local.WarningCount | Should -Be $true, 0, 1
        Get-ServerRequest $server | Should -BeNullOrEmpty
        (Test-Grader $grader -WarningAction SilentlyContinue).Problems.Code |
            Should -Contain 'FT2060' -Because 'this service does not'
        Clear-ServerRequest $server
        $result = Invoke-Captured { New-FineTuningJob o4-mini-2025-04-16 file-none -Grader $grader }
        $result.Warnings | Should -HaveCount 1
        (Get-ServerRequest $server).line | Should -Contain 'POST /v1/fine_tuning/jobs' -Because 'it is sent'
        $result.Errors | Should -HaveCount 1
    }

    It 'emits only whether each is valid with -Quiet' {
        Test-Grader $good, $bad -Quiet | Should -Be @($true, $false)
    }

    It 'has an error and no report where the service does not answer: <fault>' -ForEach @(
        @{ fault = 'ValidateGrader:status=401'; error = 'AuthenticationFailed' }
        @{ fault = 'ValidateGrader:status=404'; error = 'EndpointNotFound' }
    ) {
        Set-FineTuningServerFault $fault
        try { $result = Invoke-Captured { Test-Grader $good } } finally { Clear-FineTuningServerFault }
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id $error Test)
    }

    It 'stops at once' {
        Set-FineTuningServerFault 'ValidateGrader:delay_ms=60000'
        try {
            $pipeline = Start-TestPipeline 'param($a) Test-Grader (New-Grader -StringCheck -Reference x) -Connection $a; "went on"' (Get-FineTuningConnection)
            Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'the service hangs'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $pipeline.Output.Count | Should -Be 0
        } finally { Clear-FineTuningServerFault }
    }

    It 'stops asking when nobody wants more' {
        1..3 | ForEach-Object { $good } | Test-Grader | Select-Object -First 1 | Should -HaveCount 1
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'compares a grader with the rows of a dataset' {
        $file = New-Item "$TestDrive/rows [1].jsonl" -Value "{`"question`":`"a`"}`n{`"question`":`"b`",`"answer`":`"c`"}`n"
        Clear-ServerRequest $server
        $report = Test-Grader $good -ItemPath $file.FullName
        $report.IsValid | Should -BeTrue
        $report.WarningCount | Should -Be 1
        "$($report.Problems[0])" | Should -BeLike '*which 1 of 2 rows of rows `[1`].jsonl lacks (line 1)*(FT2057)'
        @(Get-ServerRequest $server) | Should -HaveCount 1 -Because 'a warning is no reason not to ask'
        Set-Content -LiteralPath $file '{"question":"a"}'
        $report = Test-Grader $good -ItemPath $file.FullName
        $report.IsValid | Should -BeFalse
        $report.Problems[0].Code | Should -Be FT2024
        @(Get-ServerRequest $server) | Should -HaveCount 1 -Because 'one with errors is not sent'
        Test-Grader $good -ItemPath $file.FullName -Quiet -Local | Should -BeFalse
        Set-Content -LiteralPath $file 'question,answer', 'a,b'
        $result = Invoke-Captured { $good, $good | Test-Grader -ItemPath $file.FullName }
        $result.Terminating.FullyQualifiedErrorId | Should -Be (& $id NoRows Test)
        $result.Output | Should -BeNullOrEmpty
        (Invoke-Captured { Test-Grader $good -ItemPath "$TestDrive/none.jsonl" }).Terminating.FullyQualifiedErrorId |
            Should -Be (& $id PathNotFound Test)
    }

    It 'takes the grader of a job' {
        $file = New-TestDataset (Join-Path $TestDrive rows.jsonl)
        $lines = 1..12 | ForEach-Object {
            "{`"messages`":[{`"role`":`"user`",`"content`":`"Q $_`"}],`"answer`":`"a $_`"}"
        }
        Set-Content $file $lines
        $job = New-FineTuningJob o4-mini-2025-04-16 $file -Grader $good
        (Test-Grader $job -Local).Name | Should -Be 'exact'
        $job.Grader.ToJson() | Should -Be $good.ToJson()
        $other = New-FineTuningJob gpt-4o-mini (New-TestDataset (Join-Path $TestDrive chat.jsonl))
        "$((Invoke-Captured { $other | Test-Grader -Local }).Errors)" |
            Should -BeLike "*The job $($other.Id) has no grader: its method is supervised*"
        $job, $other | Stop-FineTuningJob -ErrorAction Ignore
    }

    It 'keeps a job from being created with a grader that has errors' {
        $file = New-TestDataset (Join-Path $TestDrive rows2.jsonl)
        Clear-ServerRequest $server
        $result = Invoke-Captured { New-FineTuningJob o4-mini-2025-04-16 $file -Grader $bad }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike '*"operation" is missing*'
        "$($result.Warnings)" | Should -BeLike '*There is no "operaton" here*Did you mean "operation"?*' -Because 'that says why'
        Get-ServerRequest $server | Should -BeNullOrEmpty
        "$((Invoke-Captured { New-FineTuningJob o4-mini-2025-04-16 $file -Grader @{ type = 'string_check'; name = 'c'; input = '{item.a}'; reference = '{{ sample.output_text }}'; operation = 'eq' } -WhatIf }).Warnings)" | Should -BeLike '*FT2055*'
    }
}
