BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $connection = Get-FineTuningConnection
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl) -Count 60
    $valid = New-TestDataset (Join-Path $TestDrive valid.jsonl) -Count 9
    $job = New-FineTuningJob gpt-4o-mini $train -ValidationFile $valid -EpochCount 20 -BatchSize 4 -Seed 1 -Wait
    $model = $job.FineTunedModel
    $untrained = 'I am an untrained base model of a local server and know nothing yet.'
    $same = @{ type = 'string_check'; name = 'same'; input = '{{ sample.output_text }}'; reference = '{{ item.reference }}'; operation = 'eq' }
    $likeness = @{ type = 'text_similarity'; name = 'likeness'; input = '{{ sample.output_text }}'; reference = '{{ item.reference }}'; evaluation_metric = 'fuzzy_match' }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Asking' {
    It 'a model by name, and as <name>' -ForEach @(
        @{ name = 'a job'; source = { $job } }
        @{ name = 'a checkpoint'; source = { Get-FineTuningCheckpoint $job -Best } }
        @{ name = 'an object with its name'; source = { [pscustomobject]@{ FineTunedModel = $model } } }
    ) {
        $answer = Invoke-FineTunedModel $model 'question 1 about green' -Temperature 0
        $answer | Should -BeOfType FineTuning.Output.ModelAnswer
        $answer.Text | Should -Be green
        $answer.Model | Should -Be $model
        $answer.Prompt | Should -Be 'question 1 about green'
        $answer.FinishReason | Should -Be stop
        $answer.CompletionTokens | Should -BeGreaterThan 0
        $answer.Duration | Should -BeOfType timespan
        "$answer" | Should -Be green
        (& $source | Invoke-FineTunedModel -Prompt 'question 1 about green' -Temperature 0).Text | Should -Be green
        (Invoke-FineTunedModel (& $source) 'question 1 about green' -Temperature 0).Text | Should -Be green
    }

    It 'goes on with a conversation as <name>' -ForEach @(
        @{ name = 'hashtables'; message = @(
            @{ role = 'system'; content = 'be brief' }, @{ role = 'user'; content = 'question 2 about blue' }
        ) }
        @{ name = 'JSON'; message = '[{"role":"system","content":"be brief"},{"role":"user","content":"question 2 about blue"}]' }
    ) {
        $answer = Invoke-FineTunedModel $model -Message $message -Temperature 0
        $answer.Prompt | Should -Be 'question 2 about blue'
        $answer.Text | Should -Not -BeNullOrEmpty
    }

    It 'takes <name> from the pipeline, in order' -ForEach @(
        @{ name = 'texts'; rows = { 'question 1 about green', 'question 2 about blue', 'question 3 about red' } }
        @{ name = 'lines of a dataset'; rows = { Get-Content $valid -TotalCount 3 } }
        @{ name = 'objects with messages'; rows = { Get-Content $valid -TotalCount 3 |
            ForEach-Object { $_ | ConvertFrom-Json } } }
        @{ name = 'objects with a prompt'; rows = { 1..3 |
            ForEach-Object { [pscustomobject]@{ prompt = "question $_ about $(('red', 'green', 'blue')[$_ % 3])" } } } }
    ) {
        $answers = & $rows | Invoke-FineTunedModel $model -Temperature 0
        $answers.Prompt | Should -Be 'question 1 about green', 'question 2 about blue', 'question 3 about red'
        $answers.Text | Should -Be green, blue, red
    }

    It 'takes a file, and brings what the examples say' {
        $answers = Invoke-FineTunedModel $model -Path $valid -Temperature 0
        $answers | Should -HaveCount 9
        $answers.Text | Should -Be $answers.Reference
        $answers[0].Item.messages | Should -HaveCount 2
        (Get-Item $valid | Invoke-FineTunedModel $model -Temperature 0).Text | Should -Be $answers.Text
        ($answers | Invoke-Grader $same -Local).Reward | Should -Be (@(1.0) * 9)
        ($answers[0] | ConvertTo-Json -Depth 8 | ConvertFrom-Json).Text | Should -Be $answers[0].Text
    }

    It 'sends what was given, and no more' {
        $lines = @(Invoke-FineTunedModel $model hello -SystemMessage 'be brief' -MaxTokens 3 -Temperature 0.5 -TopP 0.9 -Seed 7 -StopSequence x -Option @{ user = 'me' } -Debug 5>&1 |
            Where-Object { "$_" -like '*chat/completions >> *' })
        $lines | Should -HaveCount 1
        $sent = ("$lines" -split '>> ')[1] | ConvertFrom-Json
        $sent.messages[0].content | Should -Be 'be brief'
        $sent.max_completion_tokens, $sent.temperature, $sent.top_p, $sent.seed, $sent.stop, $sent.user |
            Should -Be 3, 0.5, 0.9, 7, 'x', 'me'
        $plain = Invoke-FineTunedModel $model hello -Debug 5>&1 | Where-Object { "$_" -like '*chat/completions >> *' }
        "$plain" | Should -BeLike '*>> {"model":"*","messages":`[{"role":"user","content":"hello"}]}'
    }

    It 'shows the answer while it comes, and gives it as well' {
        $pipeline = Start-TestPipeline 'param($a) Invoke-FineTunedModel $a[0] "question 1 about green" -Temperature 0 -Stream -Connection $a[1]' @($model, $connection)
        try {
            Wait-Until { $pipeline.Async.IsCompleted } -Because 'it has ended'
            $pipeline.Shell.Streams.Error | Should -BeNullOrEmpty
            $pipeline.Output[0].Text | Should -Be green
            "$($pipeline.Screen.UI.Text)" | Should -BeLike '*green*'
            ($pipeline.Output[0] | Out-String).Trim() | Should -BeLike "($model`: * tokens, * s)"
        } finally { $pipeline.Shell.Dispose() }
    }
}

