BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $train = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive train.jsonl) -Count 60)
    $valid = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive valid.jsonl) -Count 10 -Word other)
    # Three epochs make three checkpoints; 180 steps make more events than a page holds.
    $job = New-FineTuningJob gpt-4o-mini $train -ValidationFile $valid -EpochCount 3 -BatchSize 1 -Seed 1
    $followed = @(Get-FineTuningEvent $job -Follow)
    $all = @(Get-FineTuningEvent $job)
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Get-FineTuningEvent' {
    BeforeEach { Clear-ServerRequest $server }

    It 'lists all events, newest first' {
        $all.Count | Should -BeGreaterThan 180
        $all[0].Message | Should -Be 'The job has successfully completed'
        $all[-1].Message | Should -BeLike 'This is a local server*'
        $all.JobId | Select-Object -Unique | Should -Be $job.Id
        ($all | Where-Object Type -EQ metrics).Count | Should -Be 180
    }

    It 'gives with -Follow every event once, oldest first, and ended with the job' {
        $reverse = $all.Id.Clone()
        [array]::Reverse($reverse)
        $followed.Id | Should -Be $reverse
        $followed[-1].Message | Should -Be 'The job has successfully completed'
    }

    It 'has the numbers of a step in Data' {
        $step = $followed | Where-Object Type -EQ metrics | Select-Object -Last 1
        $step.Data.step, $step.Data.total_steps | Should -Be @(180, 180)
        $step.Data.train_loss | Should -BeOfType ([double])
        $first = ($followed | Where-Object Type -EQ metrics)[0]
        $step.Data.full_valid_loss |
            Should -BeLessThan $first.Data.train_loss -Because 'training that is real gets better'
    }

    It 'gives the newest with -First, in one small request' {
        (Get-FineTuningEvent $job -First 3).Id | Should -Be $all[0..2].Id
        (Get-ServerRequest $server).path | Should -BeLike '*/events?limit=3'
    }

    It 'gives with -First and -Follow the oldest' {
        (Get-FineTuningEvent $job -Follow -First 2).Id | Should -Be $followed[0..1].Id
    }

    It 'passes over events with -Skip' {
        (Get-FineTuningEvent $job -Skip 2 -First 2).Id | Should -Be $all[2..3].Id
    }

    It 'gives what came -After an event' {
        (Get-FineTuningEvent $job -After $all[3].Id).Id | Should -Be $all[0..2].Id
        (Get-FineTuningEvent $job -After $all[3].Id -Follow).Id | Should -Be $all[2..0].Id
        Get-FineTuningEvent $job -After $all[0].Id | Should -BeNullOrEmpty
    }

    It 'refuses an event that the job does not have, <how>' -ForEach @{ how = 'listing'; follow = $false },
        @{ how = 'following'; follow = $true } {
        $other = New-PausedJob $train
        $foreign = (Get-FineTuningEvent $other -First 1).Id
        foreach ($after in 'ftevent-none', $foreign) {
            $result = Invoke-Captured { Get-FineTuningEvent $job -After $after -Follow:$follow }
            $result.Output | Should -BeNullOrEmpty
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'EventNotFound,FineTuning.Commands.GetFineTuningEventCommand'
            "$($result.Errors)" | Should -BeLike "*$after*$($job.Id)*"
            $result.Errors[0].TargetObject | Should -Be $after
        }
        $null = Stop-FineTuningJob $other
    }

    It 'gives the newest of those -After an event with -First' {
        (Get-FineTuningEvent $job -After $all[9].Id -First 2 -Skip 1).Id | Should -Be $all[1..2].Id
        (Get-FineTuningEvent $job -Follow -After $all[9].Id -First 2 -Skip 1).Id | Should -Be $all[7..6].Id
    }

    It 'takes an id for each of several jobs -After' {
        $second = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait
        $ofSecond = @(Get-FineTuningEvent $second)
        $result = Get-FineTuningEvent $job, $second -Follow -After $all[2].Id, $ofSecond[4].Id
        ($result | Where-Object JobId -EQ $job.Id).Id | Should -Be $all[1..0].Id
        ($result | Where-Object JobId -EQ $second.Id).Id | Should -Be $ofSecond[3..0].Id
    }

    It 'follows several jobs at once: as they come, each in order and in full' {
        $first, $second = 1..2 | ForEach-Object { New-PausedJob $train -EpochCount 1 }
        $seen = [Collections.Generic.List[object]]::new()
        $first, $second | Get-FineTuningEvent -Follow | ForEach-Object {
            $seen.Add($_)
            # The second one goes on only when the first one has ended, so one after the other would never end.
            if ($_.Message -eq 'Fine-tuning job paused' -and $_.JobId -eq $second.Id) {
                $null = Resume-FineTuningJob $second
            }
            if ($_.Message -eq 'The job has successfully completed' -and $_.JobId -eq $second.Id) {
                $null = Resume-FineTuningJob $first
            }
        }
        foreach ($one in $first, $second) {
            $reverse = @(Get-FineTuningEvent $one).Id
            [array]::Reverse($reverse)
            ($seen | Where-Object JobId -EQ $one.Id).Id | Should -Be $reverse
        }
        $seen[-1].JobId | Should -Be $first.Id
        $text = $seen | Out-String -Width 120
        $text | Should -Not -BeLike '*JobId:*' -Because 'the jobs alternate: a heading for each change would be noise'
        foreach ($one in $first, $second) { $text | Should -BeLike "*$($one.Id.Substring($one.Id.Length - 8))*" }
        ($text -split '\n' -match '^Time +Job +Level +Message').Count | Should -Be 1
    }

    It 'counts -First for each of several jobs that are followed, and ends then' {
        $paused = New-PausedJob $train
        $result = @(Get-FineTuningEvent $paused, $job -Follow -First 2 -Skip 1)
        ($result | Where-Object JobId -EQ $job.Id).Id | Should -Be $followed[1..2].Id
        @($result | Where-Object JobId -EQ $paused.Id) | Should -HaveCount 2
        $null = Stop-FineTuningJob $paused
    }

    It 'follows a job that is named twice once' {
        @(Get-FineTuningEvent $job, $job -Follow).Count | Should -Be $all.Count
    }

    It 'stops a -Follow of a job that does not end when Select-Object has enough' {
        $paused = New-PausedJob $train
        Get-FineTuningEvent $paused -Follow | Select-Object -First 2 | Should -HaveCount 2
        (Get-FineTuningJob $paused).Status | Should -Be 'paused'
        $seen = 0
        foreach ($once in 1) {
            Get-FineTuningEvent $paused -Follow | ForEach-Object { $seen++; if ($seen -eq 2) { break } }
        }
        $seen | Should -Be 2
        (Get-FineTuningJob $paused).Status | Should -Be 'paused'
        $null = Stop-FineTuningJob $paused
    }

    It 'follows a paused job on, once it is resumed' {
        $paused = New-PausedJob $train -EpochCount 1
        $messages = Get-FineTuningEvent $paused -Follow | ForEach-Object {
            if ($_.Message -eq 'Fine-tuning job paused') { $null = Resume-FineTuningJob $paused }
            $_.Message
        }
        $messages | Should -Contain 'Resume requested'
        $messages[-1] | Should -Be 'The job has successfully completed'
    }

    It 'takes jobs from the pipeline and by id' {
        ($job | Get-FineTuningEvent -First 1).Id | Should -Be $all[0].Id
        (Get-FineTuningEvent -JobId $job.Id -First 1).Id | Should -Be $all[0].Id
        ([pscustomobject]@{ JobId = $job.Id } | Get-FineTuningEvent -First 1).Id | Should -Be $all[0].Id
    }

    It 'reports an unknown job and goes on, <how>' -ForEach @{ how = 'listing'; follow = $false },
        @{ how = 'following'; follow = $true } {
        $result = Invoke-Captured { 'ftjob-none', $job | Get-FineTuningEvent -Follow:$follow -First 1 }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'JobNotFound,FineTuning.Commands.GetFineTuningEventCommand'
        $result.Output | Should -HaveCount 1
    }

    It 'has a view with the job above, and time, level and message' {
        $text = $followed[0..2] | Out-String -Width 200
        foreach ($word in "JobId: $($job.Id)", 'Time', 'Level', 'Message', 'info',
            "Created fine-tuning job: $($job.Id)") {
            $text | Should -BeLike "*$word*"
        }
    }

    It 'becomes plain JSON, with the numbers of a step' {
        $step = $followed | Where-Object Type -EQ metrics | Select-Object -First 1
        $plain = $step | ConvertTo-Json -Depth 4 -WarningVariable warnings | ConvertFrom-Json
        $warnings | Should -BeNullOrEmpty
        $plain.Data.step | Should -Be 1
        $back = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($step))
        $back.Data.step | Should -Be 1
    }
}

