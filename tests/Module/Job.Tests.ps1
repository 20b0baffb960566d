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

    # A job that is at work for as long as a test can want; the trainer does one job at a time, so others wait behind it.
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
    function New-LongJob { New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1 }
    function Wait-Status($Job, [string] $Status) { Wait-Until { (Get-FineTuningJob $Job).Status -eq (Get-Word $Status) } -Because "$Job is $Status" }
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
        (Get-ServerRequest $server | Where-Object operation -NE GetFile).line | Should -Be @('POST /v1/files', 'POST /v1/fine_tuning/jobs')
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
        $job.Model, $job.TrainingFile, $job.ValidationFile, $job.Seed, $job.Method | Should -Be @('gpt-4.1-mini', $trainFile.Id, $validFile.Id, 7, 'supervised')
        $job.Hyperparameters.EpochCount, $job.Hyperparameters.BatchSize, $job.Hyperparameters.LearningRateMultiplier | Should -Be @(2, 3, 0.25)
        $job.AdditionalProperties['user_provided_suffix'] | Should -Be 'support'
        $job.Metadata['team'], $job.Metadata['run'], $job.Metadata['dry'] | Should -Be @('blue', '12', 'true')
        $job.Metadata['at'] | Should -Be '2026-01-02T03:04:05.0000000Z'
        if (Test-Azure) { $job.OrganizationId | Should -BeNullOrEmpty }
        $raw = Invoke-RestMethod "$($server.Endpoint)/fine_tuning/jobs/$job" -Headers @{ Authorization = 'Bearer any' }
        $raw.integrations[0].wandb.project, $raw.integrations[0].wandb.name, $raw.integrations[0].wandb.entity | Should -Be @('proj', 'name', 'entity')
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
        $body = New-FineTuningJob gpt-4o-mini $trainFile -Debug 5>&1 | Where-Object { "$_" -like "POST $(Get-Base)/fine_tuning/jobs >>*" } | Out-String -Width 2000
        $names = ($body.Trim() -replace '^POST \S+/fine_tuning/jobs >> ' | ConvertFrom-Json -AsHashtable)
        $names.Keys | Should -Be 'model', 'training_file', 'metadata'
        $names.metadata.Keys | Should -Be 'request_token'
    }

    It 'refuses -<name> <value>' -ForEach @(
        @{ name = 'EpochCount'; value = 0 }, @{ name = 'EpochCount'; value = 51 }, @{ name = 'EpochCount'; value = 1.5 }, @{ name = 'EpochCount'; value = 'many' }
        @{ name = 'BatchSize'; value = 0 }, @{ name = 'BatchSize'; value = 257 }
        @{ name = 'LearningRateMultiplier'; value = 0 }, @{ name = 'LearningRateMultiplier'; value = -1 }, @{ name = 'LearningRateMultiplier'; value = '0,1' }
        @{ name = 'LearningRateMultiplier'; value = [double]::NaN }, @{ name = 'LearningRateMultiplier'; value = [double]::PositiveInfinity }
        @{ name = 'Seed'; value = -1 }, @{ name = 'Suffix'; value = '' }, @{ name = 'Suffix'; value = 'x' * 65 }, @{ name = 'Method'; value = 'magic' }
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
        @{ why = 'too many pairs'; parameters = @{ Metadata = $(1..17 | ForEach-Object { $h = @{} } { $h["k$_"] = 'v' } { $h }) } }
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
        @{ method = 'dpo'; parameters = @{ Beta = 0.2; EpochCount = 2 }; sent = '*"method":{"type":"dpo","dpo":{"hyperparameters":{*"beta":0.2*' }
        @{ method = 'reinforcement'; parameters = @{ Grader = @{ type = 'string_check'; name = 'g'; operation = 'eq'; input = '{{sample.output_text}}'; reference = '{{item.a}}' }; ReasoningEffort = 'low'; ComputeMultiplier = 1.5; EvalInterval = 5; EvalSamples = 'auto' }
            sent = '*"reasoning_effort":"low"*' }
    ) {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile @parameters -Debug 5>&1 }
        $body = $result.Output | Where-Object { "$_" -like "POST $(Get-Base)/fine_tuning/jobs >>*" } | Out-String -Width 4000
        $body | Should -BeLike $sent
        $result.Errors | Should -BeNullOrEmpty
        ($result.Output | Where-Object { $_ -is [FineTuning.Output.FineTuningJob] }).Method | Should -Be $method
    }

    It 'reports a path that is not there, and sends nothing' -ForEach @('./none.jsonl', 'none.jsonl', 'folder/none', '~/none') {
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
        $result.Errors.FullyQualifiedErrorId | Should -Be 'ModelNotAvailable,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidArgument'
        Get-ErrorText $result.Errors | Should -BeLike $(if (Test-Azure) { '*does not support fine-tuning*-TrainingType GlobalStandard*' } else { '*gpt-99*' })
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
        $warnings = New-FineTuningJob gpt-4o-mini $train -ValidationFile $train 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warnings" | Should -BeLike '*FT1604*'
    }

    It 'warns that a time-out without a wait does nothing' {
        $warnings = New-FineTuningJob gpt-4o-mini $train -TimeoutSec 3 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] }
        "$warnings" | Should -BeLike '*-TimeoutSec*-Wait*'
    }

    It 'refuses a second -IdempotencyKey in the metadata' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile -IdempotencyKey a -Metadata @{ idempotency_key = 'b' } }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
    }

    It 'refuses a grader with a number that JSON does not have' {
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile -Grader @{ type = 'multi'; range = @([double]::NaN) } }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidJob,FineTuning.Commands.NewFineTuningJobCommand'
    }

    It 'sends nothing at all with -WhatIf' {
        New-FineTuningJob gpt-4o-mini $train -ValidationFile $valid -IdempotencyKey k -Wait -WhatIf | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'goes on with the next file after a bad one' {
        $result = Invoke-Captured { $broken, './none.jsonl', $train | New-FineTuningJob gpt-4o-mini }
        $result.Errors.FullyQualifiedErrorId | ForEach-Object { $_.Split(',')[0] } | Should -Be @('InvalidDataset', 'PathNotFound')
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
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1 -Wait -TimeoutSec 0.5 }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'WaitTimedOut,FineTuning.Commands.NewFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'OperationTimeout'
        $result.Output | Should -HaveCount 1
        (Get-FineTuningJob $result.Output).Status | Should -BeIn (Get-Word validating_files), (Get-Word queued), 'running'
        (Stop-FineTuningJob $result.Output).Status | Should -Be (Get-Word cancelled)
    }

    It 'finds the job whose answer was lost, and says so' {
        $before = @(Get-FineTuningJob).Count
        Set-FineTuningServerFault 'CreateJob:after_work,drop,count=1'
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile -WarningVariable warnings; $script:told = $warnings }
        $result.Errors | Should -BeNullOrEmpty
        @(Get-FineTuningJob).Count | Should -Be ($before + 1)
        $result.Output.Id | Should -Be (Get-FineTuningJob -First 1).Id
        "$told" | Should -BeLike "*may have been created*$($result.Output.Metadata['request_token'])*$($result.Output.Id) was created after all*"
    }

    It 'tells of a job that may exist and cannot be looked for, and how to find it' {
        Set-FineTuningServerFault 'CreateJob:after_work,status=500,message=Broken.,count=1', 'ListJobs:status=403,count=1'
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $trainFile -WarningAction SilentlyContinue }
        $job = Get-FineTuningJob -First 1
        $result.Output | Should -BeNullOrEmpty
        $result.Errors.FullyQualifiedErrorId | Should -Be 'ServerError,FineTuning.Commands.NewFineTuningJobCommand'
        Get-ErrorText $result.Errors | Should -BeLike "Broken. The job may have been created*$($job.Metadata['request_token'])*(request *"
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