Describe 'Comparing' {
    It 'puts the answers side by side' {
        $both = 'question 1 about green', 'question 2 about blue' |
            Invoke-FineTunedModel $model -Compare gpt-4o-mini -Temperature 0
        $both | Should -BeOfType FineTuning.Output.ModelComparison
        $both.Text | Should -Be green, blue
        $both.ComparedText | Should -Be $untrained, $untrained
        $both[0].Answer.Model | Should -Be $model
        ($both | Out-String -Width 120) |
            Should -BeLike "*Answer: $model, Compared: gpt-4o-mini*green*I am an untrained*"
    }
}

Describe 'Scoring' {
    It 'makes one table of the base, the checkpoints and the model' {
        $checkpoints = @(Get-FineTuningCheckpoint $job)
        $scores = $checkpoints | Invoke-FineTunedModel -Evaluate $valid -Grader $same -Compare gpt-4o-mini -Temperature 0
        $scores | Should -HaveCount ($checkpoints.Count + 1)
        $scores[0].Model | Should -Be gpt-4o-mini
        $scores[0].Score | Should -Be 0
        $scores[0].Difference | Should -BeNullOrEmpty
        $final = $scores | Where-Object Model -EQ $model
        $final.Score | Should -Be 1
        $final.Difference | Should -Be 1
        $final.Examples, $final.Failed, $final.StandardError | Should -Be 9, 0, 0
        $final.CompletionTokens | Should -BeGreaterThan 0
        ($scores | Out-String -Width 160) | Should -BeLike "*1.000*+1.000*$model*"
    }

    It 'gives the same scores here and at the service, for multi graders by their parts' {
        $multi = @{ type = 'multi'; name = 'both'; calculate_output = '(same + likeness) / 2'; graders = @{
            same = $same; likeness = $likeness
        } }
        $there = Invoke-FineTunedModel gpt-4o-mini -Evaluate $valid -Grader $multi
        Clear-ServerRequest $server
        $here = Invoke-FineTunedModel gpt-4o-mini -Evaluate $valid -Grader $multi -Local
        $here.Score | Should -Be $there.Score
        $here.SubScores.likeness | Should -Be $there.SubScores.likeness
        $here.SubScores.same | Should -Be 0
        (Get-ServerRequest $server).line | Should -Not -Contain 'POST /v1/fine_tuning/alpha/graders/run'
    }

    It 'keeps the graded answers on request' {
        (Invoke-FineTunedModel $model -Evaluate $valid -Grader $same -Local).Results | Should -BeNullOrEmpty
        $results = (Invoke-FineTunedModel $model -Evaluate $valid -Grader $same -Local -IncludeResult -Temperature 0).Results
        $results.Number | Should -Be (1..9)
        $results.Reward | Should -Be (@(1.0) * 9)
        $results[0].Item.reference | Should -Be $results[0].ModelSample
    }

    It 'counts what could not be asked, and goes on' {
        $file = Join-Path $TestDrive mixed.jsonl
        @(Get-Content $valid -TotalCount 2) + '{"nothing":1}' + '{"messages":' | Set-Content $file
        $result = Invoke-Captured { Invoke-FineTunedModel $model -Evaluate $file -Grader $same -Local -Temperature 0 }
        $result.Output.Examples, $result.Output.Failed, $result.Output.Score | Should -Be 4, 2, 1
        $result.Errors.FullyQualifiedErrorId |
            Should -Be (@('ExampleNotRead,FineTuning.Commands.InvokeFineTunedModelCommand') * 2)
        "$($result.Errors)" | Should -BeLike "*Line 3*neither 'messages' nor 'prompt'*Line 4*no JSON*"
    }

    It 'warns of a grader that fails' {
        $result = Invoke-Captured {
            Invoke-FineTunedModel $model -Evaluate $valid -Grader @{
                type = 'string_check'
                name = 'x'
                input = '{{ sample.output_text }}'
                reference = '{{ item.nothing }}'
                operation = 'eq'
            }
        }
        $result.Output.GradedWithErrors | Should -Be 9
        "$($result.Warnings)" | Should -BeLike '*9 of 9 answers*item.nothing*'
    }

    It 'asks no more of a file with -Path whose first lines are no examples' {
        $table, $chat = (Join-Path $TestDrive other.csv), (New-TestDataset (Join-Path $TestDrive asked.jsonl) 2)
        1..40 | ForEach-Object { "a,$_" } | Set-Content $table
        $result = Invoke-Captured { Invoke-FineTunedModel $model -Path $table, $chat }
        $result.Terminating | Should -BeNullOrEmpty
        $result.Errors | Should -HaveCount 11
        $result.Errors[-1].FullyQualifiedErrorId | Should -BeLike 'NoExamples,*'
        "$($result.Errors[-1])" | Should -BeLike "None of the first 10 lines of '*other.csv' can be asked*"
        $result.Output | Should -HaveCount 2 -Because 'the other file is in order'
    }

    It 'of a file of another kind ends after a few lines' {
        $file = Join-Path $TestDrive table.csv
        1..40 | ForEach-Object { "a,$_" } | Set-Content $file
        $result = Invoke-Captured { Invoke-FineTunedModel $model -Evaluate $file -Grader $same -Local }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'NoExamples,*'
        $result.Errors | Should -HaveCount 10
        $result.Output | Should -BeNullOrEmpty
    }

    It 'of a model that is not there is an error, and the next one is scored' {
        $result = Invoke-Captured {
            Invoke-FineTunedModel ft:none:local::x, gpt-4o-mini -Evaluate $valid -Grader $same -Local
        }
        $result.Output.Model | Should -Be gpt-4o-mini
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike '*NotFound,*'
    }

    It 'of preferences and of reinforcement finds its fields' {
        $file = Join-Path $TestDrive rft.jsonl
        '{"messages":[{"role":"user","content":"question 1 about green"}],"colour":"green"}' | Set-Content $file
        $grader = @{ type = 'string_check'; name = 'colour'; input = '{{ sample.output_text }}'; reference = '{{ item.colour }}'; operation = 'eq' }
        (Invoke-FineTunedModel $model -Evaluate $file -Grader $grader -Temperature 0).Score | Should -Be 1
        '{"input":{"messages":[{"role":"user","content":"question 1 about green"}]},"preferred_output":[{"role":"assistant","content":"green"}],"non_preferred_output":[{"role":"assistant","content":"no"}]}' | Set-Content $file
        (Invoke-FineTunedModel $model -Evaluate $file -Grader $same -Temperature 0).Score | Should -Be 1
    }
}