Describe 'Get-FineTuningCheckpoint' {
    BeforeAll { $checkpoints = @($job | Get-FineTuningCheckpoint) }

    It 'lists the checkpoints, newest first' {
        $checkpoints.Step | Should -Be @(180, 120, 60)
        $checkpoints.JobId | Select-Object -Unique | Should -Be $job.Id
        foreach ($checkpoint in $checkpoints) {
            $checkpoint.Id | Should -BeLike 'ftckpt_*'
            $checkpoint.Model | Should -BeLike "$(Get-ModelPattern gpt-4o-mini)*"
            $checkpoint.TrainLoss | Should -BeGreaterThan 0
            $checkpoint.FullValidLoss | Should -BeGreaterThan 0
            $checkpoint.FullValidAccuracy | Should -BeGreaterOrEqual 0
        }
        $checkpoints[0].Model | Should -Be (Get-FineTuningJob $job).FineTunedModel
    }

    It 'picks the one with the least loss over all validation data with -Best' {
        $best = Get-FineTuningCheckpoint $job -Best
        $best.BestBy | Should -Be 'full_valid_loss'
        $best.Id | Should -Be ($checkpoints | Sort-Object FullValidLoss | Select-Object -First 1).Id
        $checkpoints[0].BestBy | Should -BeNullOrEmpty
    }

    It 'goes by the training loss where there is no validation' {
        $plain = New-FineTuningJob gpt-4o-mini $train -EpochCount 2 -BatchSize 60 -Wait
        (Get-FineTuningCheckpoint $plain -Best).BestBy | Should -Be 'train_loss'
    }

    It 'emits nothing for a job without one' {
        $bad = Join-Path $TestDrive bad.jsonl
        [IO.File]::WriteAllText($bad, "no JSON`n")
        $none = New-FineTuningJob gpt-4o-mini (Send-FineTuningFile $bad -SkipCheck) -Wait -ErrorAction Ignore
        Get-FineTuningCheckpoint $none | Should -BeNullOrEmpty
        Get-FineTuningCheckpoint $none -Best | Should -BeNullOrEmpty
    }

    It 'pages' {
        (Get-FineTuningCheckpoint $job -First 1 -Skip 1).Step | Should -Be 120
    }

    It 'reports an unknown job' {
        $result = Invoke-Captured { Get-FineTuningCheckpoint ftjob-none }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'JobNotFound,FineTuning.Commands.GetFineTuningCheckpointCommand'
    }

    It 'has a view with steps, losses and models' {
        $text = $checkpoints | Out-String -Width 200
        foreach ($word in 'Step', 'TrainLoss', 'FullValidLoss', '180', $checkpoints[2].Model) {
            $text | Should -BeLike "*$word*"
        }
    }
}
