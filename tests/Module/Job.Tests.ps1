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

    # A job that is at work for as long as a test can want; the trainer does one job at a time, so others wait behind
    # it.
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
    function New-LongJob { New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1 }
    function Wait-Status($Job, [string] $Status) {
        Wait-Until { (Get-FineTuningJob $Job).Status -eq (Get-Word $Status) } -Because "$Job is $Status"
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Get-FineTuningJob' {
    BeforeAll {
        Get-FineTuningJob -Status validating_files, queued, pending, running, paused |
            Stop-FineTuningJob -ErrorAction Ignore | Out-Null
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
        { Get-FineTuningJob ftjob-none -ErrorAction Stop } |
            Should -Throw -ErrorId 'JobNotFound,FineTuning.Commands.GetFineTuningJobCommand'
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
            $result.Errors.FullyQualifiedErrorId | Select-Object -Unique |
                Should -Be 'ConnectionFailed,FineTuning.Commands.GetFineTuningJobCommand'
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
        Get-FineTuningJob -Status validating_files, queued, pending, running, paused |
            Stop-FineTuningJob -ErrorAction Ignore | Out-Null
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
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'InvalidRequest,FineTuning.Commands.SuspendFineTuningJobCommand'
            (Get-FineTuningJob $queued).Status | Should -Be 'pending'
            return
        }
        ($queued | Suspend-FineTuningJob).Status | Should -Be 'paused'
        $result = Invoke-Captured { Suspend-FineTuningJob $queued }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'InvalidRequest,FineTuning.Commands.SuspendFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike "*$queued*paused*"
        (Resume-FineTuningJob $queued).Status | Should -BeIn 'resuming', 'queued'
        Wait-Status $queued resuming
    }

    It 'refuse to resume what runs' {
        $result = Invoke-Captured { Resume-FineTuningJob $running.Id }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'InvalidRequest,FineTuning.Commands.ResumeFineTuningJobCommand'
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
        $result.Errors.FullyQualifiedErrorId |
            Should -Be @('InvalidRequest,FineTuning.Commands.StopFineTuningJobCommand',
                'JobNotFound,FineTuning.Commands.StopFineTuningJobCommand')
        $result.Errors.TargetObject | Should -Be @($done.Id, 'ftjob-none')
    }

    It '<_> refuses a file and goes on' -ForEach 'Stop-FineTuningJob', 'Suspend-FineTuningJob', 'Resume-FineTuningJob',
        'Wait-FineTuningJob' {
        $result = Invoke-Captured { $trainFile | & $_ }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'NotJobIdentity,FineTuning.Commands.*'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }
}

Describe 'A job object' {
    BeforeAll {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -ValidationFile $validFile -EpochCount 1 -Metadata @{
            team = 'blue'
        } -Wait
    }

    It 'becomes plain JSON' {
        $plain = $job | ConvertTo-Json -Depth 4 -WarningVariable warnings | ConvertFrom-Json
        $warnings | Should -BeNullOrEmpty
        $plain.Id, $plain.Status, $plain.Method, $plain.TrainingFile |
            Should -Be @($job.Id, 'succeeded', 'supervised', $trainFile.Id)
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
        $back.Id, $back.Status, $back.Hyperparameters.EpochCount, $back.Metadata['team'] |
            Should -Be @($job.Id, 'succeeded', 1, 'blue')
        $back.CreatedAt | Should -Be $job.CreatedAt
        ($back | Get-FineTuningJob).Id | Should -Be $job.Id
    }

    It 'comes back from Start-Job' {
        $manifest = Get-TestManifest
        $endpoint = $server.Endpoint
        $back = Start-Job { Import-Module $using:manifest; Connect-FineTuning $using:endpoint; $using:job |
            Get-FineTuningJob } | Receive-Job -Wait -AutoRemoveJob
        $back.Id, $back.Status, $back.FineTunedModel, $back.Hyperparameters.EpochCount |
            Should -Be @($job.Id, 'succeeded', $job.FineTunedModel, 1)
        ($back | Get-FineTuningCheckpoint).JobId | Select-Object -Unique | Should -Be $job.Id
    }

    It 'is its id as a string' {
        "$job" | Should -Be $job.Id
    }

    It 'has a view with id, status, model, result and age' {
        $text = $job | Out-String -Width 200
        foreach ($word in 'Id', 'Status', 'Model', 'Result', 'Age', $job.Id, 'succeeded', 'gpt-4o-mini',
            $job.FineTunedModel) {
            $text | Should -BeLike "*$word*"
        }
        $text | Should -Match '\d+[smh]\s'
    }

    It 'shows why it failed where its model would be' {
        $bad = Send-FineTuningFile $broken -SkipCheck
        $failed = New-FineTuningJob gpt-4o-mini $bad -Wait -ErrorAction Ignore
        $failed | Out-String -Width 300 | Should -BeLike '*failed*invalid training file*'
    }
}
