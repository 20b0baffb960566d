BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $connection = Get-FineTuningConnection
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 2000)
    # What the user is promised, in milliseconds; a stop takes a few hundredths of it.
    $promptly = 1000

    function Wait-Running($JobId) {
        Wait-Until { (Get-FineTuningJob $JobId).Status -eq 'running' } -Because "$JobId is running"
    }
    function Wait-Request([string] $Pattern) {
        Wait-Until { (Get-ServerRequest $server).line -like $Pattern } -Because "$Pattern was asked"
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Ctrl+C' {
    BeforeEach { Clear-ServerRequest $server }

    It 'during -Wait returns at once, and the job goes on' {
        $pipeline = Start-TestPipeline 'param($a) New-FineTuningJob gpt-4o-mini $a[0] -EpochCount 50 -BatchSize 1 -Wait -Connection $a[1]' @($long.Id, $connection)
        try {
            Wait-Request 'GET /v1/fine_tuning/jobs/ftjob-*'
            $job = Get-FineTuningJob -First 1
            Wait-Running $job
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            $pipeline.Output.Count | Should -Be 0
            "$($pipeline.Screen.Warnings)" |
                Should -BeLike "*job goes on*'Wait-FineTuningJob $job'*'Stop-FineTuningJob $job'*"
            (Get-FineTuningJob $job).Status | Should -Be 'running'
        } finally {
            $pipeline.Shell.Dispose()
            $null = Stop-FineTuningJob $job
        }
    }

    It 'during Wait-FineTuningJob and a paused job too' {
        $job = New-PausedJob $long
        $pipeline = Start-TestPipeline 'param($a) Wait-FineTuningJob $a[0] -Connection $a[1]' @($job.Id, $connection)
        try {
            Wait-Request "GET /v1/fine_tuning/jobs/$job"
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            (Get-FineTuningJob $job).Status | Should -Be 'paused'
        } finally {
            $pipeline.Shell.Dispose()
            $null = Stop-FineTuningJob $job
        }
    }

    It 'during a wait for several jobs names those that have not ended, each once' {
        $paused = 1..2 | ForEach-Object { New-PausedJob $long }
        $ended = New-PausedJob $long | Stop-FineTuningJob
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Wait-FineTuningJob -Connection $a[1]' @(
            ($paused + $ended + $paused[0]), $connection
        )
        try {
            Wait-Until { $pipeline.Output.Count -eq 1 } -Because 'the one that has ended comes'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            "$($pipeline.Screen.Warnings)" |
                Should -BeLike "*jobs go on*'Wait-FineTuningJob $($paused[0]), $($paused[1])'*'Stop-FineTuningJob $($paused[0]), $($paused[1])'*"
        } finally {
            $pipeline.Shell.Dispose()
            $null = $paused | Stop-FineTuningJob
        }
    }

    It 'during a wait for a service that hangs returns at once' {
        $job = New-PausedJob $long
        Set-FineTuningServerFault 'GetJob:skip=1,delay_ms=60000'
        $pipeline = Start-TestPipeline 'param($a) Wait-FineTuningJob $a[0] -Connection $a[1]' @($job.Id, $connection)
        try {
            Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'a look hangs'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            "$($pipeline.Screen.Warnings)" | Should -BeLike "*'Wait-FineTuningJob $job'*"
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
            $null = Stop-FineTuningJob $job
        }
    }

    It 'during -Follow returns at once, and the job goes on' {
        $job = New-FineTuningJob gpt-4o-mini $long -EpochCount 50 -BatchSize 1
        Wait-Running $job
        $pipeline = Start-TestPipeline 'param($a) Get-FineTuningEvent $a[0] -Follow -Connection $a[1]' @(
            $job.Id, $connection
        )
        try {
            Wait-Until { $pipeline.Output.Count -gt 5 } -Because 'events come'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            "$($pipeline.Screen.Warnings)" |
                Should -BeLike "*job goes on*'Get-FineTuningEvent $job -Follow -After $($pipeline.Output[-1].Id)'*"
            (Get-FineTuningJob $job).Status | Should -Be 'running'
        } finally {
            $pipeline.Shell.Dispose()
            $null = Stop-FineTuningJob $job
        }
    }

    It 'during -Follow of several jobs says how to go on with each, and that goes on' {
        $paused = 1..2 | ForEach-Object { New-PausedJob $long }
        $pipeline = Start-TestPipeline 'param($a) $a[0] | Get-FineTuningEvent -Follow -Connection $a[1]' @(
            $paused, $connection
        )
        try {
            Wait-Until {
                $pipeline.Output.Count -eq @($paused | Get-FineTuningEvent).Count
            } -Because 'all events come'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $last = foreach ($job in $paused) { ($pipeline.Output | Where-Object JobId -EQ $job.Id)[-1].Id }
            $command = "Get-FineTuningEvent $($paused[0]), $($paused[1]) -Follow -After $($last[0]), $($last[1])"
            "$($pipeline.Screen.Warnings)" | Should -BeLike "*jobs go on*'$command'*"
            $null = $paused | Stop-FineTuningJob
            $rest = Invoke-Expression $command
            foreach ($job in $paused) {
                $shown = @($pipeline.Output + $rest | Where-Object JobId -EQ $job.Id).Id
                [array]::Reverse($shown)
                $shown | Should -Be (Get-FineTuningEvent $job).Id
            }
        } finally {
            $pipeline.Shell.Dispose()
            $null = $paused | Stop-FineTuningJob -ErrorAction Ignore
        }
    }

    It 'during -Follow -After with nothing new yet says how to go on after the same event' {
        $job = New-PausedJob $long
        $after = (Get-FineTuningEvent $job -First 1).Id
        Clear-ServerRequest $server
        $pipeline = Start-TestPipeline 'param($a) Get-FineTuningEvent $a[0] -Follow -After $a[1] -Connection $a[2]' @(
            $job.Id, $after, $connection
        )
        try {
            Wait-Request "GET /v1/fine_tuning/jobs/$job/events*"
            $null = Stop-TestPipeline $pipeline
            $pipeline.Output.Count | Should -Be 0
            "$($pipeline.Screen.Warnings)" | Should -BeLike "*'Get-FineTuningEvent $job -Follow -After $after'*"
        } finally {
            $pipeline.Shell.Dispose()
            $null = Stop-FineTuningJob $job
        }
    }

    It 'during -Follow asks for nothing more' {
        $stopped, $going = 1..2 | ForEach-Object { New-PausedJob $long }
        $pipelines = $stopped, $going | ForEach-Object {
            Start-TestPipeline 'param($a) Get-FineTuningEvent $a[0] -Follow -Connection $a[1]' @($_.Id, $connection)
        }
        try {
            foreach ($pipeline in $pipelines) { Wait-Until { $pipeline.Output.Count -ge 4 } -Because 'events come' }
            $null = Stop-TestPipeline $pipelines[0]
            Clear-ServerRequest $server
            # The other one goes on at the same pace, so its looks tell when the stopped one would have looked.
            Wait-Until { @((Get-ServerRequest $server).line -eq "GET /v1/fine_tuning/jobs/$going").Count -ge 3 } -Because 'the other one looks again and again'
            (Get-ServerRequest $server).path -like "*$stopped*" | Should -BeNullOrEmpty
        } finally {
            $null = Stop-TestPipeline $pipelines[1]
            $pipelines.Shell.Dispose()
            $null = $stopped, $going | Stop-FineTuningJob
        }
    }

    It 'during <what> to a server that does not read returns at once' -ForEach @(
        @{ what = 'an upload'; script = 'param($a) Send-FineTuningFile $a[0] -SkipCheck -Connection $a[1]'; started = 'POST /v1/files*' }
        @{ what = 'a list'; script = 'param($a) Get-FineTuningJob -Connection $a[1]'; started = 'GET /v1/fine_tuning/jobs*' }
    ) {
        $large = Join-Path $TestDrive large.jsonl
        $stream = [IO.File]::Create($large)
        $stream.SetLength(64MB)
        $stream.Dispose()
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $silent = Connect-FineTuning "http://$($listener.LocalEndpoint)/v1" -SkipCheck -PassThru
        $pipeline = Start-TestPipeline $script @($large, $silent)
        try {
            Wait-Until { $listener.Pending() } -Because 'a connection comes'
            $client = $listener.AcceptTcpClient()
            Wait-Until { $client.Available -gt 0 } -Because 'bytes come'
            $bytes = [byte[]]::new(40)
            $null = $client.GetStream().Read($bytes, 0, 40)
            [Text.Encoding]::ASCII.GetString($bytes) | Should -BeLike $started
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally {
            $pipeline.Shell.Dispose()
            if ($client) { $client.Dispose() }
            $listener.Stop()
            Connect-TestServer $server
        }
    }

    It 'during an upload in parts says how many are at the service and how to go on' {
        $large = Join-Path $TestDrive parts.bin
        $bytes = [byte[]]::new(8MB)
        [Random]::new(7).NextBytes($bytes)
        [IO.File]::WriteAllBytes($large, $bytes)
        # Some parts arrive, the others hang.
        Set-FineTuningServerFault 'AddUploadPart:skip=3,delay_ms=60000'
        if (Test-Azure) {
            # It has no uploads in parts, so there is none to stop.
            Clear-FineTuningServerFault
            (Invoke-Captured { Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data }).Errors.FullyQualifiedErrorId | Should -BeLike 'PartsNotSupported,*'
            return
        }
        $send = 'param($a) Send-FineTuningFile $a[0] -PartSizeMB 1 -Purpose user_data -Connection $a[1]'
        $pipeline = Start-TestPipeline $send @($large, $connection)
        try {
            $states = Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) 'FineTuning/uploads/*.json'
            Wait-Until {
                $state = Get-Content $states -Raw -ErrorAction Ignore | ConvertFrom-Json | Where-Object Path -EQ $large
                @($state.Parts).Count -eq 3
            } -Because 'three parts are there'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
            "$($pipeline.Screen.Warnings)" |
                Should -Match "^3 of 8 parts of 'parts.bin' are at the service: the same command goes on from there until (\d{4}-\d\d-\d\d )?\d\d:\d\d\.$"
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
        Clear-ServerRequest $server
        (Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data).Bytes | Should -Be 8MB
        @((Get-ServerRequest $server | Where-Object operation -EQ AddUploadPart)) | Should -HaveCount 5
    }

    It 'during a download says what is kept and how to go on' {
        $large = Join-Path $TestDrive download.bin
        $bytes = [byte[]]::new(8MB)
        [Random]::new(8).NextBytes($bytes)
        [IO.File]::WriteAllBytes($large, $bytes)
        $file = Send-FineTuningFile $large -Purpose user_data
        $target = (New-Item (Join-Path $TestDrive downloads) -ItemType Directory).FullName
        # Most of it comes at once, and the rest, after that broke off, not at all.
        Set-FineTuningServerFault 'GetFileContent:truncate_after=5000000,count=1', 'GetFileContent:delay_ms=60000'
        $pipeline = Start-TestPipeline 'param($a) Receive-FineTuningFile $a[0] $a[1] -Connection $a[2] -Verbose' @(
            $file.Id, $target, $connection
        )
        try {
            Wait-Until { "$($pipeline.Shell.Streams.Verbose)" -like '*, attempt 2*' } -Because 'the rest is asked for'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
            "$($pipeline.Screen.Warnings)" |
                Should -BeLike "4.8 MB are kept in '$target*download.bin.????????.part': the same command goes on from there."
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
        $saved = Receive-FineTuningFile $file $target
        (Get-FileHash $saved).Hash | Should -Be (Get-FileHash $large).Hash
        Get-ChildItem $target | Should -HaveCount 1
    }

    It 'during the check of a large dataset returns at once' {
        $large = New-TestDataset (Join-Path $TestDrive check.jsonl) -Count 200000
        $pipeline = Start-TestPipeline 'param($a) while ($true) { Send-FineTuningFile $a[0] -Purpose fine-tune -Connection $a[1] -WhatIf:$false }' @($large, $connection)
        try {
            Wait-Until { $pipeline.Shell.Streams.Progress.Count -gt 0 } -Because 'the check shows progress'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
        } finally { $pipeline.Shell.Dispose() }
    }

    It 'during the repeats of a request to a server that is not there returns at once' {
        $nowhere = Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -MaxRetryCount 20 -PassThru
        $pipeline = Start-TestPipeline 'param($a) Get-FineTuningJob -Connection $a -Verbose' $nowhere
        try {
            Wait-Until { "$($pipeline.Shell.Streams.Verbose)" -like '*Repeated in*' } -Because 'a repeat was announced'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan $promptly
        } finally {
            $pipeline.Shell.Dispose()
            Connect-TestServer $server
        }
    }
}
