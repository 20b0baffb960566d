BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $runFolder = Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) 'FineTuning/run'
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)

    function Wait-Gone([int] $ProcessId) {
        Wait-Until { -not (Test-ProcessRuns $ProcessId) } -Because "the process $ProcessId is gone"
    }
}

AfterAll { Get-FineTuningServer | Stop-FineTuningServer }

Describe 'A server that was started' {
    BeforeAll {
        $env:OPENAI_API_KEY = 'sk-environment-key'
        try { $output = Start-FineTuningServer -Memory } finally { Remove-Item Env:OPENAI_API_KEY }
        $server = Get-FineTuningServer
    }

    AfterAll { $server | Stop-FineTuningServer }

    It 'was not output' { $output | Should -BeNullOrEmpty }

    It 'is the one of the session, which is connected to it' {
        $server | Should -HaveCount 1
        (Get-FineTuningConnection).Endpoint | Should -Be $server.Endpoint
        (Get-FineTuningConnection).KeySource | Should -BeLike 'none*'
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
    }

    It 'listens to this machine only' {
        $server.Endpoint.Host | Should -Be '127.0.0.1'
        $listeners = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners() |
            Where-Object Port -EQ $server.Endpoint.Port
        "$($listeners.Address)" | Should -Be '127.0.0.1'
    }

    It 'is described' {
        $server.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningServerInfo'
        Test-ProcessRuns $server.ProcessId | Should -BeTrue
        $server.IsMemory, $server.Path | Should -Be @($true, $null)
        $server.Version | Should -Not -BeNullOrEmpty
        $server.JobsRunning, $server.JobsQueued | Should -Be @(0, 0)
        ((Get-Date) - $server.StartedAt).TotalMinutes | Should -BeLessThan 5
        "$server" | Should -Be "$($server.Endpoint)"
    }

    It 'shows its control token to nobody' {
        $token = (Get-RunFile $server).control_token
        $token.Length | Should -BeGreaterThan 20
        $server | Format-List * -Force | Out-String | Should -Not -BeLike "*$token*"
        $server | ConvertTo-Json | Should -Not -BeLike "*$token*"
    }

    It 'was given no key of the environment' {
        if (-not (Test-Path '/proc/self/environ')) { Set-ItResult -Skipped -Because 'there is no /proc here'; return }
        [IO.File]::ReadAllText("/proc/$($server.ProcessId)/environ") | Should -Not -BeLike '*sk-environment-key*'
    }

    It 'has a run file that only its owner can read' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'Windows has no such mode'; return }
        (Get-ChildItem $runFolder).UnixMode | Should -Be '-rw-------'
    }

    It 'has a view with process, endpoint and place' {
        $text = $server | Out-String -Width 160
        foreach ($word in 'ProcessId', 'Endpoint', 'http://127.0.0.1:', '(memory)') { $text | Should -BeLike "*$word*" }
    }

    It 'tells what it is doing' {
        $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
        $jobs = 1..3 | ForEach-Object { New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1 }
        Wait-Until { $now = Get-FineTuningServer; $now.JobsRunning -eq 1 -and
            $now.JobsQueued -eq 2 } -Because 'one job runs and two wait'
        $jobs | Stop-FineTuningJob | Out-Null
    }

    It 'is not stopped by -WhatIf' {
        $server | Stop-FineTuningServer -WhatIf
        Stop-FineTuningServer -WhatIf
        Test-ProcessRuns $server.ProcessId | Should -BeTrue
        (Get-FineTuningConnection).Endpoint | Should -Be $server.Endpoint
    }
}

