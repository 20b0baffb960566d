BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    if (-not $env:FINETUNING_TEST_MODULE) {
        throw 'These tests delete saved connections: run them with Invoke-ModuleTests.ps1, which has a home of its own.'
    }
    $secret = 'sk-named-Yc83hQpLmB'
    $key = ConvertTo-TestKey $secret
    $server = Start-FineTuningServer -Memory -PassThru
    $other = Start-FineTuningServer -Memory -ApiKey $key -PassThru
    $folder = Join-Path ([Environment]::GetFolderPath('LocalApplicationData')) 'FineTuning/connections'
    $variables = 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_API_VERSION', 'OPENAI_ADMIN_KEY', 'AZURE_OPENAI_ENDPOINT',
        'AZURE_OPENAI_API_KEY', 'AZURE_OPENAI_AD_TOKEN'

    function Set-Variables([hashtable] $Values = @{}) {
        foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $Values[$name]) }
    }

    function Get-ErrorId([scriptblock] $Script) {
        $result = Invoke-Captured $Script
        @($result.Terminating) + $result.Errors | Where-Object { $_ } | ForEach-Object {
            $_.FullyQualifiedErrorId.Split(',')[0]
        }
    }
}

AfterAll {
    Set-Variables
    $server, $other | Stop-FineTuningServer
    Remove-Item $folder -Recurse -ErrorAction Ignore
}

