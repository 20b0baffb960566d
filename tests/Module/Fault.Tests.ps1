BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $server = Start-FineTuningServer -Memory -PassThru
}

AfterAll { Get-FineTuningServer | Stop-FineTuningServer }

Describe 'Fault rules' {
    AfterEach { Get-FineTuningServer | Clear-FineTuningServerFault }

    It 'are set as texts and tables, listed with their hits, and replaced' {
        Set-FineTuningServerFault 'ListJobs:status=404,count=1',
            @{ operation = 'GetJob'; status = 404; message = 'a "quoted" \ word' } | Should -BeNullOrEmpty
        { Get-FineTuningJob -ErrorAction Stop } | Should -Throw
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
        (Invoke-Captured { Get-FineTuningJob ftjob-x }).Errors[0].ToString() | Should -BeLike '*a "quoted" \ word*'
        $faults = Get-FineTuningServerFault
        $faults[0].GetType().FullName | Should -Be 'FineTuning.Output.FineTuningServerFault'
        $faults.Operation | Should -Be @('ListJobs', 'GetJob')
        $faults.Hits | Should -Be @(1, 1)
        $faults[0].Rule.status | Should -Be 404
        (Set-FineTuningServerFault '/v1/files*:drop' -PassThru).Operation | Should -Be '* /v1/files*'
        (Get-FineTuningServerFault).Count | Should -Be 1
    }

    It 'are added with -Append, put back from objects, and ended by id or all at once' {
        Set-FineTuningServerFault 'GetJob:drop'
        $added = Set-FineTuningServerFault 'GetFile:drop' -Append -PassThru
        $both = $server | Get-FineTuningServerFault
        $both.Operation | Should -Be @('GetJob', 'GetFile')
        Clear-FineTuningServerFault $added.Id
        (Get-FineTuningServerFault).Operation | Should -Be 'GetJob'
        Set-FineTuningServerFault $both
        (Get-FineTuningServerFault).Operation | Should -Be @('GetJob', 'GetFile')
        $server | Clear-FineTuningServerFault
        Get-FineTuningServerFault | Should -BeNullOrEmpty
    }

    It 'are not touched by -WhatIf' {
        Set-FineTuningServerFault 'GetJob:drop' -WhatIf
        Get-FineTuningServerFault | Should -BeNullOrEmpty
        Set-FineTuningServerFault 'GetJob:drop'
        Clear-FineTuningServerFault -WhatIf
        Get-FineTuningServerFault | Should -HaveCount 1
    }

    It 'that make no sense are errors that name the field' {
        $result = Invoke-Captured { Set-FineTuningServerFault 'GetJob:colour=red'; 'after' }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'InvalidRequest,FineTuning.Commands.SetFineTuningServerFaultCommand'
        "$($result.Errors)" | Should -BeLike '*colour*'
        $result.Output | Should -Be 'after'
        $result = Invoke-Captured { Clear-FineTuningServerFault fault_none }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ServerFaultNotFound,FineTuning.Commands.ClearFineTuningServerFaultCommand'
    }

    It 'have a view' {
        Set-FineTuningServerFault 'GetJob:status=503,count=2'
        $text = Get-FineTuningServerFault | Out-String -Width 120
        foreach ($word in 'Operation', 'Hits', 'GetJob', 'status=503') { $text | Should -BeLike "*$word*" }
    }

    It 'are completed' {
        $line = 'Set-FineTuningServerFault CreateJ'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'CreateJob:'
    }

    It 'are given at the start, and to a server that runs already' {
        $path = Join-Path $TestDrive started
        $own = Start-FineTuningServer $path -TrainerCount 2 -Fault 'ListFiles:delay_ms=1',
            @{ operation = 'GetFile'; status = 404; message = 'say "no" to C:\' } -PassThru
        ($own | Get-FineTuningServerFault).Operation | Should -Be @('ListFiles', 'GetFile')
        ($own | Get-FineTuningServerFault)[1].Rule.message | Should -Be 'say "no" to C:\'
        $result = Invoke-Captured { Start-FineTuningServer $path -Fault 'GetJob:drop' -TrainerCount 3 }
        $result.Warnings | Should -HaveCount 1
        ($own | Get-FineTuningServerFault).Operation | Should -Be 'GetJob'
        (Invoke-Captured { Start-FineTuningServer -Memory -Fault 'nonsense' }).Terminating.FullyQualifiedErrorId |
            Should -BeLike 'ServerNotStarted,*'
        $own | Stop-FineTuningServer
    }
}

Describe 'Get-FineTuningServerRequest' {
    BeforeAll {
        # The tests before have stopped the server that the session was connected to.
        Get-FineTuningServer | Stop-FineTuningServer
        $server = Start-FineTuningServer -Memory -PassThru
    }

    It 'tells what was sent, by operation, time and number' {
        Set-FineTuningServerFault 'ListJobs:status=404,count=1'
        $null = Get-FineTuningJob -ErrorAction Ignore
        $null = Get-FineTuningFile
        $request = (Get-FineTuningServerRequest ListJobs)[-1]
        $request.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningServerRequest'
        $request.Status, $request.Method | Should -Be @(404, 'GET')
        $request.Fault | Should -Be (Get-FineTuningServerFault).Id
        $request.Headers.authorization | Should -Be 'present'
        (Get-FineTuningServerRequest -Newest 1).Operation | Should -Be 'ListFiles'
        Get-FineTuningServerRequest -Since (Get-Date).AddHours(1) | Should -BeNullOrEmpty
        (Get-FineTuningServerRequest -Since $request.Time).Count | Should -BeGreaterOrEqual 2
        Get-FineTuningServerRequest -Newest 1 | Out-String -Width 120 | Should -BeLike '*ListFiles*'
    }

    It 'says that there is no server' {
        Get-FineTuningServer | Stop-FineTuningServer
        $result = Invoke-Captured { Get-FineTuningServerRequest; 'after' }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ServerNotFound,FineTuning.Commands.GetFineTuningServerRequestCommand'
        $result.Output | Should -Be 'after'
        (Invoke-Captured { $server | Get-FineTuningServerFault }).Errors.FullyQualifiedErrorId |
            Should -BeLike 'ServerNotReached,*'
    }
}