Describe 'Start-FineTuningServer' {
    AfterEach { Get-FineTuningServer | Stop-FineTuningServer }

    It 'starts nothing with -WhatIf' {
        Start-FineTuningServer -Memory -WhatIf -PassThru | Should -BeNullOrEmpty
        Start-FineTuningServer (Join-Path $TestDrive none) -WhatIf
        Get-FineTuningServer | Should -BeNullOrEmpty
        Join-Path $TestDrive none | Should -Not -Exist
    }

    It 'listens on the -Port that is asked for, and says so when it is taken' {
        $free = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $free.Start()
        $port = $free.LocalEndpoint.Port
        $result = Invoke-Captured { Start-FineTuningServer -Memory -Port $port }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'ServerNotStarted,FineTuning.Commands.StartFineTuningServerCommand'
        "$($result.Terminating)" | Should -BeLike "*$port*"
        Get-ChildItem $runFolder -ErrorAction Ignore | Should -BeNullOrEmpty
        $free.Stop()
        (Start-FineTuningServer -Memory -Port $port -PassThru).Endpoint.Port | Should -Be $port
    }

    It 'keeps its data over a restart with -Path' {
        $path = Join-Path $TestDrive 'kept data'
        $first = Start-FineTuningServer $path -PassThru
        $first.Path | Should -Be $path
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait
        Stop-FineTuningServer
        Wait-Gone $first.ProcessId
        $second = Start-FineTuningServer -Path $path -PassThru
        $second.ProcessId | Should -Not -Be $first.ProcessId
        $again = Get-FineTuningJob $job.Id
        $again.Status, $again.FineTunedModel | Should -Be @('succeeded', $job.FineTunedModel)
        (Get-FineTuningEvent $job).Count | Should -BeGreaterThan 10
        ($again.ResultFiles | Receive-FineTuningFile -Path $TestDrive).Length | Should -BeGreaterThan 0
    }

    It 'uses the server that serves the folder already' {
        $path = Join-Path $TestDrive shared
        $first = Start-FineTuningServer $path -PassThru
        Disconnect-FineTuning
        $second = Start-FineTuningServer "$path/" -PassThru
        $second.ProcessId | Should -Be $first.ProcessId
        (Get-FineTuningConnection).Endpoint | Should -Be $first.Endpoint
        $result = Invoke-Captured { Start-FineTuningServer $path -Port 1 }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'ServerAlreadyRuns,FineTuning.Commands.StartFineTuningServerCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'ResourceExists'
    }

    It 'says so when the server that serves the folder wants a key of its own' {
        $path = Join-Path $TestDrive keyed
        $server = Start-FineTuningServer $path -ApiKey (ConvertTo-TestKey 'sk-its-own-key') -PassThru
        $result = Invoke-Captured { Start-FineTuningServer $path }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'AuthenticationFailed,FineTuning.Commands.StartFineTuningServerCommand'
        (Start-FineTuningServer $path -ApiKey (ConvertTo-TestKey 'sk-its-own-key') -PassThru).ProcessId |
            Should -Be $server.ProcessId
    }

    It 'says why a folder cannot be used' {
        $result = Invoke-Captured { Start-FineTuningServer $train }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'ServerNotStarted,FineTuning.Commands.StartFineTuningServerCommand'
    }

    It 'finds the program of -TrainerCommand from the location' {
        $program = New-Item (Join-Path $TestDrive my-trainer) -ItemType File
        if (-not $IsWindows) { $program.UnixFileMode = 'UserRead, UserWrite, UserExecute' }
        Push-Location $TestDrive
        try { Start-FineTuningServer -Memory -TrainerCommand ./my-trainer } finally { Pop-Location }
        Get-FineTuningServer | Should -HaveCount 1
    }

    It 'runs the scripts of graders with -AllowPython only' {
        if (-not (Get-Command python3, python -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because 'there is no Python here'; return
        }
        $grader = @{ type = 'python'; name = 'half'; source = "def grade(sample, item):`n    return 0.5" }
        $request = @{
            Method = 'Post'
            Headers = @{ Authorization = 'Bearer any' }
            ContentType = 'application/json'
            Body = @{ grader = $grader; model_sample = 'x' } | ConvertTo-Json -Depth 4
        }
        $server = Start-FineTuningServer -Memory -PassThru
        $refusal = Invoke-RestMethod "$($server.Endpoint)/fine_tuning/alpha/graders/run" @request -SkipHttpErrorCheck
        $refusal.error.message | Should -BeLike '*--allow-python*'
        Stop-FineTuningServer
        $server = Start-FineTuningServer -Memory -AllowPython -PassThru
        (Invoke-RestMethod "$($server.Endpoint)/fine_tuning/alpha/graders/run" @request).reward | Should -Be 0.5
    }

    Context 'with -ApiKey' {
        It 'takes only that key, and shows it neither in arguments nor environment of the process, nor in its run file' {
            $secret = 'sk-server-Ww92kQpa'
            $server = Start-FineTuningServer -Memory -ApiKey (ConvertTo-TestKey $secret) -PassThru
            { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
            $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey 'sk-another') }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'AuthenticationFailed,*'
            if (-not (Test-Path "/proc/$($server.ProcessId)/cmdline")) {
                Set-ItResult -Skipped -Because 'there is no /proc here'; return
            }
            $arguments = [IO.File]::ReadAllText("/proc/$($server.ProcessId)/cmdline")
            $arguments | Should -BeLike '*--api-key-stdin*'
            $arguments | Should -Not -BeLike "*$secret*"
            [IO.File]::ReadAllText("/proc/$($server.ProcessId)/environ") | Should -Not -BeLike "*$secret*"
            Get-Content "$runFolder/*.json" -Raw | Should -Not -BeLike "*$secret*"
            $server | Format-List * -Force | Out-String | Should -Not -BeLike "*$secret*"
        }
    }

}

