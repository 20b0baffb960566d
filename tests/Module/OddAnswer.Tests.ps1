BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    if (-not ('AnswerStub' -as [type])) { Add-Type -Path "$PSScriptRoot/Stubs.cs" }
    $stub = [AnswerStub]::new()
    Connect-FineTuning $stub.Endpoint -ApiKey (ConvertTo-TestKey 'sk-odd-0123456789abcdef') -SkipCheck
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $job = '{"object":"fine_tuning.job","id":"ftjob-1","model":"m","created_at":1758849620,"status":"running"'
}

AfterAll {
    Disconnect-FineTuning
    $stub.Dispose()
}

Describe 'An answer of 200 that is an error' {
    BeforeAll {
        $failing = [AnswerStub]::new()
        $failing.Set('*', '{"error":{"message":"The upstream died.","code":"x"}}')
        Connect-FineTuning $failing.Endpoint -ApiKey (ConvertTo-TestKey 'sk-odd-0123456789abcdef') -SkipCheck
    }

    AfterAll {
        $failing.Dispose()
        Connect-FineTuning $stub.Endpoint -ApiKey (ConvertTo-TestKey 'sk-odd-0123456789abcdef') -SkipCheck
    }

    It 'is one with the words of the service: <name>' -ForEach @(
        @{ name = 'Get-FineTuningJob'; run = { Get-FineTuningJob } }
        @{ name = 'Get-FineTuningJob by id'; run = { Get-FineTuningJob ftjob-1 } }
        @{ name = 'Get-FineTuningEvent'; run = { Get-FineTuningEvent ftjob-1 } }
        @{ name = 'Get-FineTuningCheckpoint'; run = { Get-FineTuningCheckpoint ftjob-1 } }
        @{ name = 'Get-FineTuningFile'; run = { Get-FineTuningFile } }
        @{ name = 'Get-FineTuningFile by id'; run = { Get-FineTuningFile file-1 } }
        @{ name = 'Remove-FineTuningFile'; run = { Remove-FineTuningFile file-1 -Confirm:$false } }
        @{ name = 'Receive-FineTuningFile'; run = { Receive-FineTuningFile file-1 $TestDrive } }
        @{ name = 'Send-FineTuningFile'; run = { Send-FineTuningFile $train -Force } }
        @{ name = 'Get-FineTunedModel'; run = { Get-FineTunedModel } }
        @{ name = 'Remove-FineTunedModel'; run = { Remove-FineTunedModel ft:m:o::1 -Confirm:$false } }
        @{ name = 'Stop-FineTuningJob'; run = { Stop-FineTuningJob ftjob-1 -Confirm:$false } }
        @{ name = 'Suspend-FineTuningJob'; run = { Suspend-FineTuningJob ftjob-1 } }
        @{ name = 'Resume-FineTuningJob'; run = { Resume-FineTuningJob ftjob-1 } }
        @{ name = 'New-FineTuningJob'; run = { New-FineTuningJob gpt-4o-mini file-1 } }
        @{ name = 'Invoke-FineTunedModel'; run = { Invoke-FineTunedModel m Hello } }
    ) {
        $result = Invoke-Captured $run
        $records = @($result.Errors) + @($result.Terminating | Where-Object { $_ })
        $records.Count | Should -Be 1
        Get-ErrorText $records[0] | Should -BeLike '*The upstream died.*'
        $records[0].FullyQualifiedErrorId | Should -BeLike 'ServerError*'
        $result.Output.Count | Should -Be 0
    }
}

Describe 'An evaluation' {
    It 'counts as failed what is no answer, and gives no score: <body>' -ForEach @(
        @{ body = '{"error":{"message":"The upstream died."}}' }
        @{ body = '{"id":"c1"}' }
        @{ body = '{"choices":[]}' }
        @{ body = '{"choices":[{}]}' }
        @{ body = '{"choices":[{"message":{"content":{"a":1}}}]}' }
        @{ body = '{"choices":[{"finish_reason":"error","error":{"message":"No."},"message":{"content":""}}]}' }
    ) {
        $stub.Set('POST completions', $body)
        $result = Invoke-Captured {
            Invoke-FineTunedModel m -Evaluate $train -Local -Grader @{
                type = 'string_check'; name = 'g'; operation = 'eq'
                input = '{{ sample.output_text }}'; reference = '{{ item.reference }}'
            }
        }
        foreach ($evaluation in $result.Output) {
            $evaluation.Score | Should -BeNullOrEmpty
            $evaluation.Failed | Should -Be 12
        }
        $result.Errors.Count | Should -BeGreaterThan 0
    }

    It 'joins an answer that comes in parts' {
        $stub.Set('POST completions',
            '{"choices":[{"message":{"content":[{"type":"text","text":"Hel"},{"type":"text","text":"lo"}]}}]}')
        (Invoke-FineTunedModel m Hi).Text | Should -Be 'Hello'
    }
}

