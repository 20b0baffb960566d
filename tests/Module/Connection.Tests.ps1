BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $secret = 'sk-test-Zq7wXk29LmPd'
    $key = ConvertTo-TestKey $secret
    $keyless = Start-FineTuningServer -Memory -PassThru
    $locked = Start-FineTuningServer -Memory -ApiKey $key -PassThru

    function Set-Variables([hashtable] $Values) {
        foreach ($name in 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID') {
            [Environment]::SetEnvironmentVariable($name, $Values[$name])
        }
    }
}

AfterAll {
    Set-Variables @{}
    $keyless, $locked | Stop-FineTuningServer
}

Describe 'Connect-FineTuning' {
    BeforeEach {
        Set-Variables @{}
        Disconnect-FineTuning
    }

    It 'makes the connection of the session' {
        Connect-FineTuning $keyless.Endpoint -ApiKey $key | Should -BeNullOrEmpty
        (Get-FineTuningConnection).Endpoint | Should -Be $keyless.Endpoint
        (Get-FineTuningConnection).KeySource | Should -Be 'parameter ApiKey'
    }

    It 'emits it with -PassThru' {
        $connection = Connect-FineTuning $keyless.Endpoint -ApiKey $key -Organization org-1 -Project proj-1 -TimeoutSec 7 -MaxRetryCount 2 -PassThru
        $connection | Should -Be (Get-FineTuningConnection)
        $connection.Organization, $connection.Project, $connection.TimeoutSec, $connection.MaxRetryCount |
            Should -Be @('org-1', 'proj-1', 7, 2)
    }

    It 'asks once whether the key is good, at the exact base' {
        Clear-ServerRequest $keyless
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        (Get-ServerRequest $keyless).line | Should -Be 'GET /v1/fine_tuning/jobs?limit=1'
    }

    It 'adds nothing to the endpoint: <given> asks <asked>' -ForEach @(
        @{ given = '/v1'; asked = '/v1/fine_tuning/jobs?limit=100' }
        @{ given = '/v1/'; asked = '/v1/fine_tuning/jobs?limit=100' }
        @{ given = ''; asked = '/fine_tuning/jobs?limit=100' }
        @{ given = '/openai/v1/'; asked = '/openai/v1/fine_tuning/jobs?limit=100' }
        @{ given = '/v1?api-version=preview'; asked = '/v1/fine_tuning/jobs?limit=100&api-version=preview' }
    ) {
        $root = $keyless.Endpoint.GetLeftPart('Authority')
        $connection = Connect-FineTuning "$root$given" -ApiKey $key -SkipCheck -PassThru
        Clear-ServerRequest $keyless
        Get-FineTuningJob -Connection $connection -ErrorAction Ignore | Out-Null
        (Get-ServerRequest $keyless).path | Should -Be $asked
    }

    It 'sends nothing with -SkipCheck' {
        Clear-ServerRequest $keyless
        Connect-FineTuning $keyless.Endpoint -ApiKey $key -SkipCheck
        Get-ServerRequest $keyless | Should -BeNullOrEmpty
    }

    It 'knows OpenAI by name' {
        (Connect-FineTuning OpenAI -ApiKey $key -SkipCheck -PassThru).Endpoint | Should -Be 'https://api.openai.com/v1'
    }

    It 'takes a PSCredential as a key' {
        Connect-FineTuning $locked.Endpoint -ApiKey ([pscredential]::new('any', $key))
        (Get-FineTuningConnection).Endpoint | Should -Be $locked.Endpoint
    }

    It 'refuses a plain string as a key, and shows it nowhere' {
        # It keeps no more than its latest, so that their count says nothing after many.
        $Error.Clear()
        $result = Invoke-Captured { Connect-FineTuning $keyless.Endpoint -ApiKey 'sk-plain-string-77' }
        $result.Terminating | Should -Not -BeNullOrEmpty
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError*'
        $result.Terminating.Exception.Message | Should -BeLike '*SecureString*Read-Host*'
        $Error.Count | Should -BeGreaterThan 0
        foreach ($record in @($result.Terminating) + $Error) {
            foreach ($exception in $record.Exception, $record.Exception.InnerException) {
                "$exception" | Should -Not -BeLike '*plain-string-77*'
            }
            "$record $($record.TargetObject) $($record.ErrorDetails) $($record.CategoryInfo)" |
                Should -Not -BeLike '*plain-string-77*'
        }
    }

    It 'says that a key is wrong' {
        $result = Invoke-Captured {
            Connect-FineTuning $locked.Endpoint -ApiKey (ConvertTo-TestKey 'sk-wrong-key-4711')
        }
        $record = $result.Terminating
        $record.FullyQualifiedErrorId | Should -Be 'AuthenticationFailed,FineTuning.Commands.ConnectFineTuningCommand'
        $record.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $record.ErrorDetails.RecommendedAction | Should -BeLike '*Connect-FineTuning*'
        $record | Format-List * -Force | Out-String | Should -Not -BeLike '*4711*'
        Get-FineTuningConnection | Should -BeNullOrEmpty
    }

    It 'keeps the connection before when the new one fails' {
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        $null = Invoke-Captured { Connect-FineTuning $locked.Endpoint -ApiKey (ConvertTo-TestKey 'sk-wrong-key-4711') }
        (Get-FineTuningConnection).Endpoint | Should -Be $keyless.Endpoint
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
    }

    It 'says that nobody answers' {
        $result = Invoke-Captured { Connect-FineTuning http://127.0.0.1:9/v1 -ApiKey $key -MaxRetryCount 0 }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'ConnectionFailed,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'ConnectionError'
        Get-ErrorText $result.Terminating | Should -BeLike '*Start-FineTuningServer*'
    }

    It 'refuses plain http to another machine' {
        $result = Invoke-Captured { Connect-FineTuning http://example.invalid/v1 -ApiKey $key -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'InvalidConnection,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'allows it when asked, with a warning' {
        $result = Invoke-Captured {
            Connect-FineTuning http://example.invalid/v1 -ApiKey $key -SkipCheck -AllowInsecureHttp -PassThru
        }
        $result.Output.Endpoint | Should -Be 'http://example.invalid/v1'
        "$($result.Warnings)" | Should -BeLike '*unencrypted*'
    }

    It 'refuses <bad> as an endpoint' -ForEach @(
        @{ bad = 'ftp://example.invalid'; id = 'InvalidEndpoint' }
        @{ bad = 'api.openai.com/v1'; id = 'InvalidEndpoint' }
        @{ bad = 'https://name:word@example.invalid/v1'; id = 'InvalidEndpoint' }
        @{ bad = 'https://example.invalid/v1?api-key=word'; id = 'InvalidEndpoint' }
    ) {
        $result = Invoke-Captured { Connect-FineTuning $bad -ApiKey $key -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId | Should -Be "$id,FineTuning.Commands.ConnectFineTuningCommand"
    }

    It 'takes a key as it was pasted: <how>' -ForEach @(
        @{ how = 'in quotes'; before = '"'; after = '"' }
        @{ how = 'in curly quotes'; before = [char] 0x201C; after = [char] 0x201D }
        @{ how = 'with a carriage return'; before = ''; after = "`r`n" }
    ) {
        $connection = Connect-FineTuning $locked.Endpoint -ApiKey (ConvertTo-TestKey "$before$secret$after") -PassThru
        { Get-FineTuningJob -Connection $connection -ErrorAction Stop } | Should -Not -Throw
    }

    It 'refuses a key that was not copied whole' {
        $result = Invoke-Captured {
            Connect-FineTuning $keyless.Endpoint -ApiKey (ConvertTo-TestKey "sk-two halves") -SkipCheck
        }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'InvalidConnection,FineTuning.Commands.ConnectFineTuningCommand'
        "$($result.Terminating)" | Should -Not -BeLike '*halves*'
    }
}

Describe 'Without Connect-FineTuning' {
    BeforeEach {
        Set-Variables @{}
        Disconnect-FineTuning
    }

    It 'the environment gives endpoint, key, organisation and project' {
        Set-Variables @{ OPENAI_API_KEY = $secret; OPENAI_BASE_URL = "$($locked.Endpoint)"; OPENAI_ORG_ID = 'org-env'; OPENAI_PROJECT_ID = 'proj-env' }
        $result = Invoke-Captured { Get-FineTuningJob }
        $result.Errors + $result.Terminating | Should -BeNullOrEmpty
        $connection = Get-FineTuningConnection
        $connection.Endpoint, $connection.Organization, $connection.Project |
            Should -Be @($locked.Endpoint, 'org-env', 'proj-env')
        $connection.KeySource | Should -Be 'environment variable OPENAI_API_KEY'
    }

    It 'the key of the environment does not go to an endpoint that the environment does not name' {
        $env:OPENAI_API_KEY = 'sk-of-the-environment'
        $result = Invoke-Captured { Connect-FineTuning https://gateway.invalid/v1 -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId | Should -Be 'NoKey,FineTuning.Commands.ConnectFineTuningCommand'
        (Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck -PassThru).KeySource | Should -BeLike 'none*'
        $env:OPENAI_BASE_URL = 'https://gateway.invalid/v1'
        (Connect-FineTuning https://gateway.invalid/v1/ -SkipCheck -PassThru).KeySource | Should -BeLike 'environment*'
    }

    It 'a wrong key in the environment is an authentication error' {
        Set-Variables @{ OPENAI_API_KEY = 'sk-not-this-one'; OPENAI_BASE_URL = "$($locked.Endpoint)" }
        $result = Invoke-Captured { Get-FineTuningJob }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'AuthenticationFailed,FineTuning.Commands.GetFineTuningJobCommand'
    }

    It 'a server of this machine needs no key' {
        Set-Variables @{ OPENAI_BASE_URL = "$($keyless.Endpoint)" }
        (Invoke-Captured { Get-FineTuningJob }).Errors | Should -BeNullOrEmpty
    }

    It 'and without a key anywhere, the error says what to do' {
        Set-Variables @{ OPENAI_BASE_URL = 'https://example.invalid/v1' }
        $result = Invoke-Captured { Get-FineTuningJob }
        $result.Terminating.FullyQualifiedErrorId | Should -Be 'NoKey,FineTuning.Commands.GetFineTuningJobCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'AuthenticationError'
        foreach ($way in '*Connect-FineTuning*', '*Set-Secret*', '*OPENAI_API_KEY*', '*Start-FineTuningServer*') {
            Get-ErrorText $result.Terminating | Should -BeLike $way
        }
    }

    It 'a wrong endpoint in the environment is named as such' {
        Set-Variables @{ OPENAI_BASE_URL = 'no address'; OPENAI_API_KEY = $secret }
        $result = Invoke-Captured { Get-FineTuningJob }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'InvalidEndpoint,*'
        "$($result.Terminating)" | Should -BeLike '*OPENAI_BASE_URL*'
    }

    It 'Get-FineTuningConnection emits nothing' {
        Set-Variables @{ OPENAI_API_KEY = $secret }
        Get-FineTuningConnection | Should -BeNullOrEmpty
    }
}

Describe 'Disconnect-FineTuning' {
    It 'forgets the connection of the session and closes it' {
        $connection = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        Disconnect-FineTuning
        Get-FineTuningConnection | Should -BeNullOrEmpty
        $connection.IsClosed | Should -BeTrue
    }

    It 'closes a piped connection and leaves the session its own' {
        $first = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        $second = Connect-FineTuning $locked.Endpoint -ApiKey $key -PassThru
        $first | Disconnect-FineTuning
        $first.IsClosed, $second.IsClosed | Should -Be @($true, $false)
        Get-FineTuningConnection | Should -Be $second
    }

    It 'is no error without a connection, nor a second time' {
        Disconnect-FineTuning
        (Invoke-Captured { Disconnect-FineTuning }).Errors | Should -BeNullOrEmpty
    }

    It 'leaves a closed connection that says so when it is used' {
        $connection = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        Disconnect-FineTuning $connection
        $result = Invoke-Captured { Get-FineTuningJob -Connection $connection }
        $record = @($result.Errors) + $result.Terminating | Select-Object -First 1
        $record.FullyQualifiedErrorId | Should -Be 'ConnectionClosed,FineTuning.Commands.GetFineTuningJobCommand'
    }
}

Describe 'The connection object' {
    BeforeAll { $connection = Connect-FineTuning $locked.Endpoint -ApiKey $key -PassThru }

    It 'shows no key in <view>' -ForEach @(
        @{ view = 'its default view'; show = { $connection | Out-String } }
        @{ view = 'Format-List *'; show = { $connection | Format-List * -Force | Out-String } }
        @{ view = 'Format-Custom'; show = { $connection | Format-Custom -Depth 6 | Out-String } }
        @{ view = 'ConvertTo-Json'; show = { $connection | ConvertTo-Json -Depth 6 -WarningAction Ignore } }
        @{ view = 'Export-Clixml'; show = { [Management.Automation.PSSerializer]::Serialize($connection, 6) } }
        @{ view = 'a string'; show = { "$connection" } }
    ) {
        $text = & $show
        $text | Should -Not -BeNullOrEmpty
        $text | Should -Not -BeLike "*$secret*"
        $text | Should -BeLike "*$($locked.Endpoint.Port)*" -Because 'the endpoint is what it is for'
    }

    It 'belongs to its runspace' {
        $other = Start-TestPipeline 'Get-FineTuningConnection; "end"'
        $other.Shell.EndInvoke($other.Async)
        $other.Output | Should -Be 'end'
        $other.Shell.Dispose()
        Get-FineTuningConnection | Should -Be $connection
    }

    It 'serves a runspace that is given it' {
        $other = Start-TestPipeline 'param($c) Get-FineTuningJob -Connection $c; Get-FineTuningConnection; "end"' $connection
        $other.Shell.EndInvoke($other.Async)
        $other.Output | Should -Be 'end'
        $other.Shell.Streams.Error | Should -BeNullOrEmpty
        $other.Shell.Dispose()
    }

    It 'of one server is not used for another: each -Connection goes where it says' {
        $elsewhere = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        Clear-ServerRequest $locked
        Clear-ServerRequest $keyless
        Get-FineTuningJob -Connection $connection
        Get-FineTuningFile -Connection $elsewhere
        (Get-ServerRequest $locked).path | Should -BeLike '/v1/fine_tuning/jobs*'
        (Get-ServerRequest $keyless).path | Should -BeLike '/v1/files*'
    }
}

Describe 'A runspace without a connection' {
    BeforeAll {
        Set-Variables @{}
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        $file = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive train.jsonl))
        $job = New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Wait

        function Invoke-Elsewhere([string] $Script, $Argument) {
            $pipeline = Start-TestPipeline $Script $Argument
            try {
                $pipeline.Shell.EndInvoke($pipeline.Async)
                [pscustomobject]@{ Output = @($pipeline.Output); Errors = @($pipeline.Shell.Streams.Error) }
            } finally { $pipeline.Shell.Dispose() }
        }
    }

    It 'uses the connection that <what> came over' -ForEach @(
        @{ what = 'a job'; get = { $job }; script = 'param($x) Get-FineTuningJob $x' }
        @{ what = 'a job'; get = { $job }; script = 'param($x) $x | Wait-FineTuningJob' }
        @{ what = 'an event'; get = { Get-FineTuningEvent $job -First 1 }; script = 'param($x) $x | Get-FineTuningJob' }
        @{ what = 'an event that was followed'; get = { Get-FineTuningEvent $job,
            $job.Id -Follow -First 1 }; script = 'param($x) $x | Get-FineTuningJob' }
        @{ what = 'a checkpoint'; get = { Get-FineTuningCheckpoint $job -First 1 }; script = 'param($x) $x | Get-FineTuningJob' }
        @{ what = 'a file'; get = { $file }; script = 'param($x) $x | Get-FineTuningFile' }
    ) {
        $result = Invoke-Elsewhere $script (& $get)
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Id | Should -Be ($what -eq 'a file' ? $file.Id : $job.Id)
    }

    It 'does so in ForEach-Object -Parallel' {
        $manifest = Get-TestManifest
        $result = $job, $job | ForEach-Object -Parallel {
            Import-Module $using:manifest; $_ | Get-FineTuningEvent -First 1
        }
        $result | Should -HaveCount 2
    }

    It 'keeps none of it' {
        (Invoke-Elsewhere 'param($x) $null = Get-FineTuningJob $x; Get-FineTuningConnection; "end"' $job).Output |
            Should -Be 'end'
    }

    It 'asks each service for its own jobs, and waits for those of one at a time' {
        $other = Connect-FineTuning $locked.Endpoint -ApiKey $key -PassThru
        $second = New-FineTuningJob gpt-4o-mini (Send-FineTuningFile (Join-Path $TestDrive train.jsonl) -SkipCheck) -EpochCount 1
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        (Invoke-Elsewhere 'param($x) $x | Get-FineTuningJob' @($job, $second, $job)).Output.Id |
            Should -Be @($job.Id, $second.Id, $job.Id)
        $result = Invoke-Elsewhere 'param($x) $x | Wait-FineTuningJob' @($job, $second)
        $result.Output.Id | Should -Be $job.Id
        $result.Errors.FullyQualifiedErrorId | Should -Be 'OtherService,FineTuning.Commands.WaitFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike "*$second*$($locked.Endpoint)*$($keyless.Endpoint)*"
        $other | Disconnect-FineTuning
    }

    It 'waits for the jobs of one account at a time where two are connected to one service' {
        Connect-FineTuning $keyless.Endpoint -ApiKey (ConvertTo-TestKey 'sk-test-Another4wXk29Lm')
        $theirs = Get-FineTuningJob $job
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        $again = Get-FineTuningJob $job
        $result = Invoke-Elsewhere 'param($x) $x | Wait-FineTuningJob' @($job, $again, $theirs)
        $result.Output.Id | Should -Be $job.Id
        $result.Errors.FullyQualifiedErrorId | Should -Be 'OtherService,FineTuning.Commands.WaitFineTuningJobCommand'
        "$($result.Errors)" | Should -BeLike '*another connection*'
    }

    It 'with one of its own uses that' {
        $result = Invoke-Elsewhere 'param($x) Connect-FineTuning $x[1] -ApiKey $x[2]; Get-FineTuningJob $x[0]' @(
            $job, $locked.Endpoint, $key
        )
        $result.Errors.FullyQualifiedErrorId | Should -Be 'JobNotFound,FineTuning.Commands.GetFineTuningJobCommand'
    }

    It 'does not use one that was closed' {
        $closed = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        $seen = Get-FineTuningJob $job
        Connect-FineTuning $keyless.Endpoint -ApiKey $key
        $closed | Disconnect-FineTuning
        $env:OPENAI_BASE_URL = 'https://example.invalid/v1'
        $result = Invoke-Elsewhere 'param($x) Get-FineTuningJob $x' $seen
        Set-Variables @{}
        $result.Errors.FullyQualifiedErrorId | Should -Be 'NoKey,FineTuning.Commands.GetFineTuningJobCommand'
    }

    It 'is told with plain ids how a connection is handed over' {
        $env:OPENAI_BASE_URL = 'https://example.invalid/v1'
        $result = Invoke-Elsewhere 'param($x) Get-FineTuningJob $x' $job.Id
        Set-Variables @{}
        $result.Errors.FullyQualifiedErrorId | Should -Be 'NoKey,FineTuning.Commands.GetFineTuningJobCommand'
        Get-ErrorText $result.Errors[0] | Should -BeLike '*-Connection $using:connection*Connect-FineTuning*'
    }

    It 'sees nothing of it in any view, nor in what is stored' {
        foreach ($item in $job, $file, (Get-FineTuningEvent $job -First 1), (Get-FineTuningCheckpoint $job -First 1)) {
            $item.PSObject.Members.Name | Should -Not -Contain 'Origin'
            foreach ($text in ($item | ConvertTo-Json -Depth 5),
                [Management.Automation.PSSerializer]::Serialize($item, 5),
                    ($item | Format-List * -Force | Out-String)) {
                $text | Should -Not -BeLike "*$($keyless.Endpoint.Port)*"
                $text | Should -Not -BeLike "*$secret*"
            }
        }
    }
}

Describe 'A connection that is closed while something goes on over it' {
    It 'ends it with an error that says so' {
        $connection = Connect-FineTuning $keyless.Endpoint -ApiKey $key -PassThru
        $file = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 500)
        $paused = New-PausedJob $file
        $wait = Start-TestPipeline 'param($a) Wait-FineTuningJob $a' $paused
        $follow = Start-TestPipeline 'param($a) Get-FineTuningEvent $a -Follow' $paused
        try {
            Wait-Until { $wait.Shell.Streams.Warning.Count -gt 0 -and
                $follow.Output.Count -gt 2 } -Because 'both have begun'
            Connect-FineTuning $keyless.Endpoint -ApiKey $key
            $connection | Disconnect-FineTuning
            foreach ($pipeline in $wait, $follow) {
                $pipeline.Shell.EndInvoke($pipeline.Async)
                $pipeline.Shell.Streams.Error.FullyQualifiedErrorId | Should -BeLike 'ConnectionClosed,*'
            }
        } finally {
            $wait.Shell.Dispose()
            $follow.Shell.Dispose()
            $null = Stop-FineTuningJob $paused
        }
    }
}