Describe 'Connections with names' {
    BeforeEach {
        Set-Variables
        Get-FineTuningConnection * | Disconnect-FineTuning
        Disconnect-FineTuning
        Remove-Item $folder -Recurse -ErrorAction Ignore
    }

    It 'are open side by side, and every cmdlet takes a name' {
        Connect-FineTuning $server.Endpoint -Name first
        Connect-FineTuning $other.Endpoint -ApiKey $key -Name Second
        (Get-FineTuningConnection).Name | Should -Be 'Second'
        (Get-FineTuningConnection *).Name | Should -Be @('first', 'Second')
        Clear-ServerRequest $server
        Clear-ServerRequest $other
        Get-FineTuningJob -First 1 -Connection FIRST
        (Get-ServerRequest $server).line | Should -Be 'GET /v1/fine_tuning/jobs?limit=1'
        Get-ServerRequest $other | Should -BeNullOrEmpty
        (Get-FineTuningConnection).Name | Should -Be 'Second'
    }

    It 'are taken up again by the name alone, which sends nothing' {
        Connect-FineTuning $server.Endpoint -Name first
        Connect-FineTuning $other.Endpoint -ApiKey $key
        Clear-ServerRequest $server
        $again = Connect-FineTuning -Name first -PassThru
        $again | Should -Be (Get-FineTuningConnection first)
        (Get-FineTuningConnection).Endpoint | Should -Be $server.Endpoint
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'belong to their runspace' {
        Connect-FineTuning $server.Endpoint -Name first
        $pipeline = Start-TestPipeline 'param($a) (Get-FineTuningConnection *).Count; Get-FineTuningJob -Connection first'
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $pipeline.Shell.Streams.Error.FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        $pipeline.Output[0] | Should -Be 0
        $pipeline.Shell.Dispose()
    }

    It 'are closed by name, also through the pipeline' {
        Connect-FineTuning $server.Endpoint -Name first
        Connect-FineTuning $server.Endpoint -Name second
        Disconnect-FineTuning -Name first -WhatIf
        (Get-FineTuningConnection *).Name | Should -Be @('first', 'second')
        Disconnect-FineTuning -Name FIRST
        (Get-FineTuningConnection *).Name | Should -Be 'second'
        [pscustomobject]@{ Name = 'second' } | Disconnect-FineTuning
        Get-FineTuningConnection * | Should -BeNullOrEmpty
        Get-FineTuningConnection | Should -BeNullOrEmpty
        Connect-FineTuning $server.Endpoint -Name third
        Disconnect-FineTuning third
        Get-FineTuningConnection * | Should -BeNullOrEmpty
        Get-ErrorId { Disconnect-FineTuning -Forget } | Should -Be 'NoConnectionName'
        Get-ErrorId { Disconnect-FineTuning -Name first } | Should -Be 'ConnectionNotFound'
        Get-ErrorId { Get-FineTuningConnection first } | Should -Be 'ConnectionNotFound'
    }

    It 'are the start of what is given with them, and a new name needs a service' {
        Connect-FineTuning $server.Endpoint -Name first -TimeoutSec 9
        $changed = Connect-FineTuning -Name first -MaxRetryCount 1 -PassThru
        $changed.Endpoint, $changed.TimeoutSec, $changed.MaxRetryCount | Should -Be @($server.Endpoint, 9, 1)
        Clear-ServerRequest $server
        Set-Variables @{ OPENAI_BASE_URL = "$($server.Endpoint)" }
        Get-ErrorId { Connect-FineTuning -Name frist -ApiKey $key } | Should -Be 'ConnectionNotFound'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'send nothing with -WhatIf' {
        Clear-ServerRequest $server
        Connect-FineTuning $server.Endpoint -Name first -WhatIf
        Get-ServerRequest $server | Should -BeNullOrEmpty
        Get-FineTuningConnection * | Should -BeNullOrEmpty
    }

    It 'that were closed elsewhere are not replaced by another service' {
        $connection = Connect-FineTuning $server.Endpoint -PassThru
        $pipeline = Start-TestPipeline 'param($a) $a | Disconnect-FineTuning' $connection
        $pipeline.Shell.EndInvoke($pipeline.Async)
        $pipeline.Shell.Dispose()
        Set-Variables @{ OPENAI_API_KEY = $secret; OPENAI_BASE_URL = "$($other.Endpoint)" }
        Clear-ServerRequest $other
        Get-ErrorId { Get-FineTuningJob } | Should -Be 'ConnectionClosed'
        Get-ServerRequest $other | Should -BeNullOrEmpty
    }

    It 'that are not there are named with those that are' {
        Connect-FineTuning $server.Endpoint -Name first -Save
        $result = Invoke-Captured { Get-FineTuningJob -Connection nowhere }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        Get-ErrorText $result.Terminating | Should -BeLike '*nowhere*Known are: first.*'
        Get-ErrorId { Connect-FineTuning -Name nowhere } | Should -Be 'ConnectionNotFound'
        Get-ErrorId { Get-FineTuningJob -Connection ([pscustomobject]@{ a = 1 }) } | Should -Be 'NotConnectionIdentity'
    }

    It 'refuses <name> as a name' -ForEach @(@{ name = '../x' }, @{ name = 'a/b' }, @{ name = 'a*' }, @{ name = ' ' }) {
        Get-ErrorId { Connect-FineTuning $server.Endpoint -Name $name } |
            Should -Match 'InvalidConnection|ParameterArgumentValidation'
    }

    It 'that came from another process have no key' {
        Connect-FineTuning $server.Endpoint -Name first
        $copy = [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-FineTuningConnection)))
        $result = Invoke-Captured { Get-FineTuningJob -Connection $copy }
        Get-ErrorText $result.Terminating | Should -BeLike '*from another process has no key*'
    }

    It 'complete, open and saved' {
        Connect-FineTuning $server.Endpoint -Name 'open one'
        Connect-FineTuning $server.Endpoint -Name kept -Save
        Disconnect-FineTuning -Name kept
        $found = [Management.Automation.CommandCompletion]::CompleteInput('Get-FineTuningJob -Connection ', 30,
            $null).CompletionMatches.CompletionText
        $found | Should -Be @("'open one'", 'kept')
    }
}

