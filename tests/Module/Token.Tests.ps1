BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $token = 'eyTok.Lp49ZrQw.sig'
    $server = Start-FineTuningServer -Memory -ApiKey (ConvertTo-TestKey $token) -PassThru
    $identityVariables = 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'IMDS_ENDPOINT', 'MSI_ENDPOINT',
        'AZURE_FEDERATED_TOKEN_FILE', 'AZURE_POD_IDENTITY_AUTHORITY_HOST'
    # Nothing listens there: the machine that runs the tests may have an identity of its own.
    $env:AZURE_POD_IDENTITY_AUTHORITY_HOST = 'http://127.0.0.1:9'
}

AfterAll {
    foreach ($name in $identityVariables) { [Environment]::SetEnvironmentVariable($name, $null) }
    $server | Stop-FineTuningServer
}

Describe 'A token' {
    BeforeEach { Disconnect-FineTuning }

    It 'opens the service, as <kind>' -ForEach @(
        @{ kind = 'a SecureString'; make = { ConvertTo-TestKey $token } }
        @{ kind = 'what Get-AzAccessToken gives'; make = { [pscustomobject]@{
            Token = ConvertTo-TestKey $token; ExpiresOn = [DateTimeOffset]::Now.AddHours(1)
        } } }
    ) {
        $connection = Connect-FineTuning $server.Endpoint -AccessToken (& $make) -PassThru
        $connection.KeySource | Should -Be 'parameter AccessToken'
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
    }

    It 'is refused as a plain string, which is not shown' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -AccessToken 'plain-token-77' }
        $result.Terminating.Exception.Message | Should -BeLike '*SecureString*Get-AzAccessToken*'
        $result.Terminating.Exception.Message | Should -Not -BeLike '*plain-token-77*'
    }
}