Describe 'Stop-FineTuningServer' {
    AfterEach { Get-FineTuningServer | Stop-FineTuningServer }

    It 'stops the one of the session, emits nothing, and disconnects' {
        $server = Start-FineTuningServer -Memory -PassThru
        $server.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningServerInfo'
        Stop-FineTuningServer | Should -BeNullOrEmpty
        Test-ProcessRuns $server.ProcessId | Should -BeFalse
        Get-FineTuningConnection | Should -BeNullOrEmpty
        Get-ChildItem $runFolder | Should -BeNullOrEmpty
    }

    It 'stops the newest of the session first, and any by pipeline' {
        $first, $second, $third = 1..3 | ForEach-Object { Start-FineTuningServer -Memory -PassThru }
        Stop-FineTuningServer
        (Get-FineTuningServer).ProcessId | Should -Be @($first.ProcessId, $second.ProcessId)
        Test-ProcessRuns $third.ProcessId | Should -BeFalse
        Get-FineTuningServer | Stop-FineTuningServer
        Get-FineTuningServer | Should -BeNullOrEmpty
        Test-ProcessRuns $first.ProcessId | Should -BeFalse
    }

    It 'passes over one of the session that was killed' {
        $first = Start-FineTuningServer -Memory -PassThru
        $second = Start-FineTuningServer -Memory -PassThru
        Stop-Process -Id $second.ProcessId -Force
        Wait-Gone $second.ProcessId
        { Get-FineTuningServerRequest -ErrorAction Stop } | Should -Not -Throw
        Stop-FineTuningServer -ErrorAction Stop
        Test-ProcessRuns $first.ProcessId | Should -BeFalse
    }

    It 'stops by process id, also of an object' {
        $first = Start-FineTuningServer -Memory -PassThru
        $second = Start-FineTuningServer -Memory -PassThru
        Stop-FineTuningServer -ProcessId $first.ProcessId
        [pscustomobject]@{ ProcessId = $second.ProcessId } | Stop-FineTuningServer
        Get-FineTuningServer | Should -BeNullOrEmpty
    }

    It 'reports that there is none, without ending what comes after' {
        $result = Invoke-Captured { Stop-FineTuningServer; 'after' }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ServerNotFound,FineTuning.Commands.StopFineTuningServerCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Output | Should -Be 'after'
    }

    It 'leaves a process alone that has got the process id of a server that is gone' {
        $stale = Join-Path (New-Item $runFolder -ItemType Directory -Force) stale.json
        $own = [Diagnostics.Process]::GetCurrentProcess()
        @{
            pid = $own.Id; url = 'http://127.0.0.1:9/v1'; data = "$TestDrive"; memory = $false
            started_at = $own.StartTime.AddHours(-1).ToUniversalTime().ToString('o'); control_token = 'x'; version = '0'
        } | ConvertTo-Json | Set-Content -LiteralPath $stale
        $result = Invoke-Captured { Stop-FineTuningServer -ProcessId $own.Id }
        # Were it taken for the server, this very process would have ended.
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ServerNotFound,FineTuning.Commands.StopFineTuningServerCommand'
        Test-Path $stale | Should -BeFalse
    }

    It 'leaves a process alone that is no server' {
        $result = Invoke-Captured { Stop-FineTuningServer -ProcessId $PID }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ServerNotFound,FineTuning.Commands.StopFineTuningServerCommand'
        $result.Errors.TargetObject | Should -Be $PID
    }

    It 'is no error for a server that has gone already' {
        $server = Start-FineTuningServer -Memory -PassThru
        Stop-Process -Id $server.ProcessId -Force
        Wait-Gone $server.ProcessId
        (Invoke-Captured { $server | Stop-FineTuningServer }).Errors | Should -BeNullOrEmpty
        Get-FineTuningServer | Should -BeNullOrEmpty
        Get-ChildItem $runFolder | Should -BeNullOrEmpty -Because 'the run file of a server that is gone is taken away'
    }
}

Describe 'A server' {
    AfterEach { Get-FineTuningServer | Stop-FineTuningServer }

    It 'that keeps nothing ends with the process of its session' {
        $result = Invoke-ChildPwsh "Import-Module '$(Get-TestManifest)'; (Start-FineTuningServer -Memory -PassThru).ProcessId"
        $result.ExitCode | Should -Be 0
        Wait-Gone ([int] $result.Output[0])
        Wait-Until { -not (Get-ChildItem $runFolder) } -Because 'its run file is gone'
    }

    It 'that keeps its data outlives the process, and other sessions find and stop it' {
        $path = Join-Path $TestDrive outliving
        $result = Invoke-ChildPwsh "Import-Module '$(Get-TestManifest)'; (Start-FineTuningServer '$path' -PassThru).ProcessId"
        $result.Errors | Should -BeNullOrEmpty
        $server = Get-FineTuningServer
        $server.ProcessId | Should -Be $result.Output[0]
        $server.Path | Should -Be $path
        $server | Stop-FineTuningServer
        Test-ProcessRuns $result.Output[0] | Should -BeFalse
    }
}