Describe 'Saved connections' {
    BeforeEach {
        Set-Variables
        Get-FineTuningConnection * | Disconnect-FineTuning
        Disconnect-FineTuning
        Remove-Item $folder -Recurse -ErrorAction Ignore
    }

    It 'have everything but secrets, and open by their name' {
        $with = @{ Organization = 'org-1'; Project = 'proj-1'; ApiVersion = 'preview'; TimeoutSec = 9; MaxRetryCount = 1; Header = @{ 'X-Team' = 'ml' } }
        Connect-FineTuning $server.Endpoint -Name work -Save @with
        Disconnect-FineTuning -Name work
        Clear-ServerRequest $server
        Get-FineTuningJob -Connection work
        (Get-ServerRequest $server).path | Should -BeLike '*api-version=preview*'
        $connection = Get-FineTuningConnection work
        $connection.Organization, $connection.Project, $connection.TimeoutSec, $connection.MaxRetryCount,
            "$($connection.HeaderName)" | Should -Be @('org-1', 'proj-1', 9, 1, 'X-Team')
        # Naming it for one command does not make it the session's.
        Get-FineTuningConnection | Should -BeNullOrEmpty
        Connect-FineTuning -Name work
        (Get-FineTuningConnection).Name | Should -Be 'work'
    }

    It 'are there for another process' {
        Connect-FineTuning $server.Endpoint -Name work -Save
        $child = Invoke-ChildPwsh -Environment @{
            FT = Get-TestManifest
        } 'Import-Module $env:FT; @(Get-FineTuningJob -Connection work).Count; (Get-FineTuningConnection -ListAvailable).Name'
        $child.Errors | Should -BeNullOrEmpty
        $child.Output | Should -Be @('0', 'work')
    }

    It 'hold no secret, which has to be given again' {
        $header = ConvertTo-TestKey 'header-Secret-55x'
        Connect-FineTuning $other.Endpoint -ApiKey $key -Name work -Save -Header @{ 'X-Sub-Key' = $header }
        $text = Get-Content "$folder/work.json" -Raw
        $text | Should -Not -BeLike "*$secret*"
        $text | Should -Not -BeLike '*header-Secret-55x*'
        Disconnect-FineTuning -Name work
        $result = Invoke-Captured { Get-FineTuningJob -Connection work }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'SecretNotSaved,*'
        Get-ErrorText $result.Terminating |
            Should -BeLike "*its key and the value of the header X-Sub-Key*Connect-FineTuning -Name 'work' -ApiKey*-Header*"
        Connect-FineTuning -Name work -ApiKey $key -Header @{ 'X-Sub-Key' = $header }
        { Get-FineTuningJob -ErrorAction Stop } | Should -Not -Throw
    }

    It 'are not saved before they were found good, nor with -WhatIf' {
        Get-ErrorId { Connect-FineTuning $other.Endpoint -ApiKey (ConvertTo-TestKey 'sk-wrong-key-99') -Name bad -Save } | Should -Be 'AuthenticationFailed'
        Connect-FineTuning $server.Endpoint -Name seen -Save -WhatIf
        Get-FineTuningConnection -ListAvailable | Should -BeNullOrEmpty
        Get-ErrorId { Connect-FineTuning $server.Endpoint -Save } | Should -Be 'InvalidConnection'
    }

    It 'are changed by what is given with the name' {
        Connect-FineTuning $server.Endpoint -Name work -TimeoutSec 9 -MaxRetryCount 1 -Save
        Connect-FineTuning -Name work -TimeoutSec 5 -Save
        Get-FineTuningConnection * | Disconnect-FineTuning
        $connection = Connect-FineTuning -Name work -PassThru
        $connection.TimeoutSec, $connection.MaxRetryCount | Should -Be @(5, 1)
    }

    It 'are listed, found by wildcards, and deleted' {
        Connect-FineTuning $server.Endpoint -Name beta -Save
        Connect-FineTuning $server.Endpoint -ApiKey $key -Name alpha -Save
        $saved = Get-FineTuningConnection -ListAvailable
        $saved[0].GetType().FullName | Should -Be 'FineTuning.Output.SavedConnection'
        $saved.Name | Should -Be @('alpha', 'beta')
        $saved.KeySource | Should -Be @('to be given again', 'looked up each time')
        (Get-FineTuningConnection a* -ListAvailable).Name | Should -Be 'alpha'
        Get-ErrorId { Get-FineTuningConnection nowhere -ListAvailable } | Should -Be 'SavedConnectionNotFound'
        Disconnect-FineTuning -Name alpha -Forget -WhatIf
        $saved | Disconnect-FineTuning -Forget
        Get-FineTuningConnection -ListAvailable | Should -BeNullOrEmpty
        Get-FineTuningConnection * | Should -BeNullOrEmpty
        Get-ErrorId { Disconnect-FineTuning -Name alpha -Forget } | Should -Be 'ConnectionNotFound'
    }

    It 'that are damaged are named, and the others are shown' {
        Connect-FineTuning $server.Endpoint -Name good -Save
        Set-Content "$folder/bad.json" '{'
        $result = Invoke-Captured { Get-FineTuningConnection -ListAvailable }
        $result.Output.Name | Should -Be 'good'
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'SavedConnectionUnusable,*'
        Get-ErrorId { Get-FineTuningJob -Connection bad } | Should -Be 'SavedConnectionUnusable'
        Disconnect-FineTuning -Name bad -Forget
        "$folder/bad.json" | Should -Not -Exist
    }

    It 'shows a table of them' {
        Connect-FineTuning $server.Endpoint -Name work -Save
        Get-FineTuningConnection -ListAvailable | Out-String |
            Should -Match "(?m)^work\s+OpenAI\s+looked up each time\s+$($server.Endpoint)"
    }
}

