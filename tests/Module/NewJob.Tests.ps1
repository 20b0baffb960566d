BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $valid = New-TestDataset (Join-Path $TestDrive valid.jsonl) -Count 4 -Word other
    $broken = Join-Path $TestDrive broken.jsonl
    $lines = [IO.File]::ReadAllLines($train)
    $lines[6] = '{"messages":[{"role":"user","content":"nobody answers"}]}'
    [IO.File]::WriteAllText($broken, ($lines -join "`n") + "`n")
    $trainFile = Send-FineTuningFile $train
    $validFile = Send-FineTuningFile $valid
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'New-FineTuningJob' {
    BeforeEach { Clear-ServerRequest $server }

    It 'takes a training file from here to a job' {
        $new = New-TestDataset (Join-Path $TestDrive new.jsonl) -Word new
        $job = New-FineTuningJob gpt-4o-mini $new
        $job.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningJob'
        $job.Id | Should -BeLike 'ftjob-*'
        $job.Status | Should -Be (Get-Word validating_files)
        $job.Status | Should -BeOfType ([string])
        $job.Model | Should -Be 'gpt-4o-mini'
        (Get-ServerRequest $server | Where-Object operation -NE GetFile).line |
            Should -Be @('POST /v1/files', 'POST /v1/fine_tuning/jobs')
        (Get-FineTuningFile $job.TrainingFile).FileName | Should -Be 'new.jsonl'
    }

    It 'takes training and validation data as <kind>' -ForEach @(
        @{ kind = 'paths'; give = { $train, $valid } }
        @{ kind = 'ids'; give = { $trainFile.Id, $validFile.Id } }
        @{ kind = 'file objects'; give = { $trainFile, $validFile } }
        @{ kind = 'FileInfo objects'; give = { (Get-Item $train), (Get-Item $valid) } }
    ) {
        $first, $second = & $give
        $job = New-FineTuningJob gpt-4o-mini $first -ValidationFile $second
        (Get-FineTuningFile $job.TrainingFile).FileName | Should -Be 'train.jsonl'
        (Get-FineTuningFile $job.ValidationFile).FileName | Should -Be 'valid.jsonl'
    }

    It 'takes training files from the pipeline, a job for each' {
        $jobs = $trainFile, $trainFile.Id, (Get-Item $train) | New-FineTuningJob gpt-4o-mini
        $jobs | Should -HaveCount 3
        $jobs.Id | Select-Object -Unique | Should -HaveCount 3
        $jobs | Stop-FineTuningJob -ErrorAction Ignore | Out-Null
    }

    It 'sends every parameter' {
        $job = New-FineTuningJob -Model gpt-4.1-mini -TrainingFile $trainFile -ValidationFile $validFile -Suffix support -Seed 7 -Method supervised `
            -EpochCount 2 -BatchSize 3 -LearningRateMultiplier 0.25 -Metadata @{ team = 'blue'; run = 12; dry = $true; at = [datetime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) } `
            -WandbProject proj -WandbName name -WandbEntity entity -WandbTag a, b
        $job = Get-FineTuningJob $job
        $job.Model, $job.TrainingFile, $job.ValidationFile, $job.Seed, $job.Method |
            Should -Be @('gpt-4.1-mini', $trainFile.Id, $validFile.Id, 7, 'supervised')
        $job.Hyperparameters.EpochCount, $job.Hyperparameters.BatchSize, $job.Hyperparameters.LearningRateMultiplier |
            Should -Be @(2, 3, 0.25)
        $job.AdditionalProperties['user_provided_suffix'] | Should -Be 'support'
        $job.Metadata['team'], $job.Metadata['run'], $job.Metadata['dry'] | Should -Be @('blue', '12', 'true')
        $job.Metadata['at'] | Should -Be '2026-01-02T03:04:05.0000000Z'
        if (Test-Azure) { $job.OrganizationId | Should -BeNullOrEmpty }
        $raw = Invoke-RestMethod "$($server.Endpoint)/fine_tuning/jobs/$job" -Headers @{ Authorization = 'Bearer any' }
        $raw.integrations[0].wandb.project, $raw.integrations[0].wandb.name, $raw.integrations[0].wandb.entity |
            Should -Be @('proj', 'name', 'entity')
        $raw.integrations[0].wandb.tags | Should -Be @('a', 'b')
        $done = Wait-FineTuningJob $job
        $done.FineTunedModel | Should -BeLike (Get-ModelPattern gpt-4.1-mini support)
        $done.TrainedTokens | Should -BeGreaterThan 0
    }

    It 'takes the word auto, and sends it' {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount auto -BatchSize AUTO -LearningRateMultiplier auto -Debug 5>&1
        $bodies = $job | Where-Object { $_ -is [Management.Automation.DebugRecord] } | Out-String -Width 2000
        $bodies | Should -BeLike '*"n_epochs":"auto"*'
        $bodies | Should -BeLike '*"batch_size":"auto"*'
        $bodies | Should -BeLike '*"learning_rate_multiplier":"auto"*'
    }

    It 'leaves out what was not given' {
        $body = New-FineTuningJob gpt-4o-mini $trainFile -Debug 5>&1 |
            Where-Object { "$_" -like "POST $(Get-Base)/fine_tuning/jobs >>*" } | Out-String -Width 2000
        $names = ($body.Trim() -replace '^POST \S+/fine_tuning/jobs >> ' | ConvertFrom-Json -AsHashtable)
        $names.Keys | Should -Be 'model', 'training_file', 'metadata'
        $names.metadata.Keys | Should -Be 'request_token'
    }

    It 'refuses -<name> <value>' -ForEach @(
        @{ name = 'EpochCount'; value = 0 }, @{ name = 'EpochCount'; value = 51 },
            @{ name = 'EpochCount'; value = 1.5 }, @{ name = 'EpochCount'; value = 'many' }
        @{ name = 'BatchSize'; value = 0 }, @{ name = 'BatchSize'; value = 257 }
        @{ name = 'LearningRateMultiplier'; value = 0 }, @{ name = 'LearningRateMultiplier'; value = -1 },
            @{ name = 'LearningRateMultiplier'; value = '0,1' }
        @{ name = 'LearningRateMultiplier'; value = [double]::NaN },
            @{ name = 'LearningRateMultiplier'; value = [double]::PositiveInfinity }
        @{ name = 'Seed'; value = -1 }, @{ name = 'Suffix'; value = '' }, @{ name = 'Suffix'; value = 'x' * 65 },
            @{ name = 'Method'; value = 'magic' }
    ) {
        $parameters = @{ $name = $value }
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile @parameters }
        $result.Terminating.FullyQualifiedErrorId | Should -Match '^ParameterArgument(Validation|Transformation)Error'
        "$($result.Terminating)" | Should -BeLike "*'$name'*"
        $result.Terminating.Exception | Should -BeOfType ([Management.Automation.ParameterBindingException])
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'refuses what does not go together: <why>' -ForEach @(
        @{ why = 'beta without dpo'; parameters = @{ Beta = 0.1; Method = 'supervised' } }
        @{ why = 'reinforcement without a grader'; parameters = @{ Method = 'reinforcement' } }
        @{ why = 'a tag without a project'; parameters = @{ WandbTag = 'a' } }
        @{ why = 'too many pairs'; parameters = @{
            Metadata = $(1..17 | ForEach-Object { $h = @{} } { $h["k$_"] = 'v' } { $h })
        } }
        @{ why = 'a value that is too long'; parameters = @{ Metadata = @{ key = 'x' * 513 } } }
        @{ why = 'a grader that is none'; parameters = @{ Grader = '{"no":"type"}' } }
    ) {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $train @parameters }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $result.Output | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'sends the parameters of <method>' -ForEach @(
        @{ method = 'dpo'; parameters = @{
            Beta = 0.2; EpochCount = 2
        }; sent = '*"method":{"type":"dpo","dpo":{"hyperparameters":{*"beta":0.2*' }
        @{ method = 'reinforcement'; parameters = @{
            Grader = @{ type = 'string_check'; name = 'g'; operation = 'eq'; input = '{{sample.output_text}}'; reference = '{{item.a}}' }
            ReasoningEffort = 'low'
            ComputeMultiplier = 1.5
            EvalInterval = 5
            EvalSamples = 'auto'
        }
            sent = '*"reasoning_effort":"low"*' }
    ) {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile @parameters -Debug 5>&1 }
        $body = $result.Output | Where-Object { "$_" -like "POST $(Get-Base)/fine_tuning/jobs >>*" } |
            Out-String -Width 4000
        $body | Should -BeLike $sent
        $result.Errors | Should -BeNullOrEmpty
        ($result.Output | Where-Object { $_ -is [FineTuning.Output.FineTuningJob] }).Method | Should -Be $method
    }

    It 'reports a path that is not there, and sends nothing' -ForEach @(
        './none.jsonl', 'none.jsonl', 'folder/none', '~/none'
    ) {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $_ }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'PathNotFound,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'takes anything else for an id, and sends it as it is' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini other-id_7 }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.NewFineTuningJobCommand'
        (Get-ServerRequest $server | Where-Object operation -NE GetFile).line | Should -Be 'POST /v1/fine_tuning/jobs'
    }

    It 'reports the id of a file that is not there' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini file-none }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.NewFineTuningJobCommand'
        Get-ErrorText $result.Errors | Should -BeLike "*file-none*does not exist*"
    }

    It 'reports a bad line of the <what> data before anything is sent' -ForEach @(
        @{ what = 'training'; give = { @{ TrainingFile = $broken; ValidationFile = $valid } } }
        @{ what = 'validation'; give = { @{ TrainingFile = $train; ValidationFile = $broken } } }
    ) {
        $files = & $give
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini @files }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidDataset,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidData'
        Get-ErrorText $result.Errors | Should -BeLike '*broken.jsonl*line 7*'
        $result.Output | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'refuses a training file of fewer than ten examples' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $valid }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidDataset,FineTuning.Commands.NewFineTuningJobCommand'
        Get-ErrorText $result.Errors | Should -BeLike '*10*'
    }

    It 'reports a model that the server does not have' {
        $result = Invoke-Captured { New-FineTuningJob gpt-99 $trainFile }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ModelNotAvailable,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Get-ErrorText $result.Errors |
            Should -BeLike $(if (Test-Azure) { '*does not support fine-tuning*-TrainingType GlobalStandard*' } else { '*gpt-99*' })
    }

    It 'says that a name which is no file here was sent as an id' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini trainn }
        $result.Errors.ErrorDetails.RecommendedAction | Should -BeLike "'trainn' is not a file here*Get-FineTuningFile*"
    }

    It 'refuses chat examples for a completion model before anything is sent' {
        $result = Invoke-Captured { New-FineTuningJob babbage-002 $train }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidDataset,FineTuning.Commands.NewFineTuningJobCommand'
        Get-ErrorText $result.Errors | Should -BeLike '*FT1107*'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'warns of examples that are in both files' {
        $warnings = New-FineTuningJob gpt-4o-mini $train -ValidationFile $train 3>&1 | Where-Object {
            $_ -is [System.Management.Automation.WarningRecord]
        }
        "$warnings" | Should -BeLike '*FT1604*'
    }

    It 'warns that a time-out without a wait does nothing' {
        $warnings = New-FineTuningJob gpt-4o-mini $train -TimeoutSec 3 3>&1 | Where-Object {
            $_ -is [System.Management.Automation.WarningRecord]
        }
        "$warnings" | Should -BeLike '*-TimeoutSec*-Wait*'
    }

    It 'refuses a second -IdempotencyKey in the metadata' {
        $result = Invoke-Captured {
            New-FineTuningJob gpt-4o-mini $trainFile -IdempotencyKey a -Metadata @{ idempotency_key = 'b' }
        }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
    }

    It 'refuses a grader with a number that JSON does not have' {
        $result = Invoke-Captured {
            New-FineTuningJob gpt-4o-mini $trainFile -Grader @{ type = 'multi'; range = @([double]::NaN) }
        }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
    }

    It 'sends nothing at all with -WhatIf' {
        New-FineTuningJob gpt-4o-mini $train -ValidationFile $valid -IdempotencyKey k -Wait -WhatIf |
            Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'goes on with the next file after a bad one' {
        $result = Invoke-Captured { $broken, './none.jsonl', $train | New-FineTuningJob gpt-4o-mini }
        $result.Errors.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } |
            Should -Be @('InvalidDataset', 'PathNotFound')
        $result.Output | Should -HaveCount 1
    }

    It 'emits exactly the finished job with -Wait' {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait
        @($job) | Should -HaveCount 1
        $job.Status | Should -Be 'succeeded'
        $job.FineTunedModel | Should -BeLike (Get-ModelPattern gpt-4o-mini)
        $job.FinishedAt | Should -BeGreaterOrEqual $job.CreatedAt
        $job.Duration | Should -BeOfType ([timespan])
        $job.Error | Should -BeNullOrEmpty
    }

    It 'waits with -Wait for a job that the service does not find at first' {
        Set-FineTuningServerFault 'GetJob:status=404,count=2'
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait }
        (Get-FineTuningServerFault).Hits | Should -Be 2
        Clear-FineTuningServerFault
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Status | Should -Be 'succeeded'
    }

    It 'emits a job that failed together with an error that says why' {
        $bad = Send-FineTuningFile $broken -SkipCheck
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $bad -Wait }
        $result.Output | Should -HaveCount 1
        $result.Output.Status | Should -Be 'failed'
        $result.Output.Error.Code | Should -Be 'invalid_training_file'
        $result.Output.Error.Message | Should -BeLike '*line 7*'
        $result.Errors.FullyQualifiedErrorId | Should -Be 'JobFailed,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidResult'
        $result.Errors.TargetObject | Should -Be $result.Output.Id
        Get-ErrorText $result.Errors | Should -BeLike '*line 7*Get-FineTuningEvent*'
    }

    It 'stops waiting after -TimeoutSec, still emits the job, and leaves it running' {
        $result = Invoke-Captured {
            New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1 -Wait -TimeoutSec 0.5
        }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'WaitTimedOut,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $result.Output | Should -HaveCount 1
        (Get-FineTuningJob $result.Output).Status |
            Should -BeIn (Get-Word validating_files), (Get-Word queued), 'running'
        (Stop-FineTuningJob $result.Output).Status | Should -Be (Get-Word cancelled)
    }

    It 'finds the job whose answer was lost, and says so' {
        $before = @(Get-FineTuningJob).Count
        Set-FineTuningServerFault 'CreateJob:after_work,drop,count=1'
        $result = Invoke-Captured {
            New-FineTuningJob gpt-4o-mini $trainFile -WarningVariable warnings; $script:told = $warnings
        }
        $result.Errors | Should -BeNullOrEmpty
        @(Get-FineTuningJob).Count | Should -Be ($before + 1)
        $result.Output.Id | Should -Be (Get-FineTuningJob -First 1).Id
        "$told" | Should -BeLike "*may have been created*$($result.Output.Metadata['request_token'])*$($result.Output.Id) was created after all*"
    }

    It 'tells of a job that may exist and cannot be looked for, and how to find it' {
        Set-FineTuningServerFault 'CreateJob:after_work,status=500,message=Broken.,count=1',
            'ListJobs:status=403,count=1'
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile -WarningAction SilentlyContinue }
        $job = Get-FineTuningJob -First 1
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.FullyQualifiedErrorId | Should -Be 'ServerError,FineTuning.Commands.NewFineTuningJobCommand'
        Get-ErrorText $result.Errors |
            Should -BeLike "Broken. The job may have been created*$($job.Metadata['request_token'])*(request *"
        $action = $result.Errors.ErrorDetails.RecommendedAction
        $action | Should -BeLike '*A second job costs money again: look with Get-FineTuningJob -Metadata @{ request_token = *'
        (& ([scriptblock]::Create(($action -replace '^.*look with (.*) before.*$', '$1')))).Id | Should -Be $job.Id
    }

    It 'creates one job for one -IdempotencyKey' {
        $key = "load-$([guid]::NewGuid())"
        $first = New-FineTuningJob gpt-4o-mini $train -IdempotencyKey $key -Metadata @{ team = 'red' }
        Clear-ServerRequest $server
        $second = New-FineTuningJob gpt-4o-mini $train -IdempotencyKey $key
        $second.Id | Should -Be $first.Id
        $second.Metadata['team'] | Should -Be 'red'
        (Get-ServerRequest $server).method | Should -Be 'GET' -Because 'neither the file nor the job is sent again'
        (New-FineTuningJob gpt-4o-mini $train -IdempotencyKey "$key-other").Id | Should -Not -Be $first.Id
    }
}