Describe 'A token provider' {
    BeforeEach {
        Disconnect-FineTuning
        $calls = [Collections.Generic.List[int]]::new()
    }

    It 'is called once for many requests, and gives <kind>' -ForEach @(
        @{ kind = 'a string'; give = { $token } }
        @{ kind = 'a SecureString'; give = { ConvertTo-TestKey $token } }
        @{ kind = 'an object with an end'; give = { [pscustomobject]@{
            Token = $token; ExpiresOn = [DateTimeOffset]::Now.AddHours(1)
        } } }
    ) {
        $connection = Connect-FineTuning $server.Endpoint -TokenProvider { $calls.Add(1); & $give } -PassThru
        1..3 | ForEach-Object { Get-FineTuningJob -ErrorAction Stop }
        $connection.KeySource | Should -Be 'token provider'
        $calls.Count | Should -Be 1
    }

    It 'is called anew when the service refuses the token that was given with it' {
        $connection = Connect-FineTuning $server.Endpoint -AccessToken (ConvertTo-TestKey 'old-token-1') -TokenProvider { $calls.Add(1); $token } -PassThru
        $connection.KeySource | Should -Be 'parameter AccessToken, then the token provider'
        $calls.Count | Should -Be 1
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
        $calls.Count | Should -Be 1
    }

    It 'is called anew for a job that would cost money, which is made once' {
        $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
        Connect-FineTuning $server.Endpoint -AccessToken (ConvertTo-TestKey $token) -TokenProvider { $calls.Add(1); $token } -SkipCheck
        $file = Send-FineTuningFile $train
        Connect-FineTuning $server.Endpoint -AccessToken (ConvertTo-TestKey 'old-token-2') -TokenProvider { $calls.Add(1); $token } -SkipCheck
        $job = New-FineTuningJob gpt-4o-mini $file.Id
        $calls.Count | Should -Be 1
        @(Get-FineTuningJob).Id | Should -Be $job.Id
    }

    It 'that fails says why, and nothing is sent: <why>' -ForEach @(
        @{ give = { throw 'No tenant is chosen.' }; why = '*gave no token: No tenant is chosen.*' }
        @{ give = { }; why = '*it gave nothing*' }
        @{ give = { $null }; why = '*it gave $null*' }
        @{ give = { , $null }; why = '*it gave $null*' }
        @{ give = { '' }; why = '*is empty*' }
        @{ give = { '""' }; why = '*is empty*' }
        @{ give = { @{ Token = $null } }; why = '*not a SecureString or an object with a Token*' }
        @{ give = { [pscustomobject]@{ Token = 7 } }; why = '*not a SecureString or an object with a Token*' }
        @{ give = { (Get-Variable none -ErrorAction Ignore).Value }; why = '*it gave $null*' }
        @{ give = { 1, 2 }; why = '*it gave 2 objects*' }
        @{ give = { 42 }; why = '*it gave a Int32*' }
        @{ give = { "two`nlines" }; why = '*not copied whole*' }
    ) {
        Clear-ServerRequest $server
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -TokenProvider $give }
        $result.Terminating.FullyQualifiedErrorId |
            Should -Be 'TokenUnavailable,FineTuning.Commands.ConnectFineTuningCommand'
        $result.Terminating.CategoryInfo.Category | Should -Be 'AuthenticationError'
        Get-ErrorText $result.Terminating | Should -BeLike $why
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'that worked and then gives <what> tells so at the renewal, too' -ForEach @(
        @{ what = 'nothing at all'; then = { }; why = '*it gave nothing*' }
        @{ what = 'a null'; then = { $null }; why = '*it gave $null*' }
        @{ what = 'an empty text'; then = { '' }; why = '*is empty*' }
        @{ what = 'a number'; then = { 42 }; why = '*it gave a Int32*' }
    ) {
        $expires = [datetime]::UtcNow.AddSeconds(1)
        $now = @{ give = { [pscustomobject]@{ Token = $token; ExpiresOn = $expires } } }
        Connect-FineTuning $server.Endpoint -TokenProvider { & $now.give } -MaxRetryCount 0
        $now.give = $then
        Wait-Until { [datetime]::UtcNow -gt $expires } -Because 'a token that is still good is used when no new one comes'
        $result = Invoke-Captured { Get-FineTuningJob }
        $record = @($result.Errors) + @($result.Terminating) | Where-Object { $_ } | Select-Object -First 1
        $record.FullyQualifiedErrorId | Should -BeLike 'TokenUnavailable,*'
        Get-ErrorText $record | Should -BeLike $why
    }

    It 'runs its text in another runspace' {
        $connection = Connect-FineTuning $server.Endpoint -TokenProvider ([scriptblock]::Create("'$token'")) -SkipCheck -PassThru
        $pipeline = Start-TestPipeline 'param($a) @(Get-FineTuningJob -Connection $a).GetType().Name' $connection
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $pipeline.Shell.Streams.Error | Should -BeNullOrEmpty
        $pipeline.Output | Should -Be 'Object[]'
        $pipeline.Shell.Dispose()
    }

    It 'is stopped by Ctrl+C' {
        $flag = Join-Path $TestDrive asked.txt
        $pipeline = Start-TestPipeline 'param($a) $flag = $a[1]; Connect-FineTuning $a[0] -TokenProvider { Set-Content $flag 1; Start-Sleep 600 }' @($server.Endpoint, $flag)
        Wait-Until { Test-Path $flag } -Because 'the provider runs'
        $pipeline.Shell.BeginStop($null, $null).AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        $pipeline.Shell.Dispose()
    }

    It 'serves a cmdlet within a pipeline whose first cmdlet wants a token at the same time' {
        $train = New-TestDataset (Join-Path $TestDrive nested.jsonl)
        Connect-FineTuning $server.Endpoint -TokenProvider {
            $calls.Add(1); [pscustomobject]@{ Token = $token; ExpiresOn = [DateTimeOffset]::Now.AddSeconds(-1) }
        }
        $jobs = 1..2 | ForEach-Object { New-FineTuningJob gpt-4o-mini $train -Seed $_ -EpochCount 1 }
        $events = $jobs | Wait-FineTuningJob -PollIntervalSec 1 | ForEach-Object {
            Get-FineTuningEvent $_ -First 1 -ErrorAction Stop
        }
        $events | Should -HaveCount 2
        $calls.Count | Should -BeGreaterThan 2
    }

    It 'that uses its own connection says so' {
        $result = Invoke-Captured {
            Connect-FineTuning $server.Endpoint -TokenProvider { Get-FineTuningJob -Connection own; $token } -Name own -SkipCheck
            Get-FineTuningJob
        }
        Get-ErrorText @($result.Errors + $result.Terminating)[0] |
            Should -BeLike '*uses the connection that it is to open*'
    }

    It 'of another runspace may not use variables of that' {
        $connection = Connect-FineTuning $server.Endpoint -TokenProvider { $token } -SkipCheck -PassThru
        $pipeline = Start-TestPipeline 'param($a) Get-FineTuningJob -Connection $a' $connection
        $pipeline.Shell.EndInvoke($pipeline.Async)
        Get-ErrorText $pipeline.Shell.Streams.Error[0] | Should -BeLike '*variable $token of another runspace*'
        $pipeline.Shell.Dispose()
    }

    It 'does not run for Tab' {
        Connect-FineTuning $server.Endpoint -TokenProvider { $calls.Add(1); $token } -SkipCheck
        $null = [Management.Automation.CommandCompletion]::CompleteInput('Get-FineTuningJob ', 18, $null)
        $calls.Count | Should -Be 0
    }
}