Describe 'The service' {
    BeforeEach {
        Set-Variables
        Disconnect-FineTuning
    }

    It 'Local is the newest server of the user' {
        (Connect-FineTuning Local -ApiKey $key -PassThru).Endpoint | Should -Be $other.Endpoint
    }

    It '-AzureResource <resource> with the version <version> is <base>' -ForEach @(
        @{ resource = 'my-res'; version = $null; base = 'https://my-res.openai.azure.com/openai/v1' }
        @{ resource = 'my-res'; version = '2024-10-21'; base = 'https://my-res.openai.azure.com/openai' }
        @{ resource = 'https://my-res.openai.azure.com/'; version = 'preview'; base = 'https://my-res.openai.azure.com/openai/v1' }
    ) {
        $arguments = if ($version) { @{ ApiVersion = $version } } else { @{} }
        $connection = Connect-FineTuning -AzureResource $resource @arguments -ApiKey $key -SkipCheck -PassThru
        $connection.Endpoint, $connection.Dialect, $connection.ApiVersion | Should -Be @($base, 'Azure', $version)
    }

    It 'takes the version in a pasted address: <query>' -ForEach @(
        @{ query = 'api-version=2024-10-21'; version = '2024-10-21'; base = 'https://my-res.openai.azure.com/openai' }
        @{ query = 'api-version=preview'; version = 'preview'; base = 'https://my-res.openai.azure.com/openai/v1' }
    ) {
        $address = "https://my-res.openai.azure.com/openai/deployments/a/chat/completions?$query"
        $connection = Connect-FineTuning -AzureResource $address -ApiKey $key -SkipCheck -PassThru
        $connection.Endpoint, $connection.ApiVersion | Should -Be $base, $version
    }

    It 'takes -ApiVersion <given> as <version>' -ForEach @(
        @{ given = "2024-10-21 `r`n"; version = '2024-10-21' }
        @{ given = '2025-04-01-Preview'; version = '2025-04-01-preview' }
        @{ given = 'V1'; version = 'v1' }
    ) {
        (Connect-FineTuning -AzureResource my-res -ApiVersion $given -ApiKey $key -SkipCheck -PassThru).ApiVersion |
            Should -BeExactly $version
    }

    It 'refuses -ApiVersion <given>, and says what was meant' -ForEach @(
        @{ given = '2024-6-1'; meant = '2024-06-01' }
        @{ given = '20241021'; meant = '2024-10-21' }
    ) {
        { Connect-FineTuning -AzureResource my-res -ApiVersion $given -ApiKey $key -SkipCheck } |
            Should -Throw "*Write $meant.*"
    }

    It 'refuses a version that another one was given beside' {
        $address = 'https://my-res.openai.azure.com/?api-version=2024-10-21'
        { Connect-FineTuning -AzureResource $address -ApiVersion v1 -ApiKey $key -SkipCheck } |
            Should -Throw '*2024-10-21*v1*'
    }

    It 'says what becomes of the project of an address' {
        $address = 'https://my-res.services.ai.azure.com/api/projects/support'
        $result = Invoke-Captured { Connect-FineTuning -AzureResource $address -ApiKey $key -SkipCheck -PassThru }
        $result.Warnings | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike "*'support'*"
        $result.Output.Endpoint | Should -Be 'https://my-res.services.ai.azure.com/openai/v1'
    }

    It 'of a saved connection gets the paths of the version that is given with its name' {
        Connect-FineTuning -AzureResource my-res -ApiKey $key -Name azure -Save -SkipCheck
        (Connect-FineTuning -Name azure -ApiKey $key -ApiVersion 2024-10-21 -SkipCheck -PassThru).Endpoint |
            Should -Be 'https://my-res.openai.azure.com/openai'
        Disconnect-FineTuning -Name azure -Forget
    }

    It 'is named once' {
        Get-ErrorId { Connect-FineTuning $server.Endpoint -AzureResource my-res } | Should -Be 'InvalidConnection'
        Get-ErrorId { Connect-FineTuning -AzureResource 'not a name' -ApiKey $key } | Should -Be 'InvalidEndpoint'
    }

    It 'is Azure''s where the environment has that, with the key beside it' {
        Set-Variables @{ AZURE_OPENAI_ENDPOINT = 'https://my-res.openai.azure.com/'; AZURE_OPENAI_API_KEY = 'azure-key-0001'; OPENAI_API_VERSION = '2024-10-21' }
        $connection = Connect-FineTuning -SkipCheck -PassThru
        $connection.Endpoint, $connection.KeySource |
            Should -Be @('https://my-res.openai.azure.com/openai', 'environment variable AZURE_OPENAI_API_KEY')
    }

    It 'is Azure''s with a token, and a warning where both services have keys' {
        Set-Variables @{ AZURE_OPENAI_ENDPOINT = 'https://my-res.openai.azure.com/'; AZURE_OPENAI_AD_TOKEN = 'eyJ.token.0001'; OPENAI_API_KEY = 'sk-other-0001' }
        $result = Invoke-Captured { Connect-FineTuning -SkipCheck -PassThru }
        $result.Output.KeySource | Should -Be 'environment variable AZURE_OPENAI_AD_TOKEN'
        "$($result.Warnings)" | Should -BeLike '*Azure''s is used*'
        (Connect-FineTuning OpenAI -SkipCheck -PassThru).KeySource | Should -Be 'environment variable OPENAI_API_KEY'
    }

    It 'does not draw out the key of another: <endpoint>' -ForEach @(
        @{ endpoint = 'https://other-res.openai.azure.com/openai/v1' }
        @{ endpoint = 'https://my-res.openai.azure.com:8443/openai/v1' }
        @{ endpoint = 'https://example.invalid/v1' }
    ) {
        Set-Variables @{ AZURE_OPENAI_ENDPOINT = 'https://my-res.openai.azure.com/'; AZURE_OPENAI_API_KEY = 'azure-key-0001'; OPENAI_API_KEY = 'sk-other-0001' }
        Get-ErrorId { Connect-FineTuning $endpoint -SkipCheck } | Should -Be 'NoKey'
    }

    It 'is told to a person with the parts that are there' {
        $shown = Connect-FineTuning $server.Endpoint -ApiKey $key -Name shown -Header @{
            'X-A' = 1; 'X-B-Key' = $key
        } -PassThru | Out-String
        $shown | Should -Match '(?m)^Name\s+: shown'
        $shown | Should -Match '(?m)^HeaderName\s+: \{X-'
        $shown | Should -Not -Match 'Organization|AdminKeySource|Proxy'
        $shown | Should -Not -BeLike "*$secret*"
    }

    It 'refuses the header <name> as plain text, and shows nothing of it' -ForEach @(
        @{ name = 'X-Api-Key' }, @{ name = 'Authorization' }, @{ name = 'Ocp-Apim-Subscription-Key' }
    ) {
        $result = Invoke-Captured { Connect-FineTuning $server.Endpoint -Header @{ $name = 'plain-Value-31' } }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'InvalidHeader,*'
        Get-ErrorText $result.Terminating | Should -Not -BeLike '*plain-Value-31*'
    }
}