Describe 'An odd value' {
    It 'takes no other job away, and is told once' {
        $stub.Set('GET jobs', ('{"object":"list","has_more":false,"data":[' + $job + '},' +
                '{"id":"ftjob-2","status":"completed","created_at":0,"finished_at":"soon","error":"no memory",' +
                '"estimated_finish":0,"result_files":[{"id":"file-9"}]},' + $job + '}]}'))
        $result = Invoke-Captured { Get-FineTuningJob }
        $result.Output.Count | Should -Be 3
        $odd = $result.Output[1]
        $odd.FinishedAt | Should -BeNullOrEmpty
        $odd.CreatedAt | Should -BeNullOrEmpty
        $odd.EstimatedFinish | Should -BeNullOrEmpty
        $odd.AdditionalProperties.finished_at | Should -Be 'soon'
        $odd.Error.Message | Should -Be 'no memory'
        $odd.ResultFiles | Should -Be 'file-9'
        $result.Warnings.Count | Should -Be 1
        "$($result.Warnings)" | Should -BeLike 'The job ftjob-2 has values*finished_at*AdditionalProperties*'
        $result.Errors.Count | Should -Be 0
        ($odd | Out-String) | Should -BeLike '*ftjob-2*'
        $stub.Requests | Should -Be 'GET jobs'
    }
}

Describe 'The end of a job' {
    It 'is seen in other words: <status>' -ForEach @(
        @{ status = 'completed'; more = ''; warns = 0; id = $null }
        @{ status = 'error'; more = ',"error":"no memory"'; warns = 0; id = 'JobFailed*' }
        @{ status = 'expired'; more = ''; warns = 0; id = 'JobFailed*' }
        @{ status = 'stopped'; more = ''; warns = 0; id = $null }
        @{ status = 'archived'; more = ',"finished_at":1758849620,"fine_tuned_model":"ft:m"'; warns = 1; id = $null }
    ) {
        $stub.Set('GET ftjob-1', "{`"id`":`"ftjob-1`",`"status`":`"$status`"$more}")
        $result = Invoke-Captured { Wait-FineTuningJob ftjob-1 -TimeoutSec 60 -PollIntervalSec 0.05 }
        $result.Output.Status | Should -Be $status
        $result.Warnings.Count | Should -Be $warns
        if ($id) { $result.Errors.FullyQualifiedErrorId | Should -BeLike $id } else { $result.Errors | Should -BeNullOrEmpty }
    }

    It 'is waited for without a status, which is told once: <body>' -ForEach @(
        @{ body = '{"id":"ftjob-1","model":"m"}' }
        @{ body = '{"id":"ftjob-1","model":"m","status":null}' }
        @{ body = '{"id":"ftjob-1","model":"m","status":""}' }
    ) {
        $stub.Set('GET ftjob-1', $body)
        $result = Invoke-Captured { Wait-FineTuningJob ftjob-1 -TimeoutSec 0.5 -PollIntervalSec 0.05 }
        $result.Terminating | Should -BeNullOrEmpty
        @($result.Warnings).Count | Should -Be 1
        "$($result.Warnings)" | Should -BeLike '*does not say what the status of the job ftjob-1 is*'
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'WaitTimedOut*'
        Get-ErrorText $result.Errors[0] | Should -BeLike '*in an unknown state*'
    }
}

Describe 'A change without a body' {
    It 'is one that worked: a deletion' {
        $stub.Set('DELETE file-1', '')
        $result = Invoke-Captured { Remove-FineTuningFile file-1 -Confirm:$false }
        $result.Errors.Count | Should -Be 0
        $stub.Requests | Should -Be 'DELETE file-1'
    }

    It 'is one that worked: a cancellation' {
        $stub.Set('POST cancel', '')
        $stub.Set('GET ftjob-1', $job + '}')
        (Stop-FineTuningJob ftjob-1 -Confirm:$false).Status | Should -Be 'running'
    }

    It 'is none where the service says no' {
        $stub.Set('DELETE file-1', '{"id":"file-1","deleted":false}')
        $result = Invoke-Captured { Remove-FineTuningFile file-1 -Confirm:$false }
        Get-ErrorText $result.Errors[0] | Should -BeLike '*did not delete it*'
    }
}