Describe 'A managed identity' {
    BeforeAll {
        # A stand-in for the endpoint that Azure puts beside a runbook or function.
        $listener = [Net.HttpListener]::new()
        $port = foreach ($try in 1..50) {
            $candidate = Get-Random -Minimum 20000 -Maximum 60000
            $listener.Prefixes.Clear()
            $listener.Prefixes.Add("http://127.0.0.1:$candidate/")
            try { $listener.Start(); $candidate; break } catch { $listener = [Net.HttpListener]::new() }
        }
        $asked = [Collections.Concurrent.ConcurrentQueue[string]]::new()
        $answering = [powershell]::Create().AddScript({
            param($listener, $asked, $token)
            while ($listener.IsListening) {
                try { $context = $listener.GetContext() } catch { return }
                $asked.Enqueue("$($context.Request.RawUrl) $($context.Request.Headers['X-IDENTITY-HEADER'])")
                $good = $context.Request.Headers['X-IDENTITY-HEADER'] -eq 'header-1'
                $body = if ($good) { @{ access_token = $token; expires_on = "$([DateTimeOffset]::UtcNow.AddHours(1).ToUnixTimeSeconds())" } } else {
                    @{ error_description = 'Unknown identity.' }
                }
                $bytes = [Text.Encoding]::UTF8.GetBytes(($body | ConvertTo-Json))
                $context.Response.StatusCode = if ($good) { 200 } else { 400 }
                $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
                $context.Response.Close()
            }
        }).AddArgument($listener).AddArgument($asked).AddArgument($token)
        $running = $answering.BeginInvoke()
    }

    AfterAll {
        $listener.Close()
        $null = $running.AsyncWaitHandle.WaitOne(20000)
        $answering.Dispose()
    }

    BeforeEach {
        Disconnect-FineTuning
        $env:IDENTITY_ENDPOINT = "http://127.0.0.1:$port/token"
        $env:IDENTITY_HEADER = 'header-1'
        $asked.Clear()
    }

    It 'gives a token for the resource, once for many requests' {
        $connection = Connect-FineTuning $server.Endpoint -Identity -PassThru
        1..3 | ForEach-Object { Get-FineTuningJob -ErrorAction Stop }
        $connection.KeySource | Should -Be 'managed identity (system-assigned)'
        @($asked) | Should -Be '/token?api-version=2019-08-01&resource=https%3A%2F%2Fcognitiveservices.azure.com header-1'
    }

    It 'is chosen by its client id, also of a saved connection' {
        Connect-FineTuning $server.Endpoint -Identity -ClientId 11-22 -Name cloud -Save
        Disconnect-FineTuning -Name cloud
        { Get-FineTuningJob -Connection cloud -ErrorAction Stop } | Should -Not -Throw
        (Get-FineTuningConnection cloud).KeySource | Should -Be 'managed identity 11-22'
        foreach ($line in $asked) { $line | Should -BeLike '*&client_id=11-22 header-1' }
        Disconnect-FineTuning -Name cloud -Forget
    }

    It 'that is refused says so in the words of the endpoint' {
        $env:IDENTITY_HEADER = 'header-2'
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -Identity }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'TokenUnavailable,*'
        Get-ErrorText $result.Terminating |
            Should -BeLike '*gave no token of the system-assigned identity (400): Unknown identity.*'
    }

    It 'does not go to OpenAI because a key for it is in the environment' {
        $env:OPENAI_API_KEY = 'sk-stray-0001'
        try {
            $result = Invoke-Captured { Connect-FineTuning -Identity }
            $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'InvalidConnection,*'
            $env:AZURE_OPENAI_ENDPOINT = 'https://my-res.openai.azure.com'
            (Connect-FineTuning -Identity -SkipCheck -PassThru).Endpoint |
                Should -Be 'https://my-res.openai.azure.com/openai/v1'
        } finally { Remove-Item Env:OPENAI_API_KEY, Env:AZURE_OPENAI_ENDPOINT -ErrorAction Ignore }
    }

    It 'wants -Identity beside -ClientId' {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -ClientId 11-22 }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'InvalidConnection,*'
    }

    It 'that is not there says so' {
        Remove-Item Env:IDENTITY_ENDPOINT, Env:IDENTITY_HEADER
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -Identity }
        Get-ErrorText $result.Terminating | Should -BeLike '*no managed identity*'
    }
}
