BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $secret = 'sk-stream-Jt55rVbn'
    $server = Start-TestServer -ApiKey (ConvertTo-TestKey $secret)
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $base = Get-Base
}

AfterAll { $server | Stop-FineTuningServer }

Describe '-Verbose' {
    It 'tells each request with its status and duration, and no key' {
        $all = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait -Verbose 4>&1
        $lines = $all | Where-Object { $_ -is [Management.Automation.VerboseRecord] } | ForEach-Object { "$_" }
        $lines -match "^POST $base/files: 200 after \d+ ms \(req_\w+\)`$" | Should -HaveCount 1
        $lines -match "^POST $base/fine_tuning/jobs: 200 after \d+ ms" | Should -HaveCount 1
        $lines -match "^GET $base/fine_tuning/jobs/ftjob-\w+ to 127\.0\.0\.1:" | Should -Not -BeNullOrEmpty
        "$lines" | Should -Not -BeLike "*$secret*"
        "$lines" | Should -Not -BeLike '*question 1*' -Because 'bodies are for -Debug'
    }

    It 'tells a failure and its repeats' {
        $connection = Connect-FineTuning http://127.0.0.1:9/v1 -ApiKey (ConvertTo-TestKey $secret) -SkipCheck -MaxRetryCount 1 -PassThru
        try {
            $all = Get-FineTuningJob -Connection $connection -Verbose 4>&1 2>&1
            "$all" | Should -BeLike '*Repeated in *attempt 2*'
            "$all" | Should -BeLike '*Tried 2 times*'
            "$all" | Should -Not -BeLike "*$secret*"
        } finally {
            Connect-TestServer $server -ApiKey (ConvertTo-TestKey $secret)
        }
    }

    It 'tells no more than is asked for' {
        Get-FineTuningJob 4>&1 5>&1 | Where-Object { $_ -isnot [FineTuning.Output.FineTuningJob] } |
            Should -BeNullOrEmpty
    }
}

Describe '-Debug' {
    It 'tells bodies, asks nobody, and shows no key' {
        $all = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Metadata @{ note = "my key is $secret" } -Debug 5>&1
        $lines = $all | Where-Object { $_ -is [Management.Automation.DebugRecord] } | ForEach-Object { "$_" }
        $lines -match ('^POST ' + $base + '/fine_tuning/jobs >> \{"model":"gpt-4o-mini"') | Should -HaveCount 1
        $lines -match ('^POST ' + $base + '/fine_tuning/jobs << \{.*"object":"fine_tuning.job"') | Should -HaveCount 1
        $lines -match "^POST $base/fine_tuning/jobs: 200 after" | Should -HaveCount 1
        "$lines" | Should -Not -BeLike "*$secret*"
        $all | Where-Object { $_ -is [FineTuning.Output.FineTuningJob] } | Should -HaveCount 1
    }

    It 'asks nobody for <name> either' -ForEach @(
        @{ name = 'a warning'; run = { Send-FineTuningFile $twice -Debug 5>&1 6>&1 } }
        @{ name = 'the best checkpoint'; run = { Get-FineTuningJob -Status succeeded -First 1 |
            Get-FineTuningCheckpoint -Best -Debug 5>&1 } }
        @{ name = 'a connection'; run = { Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey $secret) -Debug 5>&1 } }
        @{ name = 'a server'; run = { Get-FineTuningServer -Debug 5>&1 } }
    ) {
        $twice = Join-Path $TestDrive twice.jsonl
        [IO.File]::WriteAllText($twice, [IO.File]::ReadAllText($train) * 2)
        $result = Invoke-Captured $run
        $result.Terminating | Should -BeNullOrEmpty
        $result.Errors | Should -BeNullOrEmpty
    }

    It 'leaves the lines of -Verbose where they belong when both are given' {
        $all = Get-FineTuningJob -First 1 -Debug -Verbose 5>&1 4>&1
        @($all | Where-Object { $_ -is [Management.Automation.VerboseRecord] }) | Should -HaveCount 2
        @($all | Where-Object { $_ -is [Management.Automation.DebugRecord] }) | Should -HaveCount 1
    }
}

Describe 'Progress' {
    It 'shows the upload, the wait with its steps, and takes each line away again' {
        $pipeline = Start-TestPipeline 'param($a) New-FineTuningJob gpt-4o-mini $a[0] -EpochCount 25 -BatchSize 1 -Wait -Connection $a[1]' @($train, (Get-FineTuningConnection))
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $records = @($pipeline.Shell.Streams.Progress)
        $pipeline.Output[0].Status | Should -Be 'succeeded'
        $records.Activity | Should -Contain "Fine-tuning job $($pipeline.Output[0])"
        $records.Activity | Should -Contain 'Uploading train.jsonl'
        foreach ($group in $records | Group-Object Activity) {
            $group.Group[-1].RecordType | Should -Be 'Completed' -Because $group.Name
        }
        $pipeline.Shell.Dispose()
    }
}

Describe 'Under the culture <_>' -ForEach 'de-DE', 'tr-TR' {
    BeforeAll {
        $before = [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture
        [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $_
        try {
            $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 2 -BatchSize 4 -LearningRateMultiplier 0.25 -Seed 5 -Metadata @{ share = 0.5; Title = 'I' } -Wait
            $text = New-FineTuningJob gpt-4o-mini $job.TrainingFile -LearningRateMultiplier '0.5'
            $word = New-FineTuningJob gpt-4o-mini $job.TrainingFile -EpochCount AUTO
            $refused = Invoke-Captured { New-FineTuningJob gpt-4o-mini $job.TrainingFile -LearningRateMultiplier '0,5' }
            $titles = Get-FineTuningJob -Model GPT-4O-MINI -Status SUCCEEDED -First 1
            $saved = $job.ResultFiles |
                Receive-FineTuningFile -Path (New-Item (Join-Path $TestDrive $_) -ItemType Directory)
            $view = $job | Out-String -Width 200
        } finally {
            [cultureinfo]::CurrentCulture, [cultureinfo]::CurrentUICulture = $before
        }
    }

    It 'numbers go and come as they are' {
        $job.Status | Should -Be 'succeeded'
        $job.Hyperparameters.LearningRateMultiplier | Should -Be 0.25
        $text.Hyperparameters.LearningRateMultiplier | Should -Be 0.5
        $job.Metadata['share'] | Should -Be '0.5'
        $refused.Terminating.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError*'
    }

    It 'words are the same in capitals' {
        $word.Hyperparameters.EpochCount | Should -Be 'auto'
        $titles.Id | Should -Be $job.Id
    }

    It 'the table of metrics has points' {
        $rows = @(Import-Csv $saved)
        $rows | Should -HaveCount 6
        [double]::Parse($rows[0].train_loss, [cultureinfo]::InvariantCulture) | Should -BeLessThan 100
        $rows[0].train_loss | Should -BeLike '*.*'
    }

    It 'the same data, seed and numbers give the same model' {
        $again = New-FineTuningJob gpt-4o-mini $job.TrainingFile -EpochCount 2 -BatchSize 4 -LearningRateMultiplier 0.25 -Seed 5 -Wait
        (Get-FineTuningCheckpoint $again -First 1).TrainLoss |
            Should -Be (Get-FineTuningCheckpoint $job -First 1).TrainLoss
    }

    It 'the view renders' {
        $view | Should -BeLike "*$($job.Id)*succeeded*"
    }
}