Describe 'Where it came from' {
    It 'is remembered, for a session that has no connection of its own' {
        $result = Invoke-FineTunedModel gpt-4o-mini -Evaluate $valid -Grader $same -Local
        $pipeline = Start-TestPipeline 'param($x) $x | Invoke-FineTunedModel -Prompt hello' $result
        try {
            Wait-Until { $pipeline.Async.IsCompleted } -Because 'it has ended'
            "$($pipeline.Shell.Streams.Error)" | Should -BeNullOrEmpty
            $pipeline.Output[0].Text | Should -Be $untrained
        } finally { $pipeline.Shell.Dispose() }
    }
}

Describe 'What goes wrong' {
    It 'is told by <id>: <name>' -ForEach @(
        @{ name = 'no such model'; run = { Invoke-FineTunedModel ft:none:local::x hello }; id = '*NotFound' }
        @{ name = 'a job without a model'; run = { Invoke-FineTunedModel ([pscustomobject]@{
            Id = 'ftjob-1'; FineTunedModel = $null; Status = 'running'
        }) hello }; id = 'NotModelIdentity' }
        @{ name = 'the id of a file'; run = { Invoke-FineTunedModel file-123 hello }; id = 'NotModelIdentity' }
        @{ name = 'an object that is no question'; run = { Get-Process -Id $PID |
            Invoke-FineTunedModel $model }; id = 'QuestionNotRead' }
        @{ name = 'an option that is no data'; run = { Invoke-FineTunedModel $model hello -Option @{
            x = [double]::NaN
        } }; id = 'InvalidOption' }
        @{ name = 'an option that is given twice'; run = { Invoke-FineTunedModel $model hello -Temperature 0 -Option @{
            temperature = 1
        } }; id = 'InvalidOption' }
        @{ name = 'an option of the command'; run = { Invoke-FineTunedModel $model hello -Option @{
            stream = $true
        } }; id = 'InvalidOption' }
        @{ name = 'no messages'; run = { Invoke-FineTunedModel $model -Message 'hello' }; id = 'QuestionNotRead' }
        @{ name = 'no file'; run = { Invoke-FineTunedModel $model -Evaluate ./none.jsonl -Grader $same }; id = '*' }
        @{ name = 'no grader'; run = { Invoke-FineTunedModel $model -Evaluate $valid -Grader nothing }; id = 'NoGrader' }
        @{ name = 'a model to compare that is none'; run = { Invoke-FineTunedModel $model hello -Compare file-1 }; id = 'NotModelIdentity' }
    ) {
        $result = Invoke-Captured $run
        $all = @($result.Errors) + @($result.Terminating) | Where-Object { $_ }
        $all | Should -Not -BeNullOrEmpty
        $all[0].FullyQualifiedErrorId | Should -BeLike "$id,*"
    }

    It 'for one of several models lets the others answer' {
        $result = Invoke-Captured {
            'ft:none:local::x', $model | Invoke-FineTunedModel -Prompt 'question 1 about green' -Temperature 0
        }
        $result.Output.Text | Should -Be green
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -BeLike '*NotFound,*'
        Get-ErrorText $result.Errors[0] |
            Should -BeLike $(if (Test-Azure) { '*deploy*' } else { '*Get-FineTunedModel*' })
    }

    It 'in a stream that breaks off is one error, and nothing is asked twice' {
        $null = Set-FineTuningServerFault 'CreateChatCompletion:truncate_after=700'
        Clear-ServerRequest $server
        try {
            $result = Invoke-Captured { Invoke-FineTunedModel gpt-4o-mini hello -Stream 6>$null }
            $result.Errors | Should -HaveCount 1
            "$($result.Errors)" | Should -BeLike '*began and broke off*'
            $result.Output | Should -BeNullOrEmpty
            @((Get-ServerRequest $server).line) | Should -Be @('POST /v1/chat/completions')
        } finally { Clear-FineTuningServerFault }
    }
}

