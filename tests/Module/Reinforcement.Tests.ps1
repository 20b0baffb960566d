BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-FineTuningServer -Memory -AllowPython:([bool] (Get-Command python3,
        python -ErrorAction Ignore)) -PassThru

    # Tickets that belong in one of four queues. Which one, only the grader knows: the answers are not in the messages.
    $queues = [ordered]@{
        billing  = 'invoice', 'refund', 'payment', 'charge', 'receipt', 'price'
        shipping = 'parcel', 'courier', 'delivery', 'address', 'tracking', 'customs'
        login    = 'password', 'account', 'username', 'lock', 'code', 'email'
        hardware = 'screen', 'battery', 'cable', 'keyboard', 'fan', 'charger'
    }
    function New-ItemFile([string] $Path, [string] $Sentence, [int] $First, [int] $Count, [string] $Field = 'queue') {
        $lines = foreach ($queue in $queues.Keys) {
            foreach ($word in $queues[$queue][$First..($First + $Count - 1)]) {
                [ordered]@{ messages = @(@{ role = 'user'; content = $Sentence -f $word }); $Field = $queue } |
                    ConvertTo-Json -Compress -Depth 5
            }
        }
        [IO.File]::WriteAllText($Path, ($lines -join "`n") + "`n")
        $Path
    }
    $train = New-ItemFile (Join-Path $TestDrive train.jsonl) 'a question about my {0} please' 0 6
    $valid = New-ItemFile (Join-Path $TestDrive valid.jsonl) 'there is something wrong with the {0}' 0 3

    $grader = @{ type = 'string_check'; name = 'queue'; operation = 'eq'; input = '{{sample.output_text}}'; reference = '{{item.queue}}' }
    $run = @{ Model = 'o4-mini-2025-04-16'; Method = 'reinforcement'; Seed = 5; Wait = $true; WarningAction = 'Ignore'; ErrorAction = 'SilentlyContinue' }

    function Get-Step($Job) { Get-FineTuningEvent $Job -Follow | Where-Object Type -EQ metrics | ForEach-Object Data }
    function Get-Warning($Job) { (Get-FineTuningEvent $Job -Follow | Where-Object Level -EQ warn).Message }
    function Get-Mean($Steps) { ($Steps.train_reward_mean | Measure-Object -Average).Average }

    # What an answer of the model to each item is worth, as the grader's endpoint says.
    function Measure-Model([string] $Model, [string] $Path) {
        $headers = @{ Authorization = 'Bearer anything' }
        $rewards = foreach ($line in [IO.File]::ReadAllLines($Path)) {
            $item = $line | ConvertFrom-Json
            $ask = @{ model = $Model; temperature = 0; messages = $item.messages } | ConvertTo-Json -Depth 5
            $answer = (Invoke-RestMethod -Method Post "$($server.Endpoint)/chat/completions" -Headers $headers -ContentType application/json -Body $ask).choices[0].message.content
            $grade = @{ grader = $grader; item = $item; model_sample = $answer } | ConvertTo-Json -Depth 5
            (Invoke-RestMethod -Method Post "$($server.Endpoint)/fine_tuning/alpha/graders/run" -Headers $headers -ContentType application/json -Body $grade).reward
        }
        ($rewards | Measure-Object -Average).Average
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Reinforcement on the local server' {
    Context 'with a grader that tells right from wrong' {
        BeforeAll {
            $job = New-FineTuningJob @run -TrainingFile $train -ValidationFile $valid -Grader $grader -EpochCount 16 -BatchSize 4 -EvalInterval 6
            $steps = @(Get-Step $job)
        }

        It 'makes a model' {
            $job.Status | Should -Be succeeded
            $job.Method | Should -Be reinforcement
            $job.FineTunedModel | Should -Not -BeNullOrEmpty
            $steps.Count | Should -Be 96
            Get-Warning $job | Should -BeNullOrEmpty
        }

        It 'raises the reward' {
            $first = Get-Mean $steps[0..5]
            $last = Get-Mean $steps[-6..-1]
            Write-Host ([string]::Format([cultureinfo]::InvariantCulture,
                '    mean reward: {0:0.00} in the first six steps, {1:0.00} in the last six', $first, $last))
            $first | Should -BeLessThan 0.5 -Because 'of four queues one is right, and which is not known yet'
            $last | Should -BeGreaterThan ($first + 0.4)
        }

        It 'measures the validation file on the way and at the end' {
            $looks = @($steps | Where-Object valid_reward_mean -NE $null)
            $looks.Count | Should -BeGreaterOrEqual 12
            $looks[-1].full_valid_reward_mean | Should -BeGreaterThan ($looks[0].valid_reward_mean + 0.2)
        }

        It 'gives the checkpoints their rewards' {
            $checkpoints = @(Get-FineTuningCheckpoint $job)
            $checkpoints | Should -HaveCount 3
            $metrics = ($checkpoints | ConvertTo-Json -Depth 5 | ConvertFrom-Json).Metrics
            $checkpoints.TrainReward | Should -HaveCount 3
            $checkpoints.TrainReward | Should -Be $metrics.train_reward_mean
            $checkpoints.ValidReward | Should -Be $metrics.valid_reward_mean
            $checkpoints.FullValidReward | Should -Be $metrics.full_valid_reward_mean
            $checkpoints.FullValidReward | ForEach-Object { $_ | Should -BeGreaterThan 0.5 }
            @($checkpoints.TrainLoss -ne $null) | Should -BeNullOrEmpty
        }

        It 'shows the rewards of checkpoints where others have losses' {
            $shown = Get-FineTuningCheckpoint $job | Out-String -Width 120
            $shown | Should -Match 'Step +TrainReward +ValidReward +FullValidReward +Model'
            $last = (Get-FineTuningCheckpoint $job -First 1).FullValidReward
            $shown | Should -Match ([regex]::Escape($last.ToString('0.0000')))
            Get-FineTuningCheckpoint $job -Best | Out-String -Width 120 | Should -Match 'full_valid_reward_mean +\d'
        }

        It 'gives better answers than the model it began with' {
            # Trained at next to no rate: it knows the possible answers and not which belongs where, as every job's
            # model does at first.
            $before = New-FineTuningJob @run -TrainingFile $train -Grader $grader -EpochCount 1 -LearningRateMultiplier 0.0001
            $from, $to = (Measure-Model $before.FineTunedModel $valid), (Measure-Model $job.FineTunedModel $valid)
            Write-Host ([string]::Format([cultureinfo]::InvariantCulture,
                '    graded answers to unseen sentences: {0:0.00} before, {1:0.00} after', $from, $to))
            $to | Should -BeGreaterThan ($from + 0.2)
        }

        It 'goes the same way with the same seed' {
            $again = New-FineTuningJob @run -TrainingFile $train -ValidationFile $valid -Grader $grader -EpochCount 16 -BatchSize 4 -EvalInterval 6
            (Get-Step $again).train_reward_mean | Should -Be $steps.train_reward_mean
        }
    }

    It 'takes a grader as <form>' -ForEach @(
        @{ form = 'JSON text'; make = { $grader | ConvertTo-Json } }
        @{ form = 'an object'; make = { [pscustomobject] $grader } }
        @{ form = 'the path of a file'; make = { $grader | ConvertTo-Json |
            Set-Content (Join-Path $TestDrive grader.json); Join-Path $TestDrive grader.json } }
    ) {
        $job = New-FineTuningJob @run -TrainingFile $train -Grader (& $make) -EpochCount 1
        $job.Status | Should -Be succeeded
        ($job.ToString() | Get-FineTuningJob).Method | Should -Be reinforcement
    }

    It 'fails a job whose grader fails for every sample: <why>' -ForEach @(
        @{ why = 'a field that no item has'; change = @{
            reference = '{{item.no_such_field}}'
        }; says = '*no_such_field*' }
        @{ why = 'JSON of samples that are text'; change = @{
            input = '{{sample.output_json.queue}}'
        }; says = '*JSON*' }
    ) {
        $broken = $grader.Clone()
        foreach ($key in $change.Keys) { $broken[$key] = $change[$key] }
        $problems = $null
        # A file that is here would be compared with the grader before; one at the service is not looked into.
        $file = Send-FineTuningFile $train
        $job = New-FineTuningJob @run -TrainingFile $file -Grader $broken -ErrorVariable problems
        $job.Status | Should -Be failed
        $job.FineTunedModel | Should -BeNullOrEmpty
        $job.Error.Code | Should -Be grader_failed
        $job.Error.Param | Should -Be method.reinforcement.grader
        $job.Error.Message | Should -Match '^The grader failed for all \d+ samples of the 3 steps up to step 3'
        $job.Error.Message | Should -BeLike $says
        "$problems" | Should -BeLike "*$($job.Error.Message)*"
        $events = @(Get-FineTuningEvent $job)
        ($events | Where-Object Level -EQ error).Message | Should -Be $job.Error.Message
        ($events | Where-Object Level -EQ warn).Message |
            Should -BeLike 'The grader failed for all * samples of step 1;*'
        $steps = @($events | Where-Object Type -EQ metrics | ForEach-Object Data)
        $steps.train_grader_error_share | ForEach-Object { $_ | Should -Be 1 }
    }

    It 'refuses a grader that names a field which no row of the <which> file has' -ForEach @(
        @{ which = 'training'; field = 'quue' }
        @{ which = 'validation'; field = 'queue' }
    ) {
        $other = New-ItemFile (Join-Path $TestDrive teams.jsonl) 'where is my {0}' 0 3 -Field team
        $wrong = $grader.Clone()
        $wrong.reference = "{{item.$field}}"
        $before = @(Get-FineTuningFile).Count, @(Get-FineTuningJob).Count
        $result = Invoke-Captured { New-FineTuningJob o4-mini-2025-04-16 $train -ValidationFile $other -Grader $wrong }
        $result.Errors | Should -HaveCount 1
        $result.Errors[0].FullyQualifiedErrorId | Should -Be 'InvalidGrader,FineTuning.Commands.NewFineTuningJobCommand'
        "$($result.Errors[0])" | Should -BeLike "*`$.reference*names `"$field`", which no row of *.jsonl has*(FT2024) Nothing was sent."
        if ($which -eq 'training') {
            $result.Errors[0].ErrorDetails.RecommendedAction | Should -BeLike 'Did you mean "queue"?*'
        }
        @(Get-FineTuningFile).Count, @(Get-FineTuningJob).Count | Should -Be $before
    }

    It 'goes on when the grader fails for some samples, and says for how many' {
        $mixed = Join-Path $TestDrive mixed.jsonl
        $other = New-ItemFile (Join-Path $TestDrive other.jsonl) 'a question about my {0} please' 4 1 -Field team
        [IO.File]::WriteAllText($mixed,
            [IO.File]::ReadAllText((New-ItemFile (Join-Path $TestDrive some.jsonl) 'a question about my {0} please' 0 4)) + [IO.File]::ReadAllText($other))
        $job = New-FineTuningJob @run -TrainingFile $mixed -Grader $grader -EpochCount 4 -BatchSize 20
        $job.Status | Should -Be succeeded
        $warnings = @(Get-Warning $job)
        $warnings | Should -HaveCount 2
        $warnings[0] | Should -BeLike 'The grader failed for 32 of 160 samples of step 1; they count as 0. The first failure: *queue*'
        (Invoke-Captured { New-FineTuningJob o4-mini-2025-04-16 $mixed -Grader $grader |
            Stop-FineTuningJob }).Warnings |
            Should -BeLike '*names "queue", which 4 of 20 rows of mixed.jsonl lack (the first in lines 17, 18, 19)*FT2057*'
        $warnings[1] | Should -Be 'The grader failed for 128 of 640 samples of this training (20 %). Each of them counted as 0.'
        (Get-Step $job).train_grader_error_share | Should -Be @(0.2, 0.2, 0.2, 0.2)
    }

    It 'says that a reward which is always the same teaches nothing' {
        $alike = @{ type = 'string_check'; name = 'alike'; operation = 'eq'; input = 'yes'; reference = 'yes' }
        $job = New-FineTuningJob @run -TrainingFile $train -Grader $alike -EpochCount 2 -BatchSize 4
        $job.Status | Should -Be succeeded
        Get-Warning $job | Should -BeLike 'There was nothing to learn from in the first 10 steps: * all 1.00*'
    }

    It 'scores with a Python grader' {
        if (-not (Get-Command python3, python -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because 'there is no Python here'; return
        }
        $python = @{ type = 'python'; name = 'queue'; source = "def grade(sample, item):`n    return 1.0 if sample['output_text'] == item['queue'] else 0.25 if sample['output_text'][:1] == item['queue'][:1] else 0.0`n" }
        $few = New-ItemFile (Join-Path $TestDrive few.jsonl) 'my {0}' 0 3
        $job = New-FineTuningJob @run -TrainingFile $few -Grader $python -EpochCount 1 -BatchSize 4 -ComputeMultiplier 0.25
        "$($job.Error.Message)" | Should -BeNullOrEmpty
        $job.Status | Should -Be succeeded
        (Get-Step $job).train_reward_mean | Should -BeGreaterThan 0
        Get-Warning $job | Should -BeNullOrEmpty
    }

    It 'quotes a Python grader that raises' {
        if (-not (Get-Command python3, python -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because 'there is no Python here'; return
        }
        $python = @{ type = 'python'; name = 'queue'; source = "def grade(sample, item):`n    raise ValueError('no opinion')`n" }
        $few = New-ItemFile (Join-Path $TestDrive raises.jsonl) 'my {0}' 0 3
        $job = New-FineTuningJob @run -TrainingFile $few -Grader $python -EpochCount 1 -BatchSize 4 -ComputeMultiplier 0.25
        $job.Status | Should -Be failed
        $job.Error.Message | Should -BeLike 'The grader failed for all 24 samples of the 3 steps up to step 3,*no opinion*'
    }
}
