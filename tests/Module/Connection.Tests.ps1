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
        $connection.Organization, $connection.Project, $connection.TimeoutSec, $connection.MaxRetryCount | Should -Be @('org-1', 'proj-1', 7, 2)
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
        $before = $Error.Count
        $result = Invoke-Captured { Connect-FineTuning $keyless.Endpoint -ApiKey 'sk-plain-string-77' }
        $result.Terminating | Should -Not -BeNullOrEmpty
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentTransformationError*'
        $result.Terminating.Exception.Message | Should -BeLike '*SecureString*Read-Host*'
        $Error.Count | Should -BeGreaterThan $before
        foreach ($record in @($result.Terminating) + $Error) {
            foreach ($exception in $record.Exception, $record.Exception.InnerException) { "$exception" | Should -Not -BeLike '*plain-string-77*' }
            "$record $($record.TargetObject) $($record.ErrorDetails) $($record.CategoryInfo)" | Should -Not -BeLike '*plain-string-77*'
        }
    }

    It 'says that a key is wrong' {
        $result = Invoke-Captured { Connect-FineTuning $locked.Endpoint -ApiKey (ConvertTo-TestKey 'sk-wrong-key-4711') }
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
        $result.Terminating.FullyQualifiedErrorId | Should -Be 'ConnectionFailed,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'ConnectionError'
        Get-ErrorText $result.Terminating | Should -BeLike '*Start-FineTuningServer*'
    }

    It 'refuses plain http to another machine' {
        $result = Invoke-Captured { Connect-FineTuning http://example.invalid/v1 -ApiKey $key -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId | Should -Be 'InvalidConnection,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'InvalidArgument'
    }

    It 'allows it when asked, with a warning' {
        $result = Invoke-Captured { Connect-FineTuning http://example.invalid/v1 -ApiKey $key -SkipCheck -AllowInsecureHttp -PassThru }
        $result.Output.Endpoint | Should -Be 'http://example.invalid/v1'
        "$($result.Warnings)" | Should -BeLike '*unencrypted*'
    }

    It 'refuses <bad> as an endpoint' -ForEach @(
        @{ bad = 'ftp://example.invalid'; id = 'InvalidEndpoint' }
        @{ bad = 'api.openai.com/v1'; id = 'InvalidEndpoint' }
        @{ bad = 'https://name:word@example.invalid/v1'; id = 'InvalidConnection' }
    ) {
        $result = Invoke-Captured { Connect-FineTuning $bad -ApiKey $key -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId | Should -Be "$id,FineTuning.Commands.ConnectFineTuningCommand"
    }

    It 'refuses a key that was not copied whole' {
        $result = Invoke-Captured { Connect-FineTuning $keyless.Endpoint -ApiKey (ConvertTo-TestKey "sk-two halves") -SkipCheck }
        $result.Terminating.FullyQualifiedErrorId | Should -Be 'InvalidConnection,FineTuning.Commands.ConnectFineTuningCommand'
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
        $connection.Endpoint, $connection.Organization, $connection.Project | Should -Be @($locked.Endpoint, 'org-env', 'proj-env')
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
        $result.Errors.FullyQualifiedErrorId | Should -Be 'AuthenticationFailed,FineTuning.Commands.GetFineTuningJobCommand'
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