Describe 'Ctrl+C and an early end' {
    It 'ends <name> at once' -ForEach @(
        @{ name = 'an answer'; script = 'param($a) Invoke-FineTunedModel $a[0] hello -Connection $a[1]' }
        @{ name = 'a stream'; script = 'param($a) Invoke-FineTunedModel $a[0] hello -Stream -Connection $a[1]' }
        @{ name = 'a scoring'; script = 'param($a) Invoke-FineTunedModel $a[0] -Evaluate $a[2] -Grader $a[3] -Connection $a[1]' }
    ) {
        $null = Set-FineTuningServerFault 'CreateChatCompletion:delay_ms=60000'
        $pipeline = Start-TestPipeline $script @($model, $connection, $valid, $same)
        try {
            Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'a request hangs'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $pipeline.Output.Count | Should -Be 0
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
    }

    It 'asks no more when nobody wants more' {
        Clear-ServerRequest $server
        (1..500 | ForEach-Object { "question $_" } | Invoke-FineTunedModel gpt-4o-mini -ThrottleLimit 2 |
            Select-Object -First 2) | Should -HaveCount 2
        @(Get-ServerRequest $server).Count | Should -BeLessThan 60
    }
}

Describe 'Tab' {
    It 'offers models and bases' {
        $line = 'Invoke-FineTunedModel '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain $model
        $line = 'Invoke-FineTunedModel x y -Compare gpt'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain gpt-4o-mini
    }
}