Describe 'Get-FineTuningJob' {
    BeforeAll {
        Get-FineTuningJob -Status validating_files, queued, pending, running, paused | Stop-FineTuningJob -ErrorAction Ignore | Out-Null
        $tag = [guid]::NewGuid().ToString('N')
        $done = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Metadata @{ tag = $tag; kind = 'a' } -Wait
        $cancelled = New-PausedJob $long -Model gpt-4.1-mini -Metadata @{ tag = $tag; kind = 'b' } | Stop-FineTuningJob
        $plain = New-FineTuningJob babbage-002 $trainFile
    }
    BeforeEach { Clear-ServerRequest $server }

    It 'gets by id, string, object, property name and other objects of the job' {
        $item = Get-FineTuningEvent $done -First 1
        $checkpoint = Get-FineTuningCheckpoint $done -First 1
        foreach ($job in @(
                Get-FineTuningJob $done.Id
                Get-FineTuningJob -JobId $done.Id
                Get-FineTuningJob $done
                $done.Id | Get-FineTuningJob
                $done | Get-FineTuningJob
                [pscustomobject]@{ Id = $done.Id } | Get-FineTuningJob
                [pscustomobject]@{ JobId = $done.Id; Id = 'else' } | Get-FineTuningJob
                $item | Get-FineTuningJob
                $checkpoint | Get-FineTuningJob
                "Id`n$done" | ConvertFrom-Csv | Get-FineTuningJob
            )) { $job.Id | Should -Be $done.Id }
        (Get-FineTuningJob $done, $cancelled.Id).Id | Should -Be @($done.Id, $cancelled.Id)
    }

    It 'lists newest first' {
        (Get-FineTuningJob -First 3).Id | Should -Be @($plain.Id, $cancelled.Id, $done.Id)
        (Get-FineTuningJob -First 1 -Skip 2).Id | Should -Be $done.Id
    }

    It 'chooses by -Status' {
        (Get-FineTuningJob -Status succeeded).Id | Should -Contain $done.Id
        (Get-FineTuningJob -Status SUCCEEDED, cancelled).Id | Should -Contain $cancelled.Id
        (Get-FineTuningJob -Status succeeded).Status | Select-Object -Unique | Should -Be 'succeeded'
    }

    It 'chooses by -Model, with wildcards' {
        (Get-FineTuningJob -Model babbage-002).Id | Should -Be $plain.Id
        (Get-FineTuningJob -Model GPT-4.1*, bab* -First 2).Id | Should -Be @($plain.Id, $cancelled.Id)
        Get-FineTuningJob -Model none* | Should -BeNullOrEmpty
    }

    It 'lets the service choose by -Metadata' {
        (Get-FineTuningJob -Metadata @{ tag = $tag }).Id | Should -Be @($cancelled.Id, $done.Id)
        (Get-FineTuningJob -Metadata @{ tag = $tag; kind = 'a' }).Id | Should -Be $done.Id
        (Get-ServerRequest $server)[0].path | Should -BeLike "*metadata%5Btag%5D=$tag*"
        Get-FineTuningJob -Metadata @{ tag = 'nobody' } | Should -BeNullOrEmpty
    }

    It 'chooses by -NoMetadata those that carry nothing of the user' {
        $jobs = Get-FineTuningJob -NoMetadata
        $jobs.Id | Should -Contain $plain.Id
        $jobs.Id | Should -Not -Contain $done.Id
    }

    It 'reports an unknown job and goes on' {
        $result = Invoke-Captured { 'ftjob-none', $done.Id | Get-FineTuningJob }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'JobNotFound,FineTuning.Commands.GetFineTuningJobCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Errors.TargetObject | Should -Be 'ftjob-none'
        Get-ErrorText $result.Errors | Should -BeLike '*ftjob-none*request *Get-FineTuningJob lists*'
        $result.Errors.ErrorDetails.RecommendedAction | Should -Be 'Get-FineTuningJob lists the jobs.'
        $result.Output.Id | Should -Be $done.Id
    }

    It 'sets $? after a failure, and $Error' {
        $Error.Clear()
        Get-FineTuningJob ftjob-none -ErrorAction SilentlyContinue
        $? | Should -BeFalse
        $Error | Should -HaveCount 1
        $null = Get-FineTuningJob $done
        $? | Should -BeTrue
    }

    It 'stops at a failure with -ErrorAction Stop' {
        { Get-FineTuningJob ftjob-none -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,FineTuning.Commands.GetFineTuningJobCommand'
    }

    It 'refuses <kind> without asking, and goes on' -ForEach @(
        @{ kind = 'a file'; give = { $trainFile } }
        @{ kind = 'the id of a file'; give = { 'file-abc' } }
        @{ kind = 'the name of a model'; give = { 'ft:gpt-4o-mini:local::abc' } }
        @{ kind = 'a process'; give = { Get-Process -Id $PID } }
        @{ kind = 'a number'; give = { 42 } }
        @{ kind = 'an empty string'; give = { ' ' } }
        @{ kind = 'an object without an id'; give = { [pscustomobject]@{ name = 'x' } } }
    ) {
        $other = & $give
        $result = Invoke-Captured { $other, $done | Get-FineTuningJob }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'NotJobIdentity,FineTuning.Commands.GetFineTuningJobCommand'
        $result.Output.Id | Should -Be $done.Id
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'reports a server that is gone as such' {
        $nowhere = Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -MaxRetryCount 0 -PassThru
        try {
            $result = Invoke-Captured { Get-FineTuningJob ftjob-1, ftjob-2 }
            $result.Errors.FullyQualifiedErrorId | Select-Object -Unique | Should -Be 'ConnectionFailed,FineTuning.Commands.GetFineTuningJobCommand'
            $result.Errors | Should -HaveCount 2
            $result.Errors[0].CategoryInfo.Category | Should -Be 'ConnectionError'
        } finally {
            $null = $nowhere | Disconnect-FineTuning
            Connect-TestServer $server
        }
    }
}

Describe 'Stop-, Suspend- and Resume-FineTuningJob' {
    BeforeAll {
        Get-FineTuningJob -Status validating_files, queued, pending, running, paused | Stop-FineTuningJob -ErrorAction Ignore | Out-Null
        $running = New-LongJob
        Wait-Status $running running
        $queued = if (Test-Azure) { New-LongJob } else { New-FineTuningJob gpt-4o-mini $trainFile }
        Wait-Status $queued queued
    }
    BeforeEach { Clear-ServerRequest $server }
    AfterAll { $running, $queued | Stop-FineTuningJob -ErrorAction Ignore | Out-Null }

    It '<_> sends nothing with -WhatIf' -ForEach 'Stop-FineTuningJob', 'Suspend-FineTuningJob', 'Resume-FineTuningJob' {
        $running, $queued | & $_ -WhatIf | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'pause a queued job at once, and let it queue again' {
        if (Test-Azure) {
            # There only a running job is paused.
            $result = Invoke-Captured { $queued | Suspend-FineTuningJob }
            $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.SuspendFineTuningJobCommand'
            (Get-FineTuningJob $queued).Status | Should -Be 'pending'
            return
        }
        ($queued | Suspend-FineTuningJob).Status | Should -Be 'paused'
        $result = Invoke-Captured { Suspend-FineTuningJob $queued }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.SuspendFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike "*$queued*paused*"
        (Resume-FineTuningJob $queued).Status | Should -BeIn 'resuming', 'queued'
        Wait-Status $queued resuming
    }

    It 'refuse to resume what runs' {
        $result = Invoke-Captured { Resume-FineTuningJob $running.Id }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.ResumeFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike '*running*'
    }

    It 'pause a running job, which stops and goes on from there' {
        (Suspend-FineTuningJob $running).Status | Should -BeIn 'pausing', 'paused'
        Wait-Status $running paused
        # The queued one has its turn meanwhile.
        if (Test-Azure) { Wait-Status $queued running }
        $null = Suspend-FineTuningJob $queued
        (Resume-FineTuningJob $running).Status | Should -Be (Get-Word resuming)
        Wait-Status $running running
        (Get-FineTuningEvent $running).Message | Should -Contain 'Fine-tuning job paused'
    }

    It 'cancel a running, a cancelled, a paused and a finished job; only the last is an error, and the pipeline goes on' {
        # On Azure only what has had its turn can be paused.
        if (Test-Azure) { $null = Suspend-FineTuningJob $running; Wait-Status $running paused }
        $paused = New-PausedJob $long
        if (Test-Azure) { $null = Resume-FineTuningJob $running; Wait-Status $running running }
        $over = Stop-FineTuningJob $queued
        $over.Status | Should -Be (Get-Word cancelled)
        $done = Get-FineTuningJob -Status succeeded -First 1
        if (-not $done) { $done = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Wait }
        $result = Invoke-Captured { $running, $over, $done, 'ftjob-none', $paused | Stop-FineTuningJob }
        $result.Output.Id | Should -Be @($running.Id, $over.Id, $paused.Id)
        $result.Output.Status | Should -Be (@(Get-Word cancelled) * 3)
        $result.Errors.FullyQualifiedErrorId | Should -Be @('InvalidRequest,FineTuning.Commands.StopFineTuningJobCommand', 'JobNotFound,FineTuning.Commands.StopFineTuningJobCommand')
        $result.Errors.TargetObject | Should -Be @($done.Id, 'ftjob-none')
    }

    It '<_> refuses a file and goes on' -ForEach 'Stop-FineTuningJob', 'Suspend-FineTuningJob', 'Resume-FineTuningJob', 'Wait-FineTuningJob' {
        $result = Invoke-Captured { $trainFile | & $_ }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'NotJobIdentity,FineTuning.Commands.*'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }
}

Describe 'Wait-FineTuningJob' {
    It 'waits for many and emits each once' {
        $jobs = 1..4 | ForEach-Object { New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -BatchSize 12 }
        $done = $jobs + $jobs[0] | Wait-FineTuningJob
        $done | Should -HaveCount 4
        $done.Status | Select-Object -Unique | Should -Be 'succeeded'
        $done.Id | Sort-Object | Should -Be ($jobs.Id | Sort-Object)
    }

    It 'emits a finished job with one request' {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Wait
        Clear-ServerRequest $server
        ($job | Wait-FineTuningJob).Status | Should -Be 'succeeded'
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'gives up after -TimeoutSec for all that have not ended, and emits them' {
        $paused = 1..2 | ForEach-Object { New-PausedJob $long }
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Wait
        $result = Invoke-Captured { $paused + $job | Wait-FineTuningJob -TimeoutSec 0.3 -PollIntervalSec 0.05 }
        $result.Output | Should -HaveCount 3
        $result.Errors.FullyQualifiedErrorId | Should -Be (@('WaitTimedOut,FineTuning.Commands.WaitFineTuningJobCommand') * 2)
        $result.Errors.TargetObject | Sort-Object | Should -Be ($paused.Id | Sort-Object)
        $paused | Stop-FineTuningJob | Out-Null
    }

    It 'reports an unknown job and waits for the others' {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -BatchSize 12
        $result = Invoke-Captured { 'ftjob-none', $job | Wait-FineTuningJob }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'JobNotFound,FineTuning.Commands.WaitFineTuningJobCommand'
        $result.Output.Id | Should -Be $job.Id
        $result.Output.Status | Should -Be 'succeeded'
    }

    It 'does not take a cancelled job for a failure' {
        $job = New-PausedJob $long | Stop-FineTuningJob
        $result = Invoke-Captured { Wait-FineTuningJob $job }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Status | Should -Be (Get-Word cancelled)
    }

    It 'gives jobs that have ended in the order of the input' {
        $jobs = 1..10 | ForEach-Object { New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -BatchSize 12 }
        $null = $jobs | Wait-FineTuningJob
        ($jobs | Wait-FineTuningJob).Id | Should -Be $jobs.Id
    }

    It 'warns once of a paused job, with how it goes on, and waits for it' {
        $job = New-PausedJob $long
        $result = Invoke-Captured { Wait-FineTuningJob $job -TimeoutSec 1 -PollIntervalSec 0.05 }
        $result.Warnings | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike "*$job is paused*'Resume-FineTuningJob $job'*'Stop-FineTuningJob $job'*"
        $result.Output.Status | Should -Be 'paused'
        $null = Stop-FineTuningJob $job
    }

    It 'warns of a job that is cancelled meanwhile' {
        $job = New-PausedJob $long
        $pipeline = Start-TestPipeline 'param($a) Wait-FineTuningJob $a[0] -Connection $a[1]' @($job.Id, (Get-FineTuningConnection))
        Wait-Until { $pipeline.Shell.Streams.Warning.Count -gt 0 } -Because 'the pause is told'
        $null = Stop-FineTuningJob $job
        $pipeline.Shell.EndInvoke($pipeline.Async)
        "$($pipeline.Shell.Streams.Warning)" | Should -BeLike "*$job was cancelled*"
        $pipeline.Output.Status | Should -Be (Get-Word cancelled)
        $pipeline.Shell.Streams.Error | Should -BeNullOrEmpty
        $pipeline.Shell.Dispose()
    }

    It 'fails for a job alone that <what>, and emits it as last seen' -ForEach @(
        @{ what = 'is gone'; status = 404; id = 'JobNotFound' }
        @{ what = 'the key opens no more'; status = 401; id = 'AuthenticationFailed' }
    ) {
        $lost, $going = 1..2 | ForEach-Object { New-PausedJob $long }
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Wait-FineTuningJob -Connection $a[1]' @(@($lost.Id, $going.Id), (Get-FineTuningConnection))
        Wait-Until { $pipeline.Shell.Streams.Warning.Count -eq 2 } -Because 'both are seen'
        Set-FineTuningServerFault "GET /v1/fine_tuning/jobs/$($lost):status=$status"
        Wait-Until { $pipeline.Output.Count -eq 1 } -Because 'the wait for one ends'
        Clear-FineTuningServerFault
        $null = Stop-FineTuningJob $going
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $pipeline.Output.Id | Should -Be @($lost.Id, $going.Id)
        $pipeline.Output.Status | Should -Be @('paused', (Get-Word cancelled))
        $pipeline.Shell.Streams.Error.FullyQualifiedErrorId | Should -Be "$id,FineTuning.Commands.WaitFineTuningJobCommand"
        $pipeline.Shell.Streams.Error[0].TargetObject | Should -Be $lost.Id
        $pipeline.Shell.Dispose()
        $null = Stop-FineTuningJob $lost
    }

    It 'is an error at once where nobody answers at the first look' {
        $nowhere = Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -MaxRetryCount 1 -PassThru
        Connect-TestServer $server
        $result = Invoke-Captured { Wait-FineTuningJob ftjob-1, ftjob-2 -Connection $nowhere }
        $result.Errors.FullyQualifiedErrorId | Should -Be (@('ConnectionFailed,FineTuning.Commands.WaitFineTuningJobCommand') * 2)
        $result.Output | Should -BeNullOrEmpty
    }

    It 'waits where the service answers <status>, and warns when that begins and ends' -ForEach @(
        @{ status = 503; text = 'is not well' }
        @{ status = 429; text = 'asks to wait' }
    ) {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Wait
        $once = Connect-TestServer $server -MaxRetryCount 0 -PassThru
        Set-FineTuningServerFault "GetJob:status=$status,count=3"
        $result = Invoke-Captured { Wait-FineTuningJob $job.Id -Connection $once }
        Clear-FineTuningServerFault
        $result.Output.Status | Should -Be 'succeeded'
        $result.Warnings | Should -HaveCount 2
        "$($result.Warnings[0])" | Should -BeLike "The service ${text}: *The wait goes on meanwhile."
        "$($result.Warnings[1])" | Should -BeLike '*answers again, after *s.*'
    }

    It 'looks once with -TimeoutSec 0, and a time-out in an outage says why nothing was seen' {
        $job = New-PausedJob $long
        Clear-ServerRequest $server
        (Invoke-Captured { Wait-FineTuningJob $job -TimeoutSec 0 }).Errors.FullyQualifiedErrorId | Should -Be 'WaitTimedOut,FineTuning.Commands.WaitFineTuningJobCommand'
        (Get-ServerRequest $server).line | Should -Be "GET /v1/fine_tuning/jobs/$job"
        Set-FineTuningServerFault "GetJob:status=503,message='back soon'"
        $result = Invoke-Captured { Wait-FineTuningJob $job -TimeoutSec 0.5 }
        Clear-FineTuningServerFault
        Get-ErrorText $result.Errors[0] | Should -BeLike '*0.5 seconds*back soon*'
        $null = Stop-FineTuningJob $job
    }

    It 'gives a script that can be run by others <code> for a job that <what>' -ForEach @(
        @{ what = 'failed'; code = 1; file = 'broken' }
        @{ what = 'succeeded'; code = 0; file = 'good' }
    ) {
        $data = if ($file -eq 'good') { $trainFile } else { Send-FineTuningFile $broken -SkipCheck }
        $good = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1
        $job = New-FineTuningJob gpt-4o-mini $data -EpochCount 1
        $start = [Diagnostics.ProcessStartInfo]::new((Join-Path $PSHOME ($IsWindows ? 'pwsh.exe' : 'pwsh')))
        $script = "Import-Module '$(Get-TestManifest)'; Connect-FineTuning $($server.Endpoint); Wait-FineTuningJob $job, $good"
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) { $start.ArgumentList.Add($argument) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [Diagnostics.Process]::Start($start)
        $output, $errors = $process.StandardOutput.ReadToEndAsync(), $process.StandardError.ReadToEndAsync()
        $process.WaitForExit(60000) | Should -BeTrue
        $process.ExitCode | Should -Be $code -Because "$($output.Result) $($errors.Result)"
        $output.Result | Should -BeLike "*$job*"
        $process.Dispose()
    }

    It 'sets $? by whether all succeeded' {
        $bad = New-FineTuningJob gpt-4o-mini (Send-FineTuningFile $broken -SkipCheck)
        $good = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1
        $null = Wait-FineTuningJob $bad, $good -ErrorAction SilentlyContinue -ErrorVariable failed
        $? | Should -BeFalse
        $failed.FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
        "$failed" | Should -BeLike '*invalid training file*' -Because 'the service''s reason is told'
        $null = Wait-FineTuningJob $good
        $? | Should -BeTrue
    }

    It 'shows many jobs in one line' {
        $jobs = 1..7 | ForEach-Object { New-FineTuningJob gpt-4o-mini $long -EpochCount 1 -BatchSize 64 }
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Wait-FineTuningJob -Connection $a[1]' @($jobs, (Get-FineTuningConnection))
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $records = @($pipeline.Shell.Streams.Progress)
        $records.Activity | Select-Object -Unique | Should -Be '7 fine-tuning jobs'
        $records[0].StatusDescription | Should -Match '\d (running|queued|validating_files|pending|succeeded)'
        $records[-1].RecordType | Should -Be 'Completed'
        $pipeline.Output | Should -HaveCount 7
        $pipeline.Shell.Dispose()
    }

    It 'takes the job''s own connection in Start-ThreadJob' {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1
        $manifest = Get-TestManifest
        $done = Start-ThreadJob { Import-Module $using:manifest; Wait-FineTuningJob $using:job } | Receive-Job -Wait -AutoRemoveJob
        $done.Status | Should -Be 'succeeded'
    }

    It 'takes another runspace''s connection in Start-ThreadJob' {
        $connection = Get-FineTuningConnection
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1
        $manifest = Get-TestManifest
        $done = Start-ThreadJob { Import-Module $using:manifest; Wait-FineTuningJob $using:job -Connection $using:connection } | Receive-Job -Wait -AutoRemoveJob
        $done.Status | Should -Be 'succeeded'
        $done.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningJob'
    }
}

Describe 'A job object' {
    BeforeAll {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -ValidationFile $validFile -EpochCount 1 -Metadata @{ team = 'blue' } -Wait
    }

    It 'becomes plain JSON' {
        $plain = $job | ConvertTo-Json -Depth 4 -WarningVariable warnings | ConvertFrom-Json
        $warnings | Should -BeNullOrEmpty
        $plain.Id, $plain.Status, $plain.Method, $plain.TrainingFile | Should -Be @($job.Id, 'succeeded', 'supervised', $trainFile.Id)
        $plain.Hyperparameters.EpochCount | Should -Be 1
        $plain.Metadata.team | Should -Be 'blue'
        $plain.ResultFiles | Should -Be $job.ResultFiles
        $plain.CreatedAt | Should -BeOfType ([datetime])
    }

    It 'has local times that can be reckoned with' {
        $age = (Get-Date) - $job.CreatedAt
        $age | Should -BeOfType ([timespan])
        $age.TotalMinutes | Should -BeGreaterThan -1
        $age.TotalMinutes | Should -BeLessThan 10
        $job.CreatedAt.Kind | Should -Be 'Local'
    }

    It 'survives Export-Clixml and can be used again' {
        $path = Join-Path $TestDrive job.xml
        $job | Export-Clixml $path
        $back = Import-Clixml $path
        $back.Id, $back.Status, $back.Hyperparameters.EpochCount, $back.Metadata['team'] | Should -Be @($job.Id, 'succeeded', 1, 'blue')
        $back.CreatedAt | Should -Be $job.CreatedAt
        ($back | Get-FineTuningJob).Id | Should -Be $job.Id
    }

    It 'comes back from Start-Job' {
        $manifest = Get-TestManifest
        $endpoint = $server.Endpoint
        $back = Start-Job { Import-Module $using:manifest; Connect-FineTuning $using:endpoint; $using:job | Get-FineTuningJob } | Receive-Job -Wait -AutoRemoveJob
        $back.Id, $back.Status, $back.FineTunedModel, $back.Hyperparameters.EpochCount | Should -Be @($job.Id, 'succeeded', $job.FineTunedModel, 1)
        ($back | Get-FineTuningCheckpoint).JobId | Select-Object -Unique | Should -Be $job.Id
    }

    It 'is its id as a string' {
        "$job" | Should -Be $job.Id
    }

    It 'has a view with id, status, model, result and age' {
        $text = $job | Out-String -Width 200
        foreach ($word in 'Id', 'Status', 'Model', 'Result', 'Age', $job.Id, 'succeeded', 'gpt-4o-mini', $job.FineTunedModel) { $text | Should -BeLike "*$word*" }
        $text | Should -Match '\d+[smh]\s'
    }

    It 'shows why it failed where its model would be' {
        $bad = Send-FineTuningFile $broken -SkipCheck
        $failed = New-FineTuningJob gpt-4o-mini $bad -Wait -ErrorAction Ignore
        $failed | Out-String -Width 300 | Should -BeLike '*failed*invalid training file*'
    }
}
