BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $broken = Join-Path $TestDrive broken.jsonl
    $lines = [IO.File]::ReadAllLines($train)
    $lines[6] = '{"messages":[{"role":"user","content":"nobody answers"}]}'
    [IO.File]::WriteAllText($broken, ($lines -join "`n") + "`n")
    $trainFile = Send-FineTuningFile $train
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
}

AfterAll { $server | Stop-FineTuningServer }

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
        $result.Errors.FullyQualifiedErrorId |
            Should -Be (@('WaitTimedOut,FineTuning.Commands.WaitFineTuningJobCommand') * 2)
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
        $pipeline = Start-TestPipeline 'param($a) Wait-FineTuningJob $a[0] -Connection $a[1]' @(
            $job.Id, (Get-FineTuningConnection)
        )
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
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Wait-FineTuningJob -Connection $a[1]' @(
            @($lost.Id, $going.Id), (Get-FineTuningConnection)
        )
        Wait-Until { $pipeline.Shell.Streams.Warning.Count -eq 2 } -Because 'both are seen'
        Set-FineTuningServerFault "GET /v1/fine_tuning/jobs/$($lost):status=$status"
        Wait-Until { $pipeline.Output.Count -eq 1 } -Because 'the wait for one ends'
        Clear-FineTuningServerFault
        $null = Stop-FineTuningJob $going
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $pipeline.Output.Id | Should -Be @($lost.Id, $going.Id)
        $pipeline.Output.Status | Should -Be @('paused', (Get-Word cancelled))
        $pipeline.Shell.Streams.Error.FullyQualifiedErrorId |
            Should -Be "$id,FineTuning.Commands.WaitFineTuningJobCommand"
        $pipeline.Shell.Streams.Error[0].TargetObject | Should -Be $lost.Id
        $pipeline.Shell.Dispose()
        $null = Stop-FineTuningJob $lost
    }

    It 'is an error at once where nobody answers at the first look' {
        $nowhere = Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -MaxRetryCount 1 -PassThru
        Connect-TestServer $server
        $result = Invoke-Captured { Wait-FineTuningJob ftjob-1, ftjob-2 -Connection $nowhere }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be (@('ConnectionFailed,FineTuning.Commands.WaitFineTuningJobCommand') * 2)
        $result.Output | Should -BeNullOrEmpty
    }

    It 'goes through an outage that has begun before the first look where the service was heard: <fault>' -ForEach @(
        @{ fault = 'drop' }
        @{ fault = 'status=302,redirect=http://example.invalid/' }
        @{ fault = "status=200,body='<html></html>'" }
    ) {
        $job = New-FineTuningJob gpt-4o-mini $trainFile -EpochCount 1 -Wait
        $heard = Connect-TestServer $server -MaxRetryCount 0 -PassThru
        $null = Get-FineTuningJob -First 1 -Connection $heard
        Set-FineTuningServerFault "GetJob:$fault,count=3"
        $result = Invoke-Captured { Wait-FineTuningJob $job.Id -Connection $heard }
        Clear-FineTuningServerFault
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Status | Should -Be 'succeeded'
        $result.Warnings | Should -HaveCount 2
        "$($result.Warnings[1])" | Should -BeLike '*answers again, after *s.*'
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
        (Invoke-Captured { Wait-FineTuningJob $job -TimeoutSec 0 }).Errors.FullyQualifiedErrorId |
            Should -Be 'WaitTimedOut,FineTuning.Commands.WaitFineTuningJobCommand'
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
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $script) {
            $start.ArgumentList.Add($argument)
        }
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
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Wait-FineTuningJob -Connection $a[1]' @(
            $jobs, (Get-FineTuningConnection)
        )
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
        $done = Start-ThreadJob { Import-Module $using:manifest; Wait-FineTuningJob $using:job } |
            Receive-Job -Wait -AutoRemoveJob
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
