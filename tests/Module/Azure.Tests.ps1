BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    # It starts its own servers, the same in every run: the package's would show nothing new.
    $elsewhere = (Get-TestRun) -eq 'package'
}

Describe 'A session with a server that speaks Azure''s dialect' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $server = Start-FineTuningServer -Memory -Dialect Azure -PassThru
        $train = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive train.jsonl))
        $connection = Get-FineTuningConnection
    }

    AfterAll { $server | Stop-FineTuningServer }

    AfterEach { Clear-FineTuningServerFault }

    It 'is connected below /openai/v1, in that dialect, and the server says so' {
        $server.Dialect | Should -Be 'Azure'
        $server.Endpoint.AbsolutePath | Should -Be '/openai/v1'
        $connection.Dialect | Should -Be 'Azure'
        (Get-FineTuningServer | Where-Object ProcessId -EQ $server.ProcessId).Dialect | Should -Be 'Azure'
        $server | Out-String -Width 200 | Should -BeLike '*Dialect*Azure*'
        (Connect-FineTuning Local -SkipCheck -PassThru).Dialect | Should -Be 'Azure'
    }

    It 'refuses another dialect for a server that runs' {
        $folder = Join-Path $TestDrive data
        $other = Start-FineTuningServer $folder -PassThru
        try {
            $result = Invoke-Captured { Start-FineTuningServer $folder -Dialect Azure }
            $result.Terminating.FullyQualifiedErrorId |
                Should -Be 'ServerAlreadyRuns,FineTuning.Commands.StartFineTuningServerCommand'
            Get-ErrorText $result.Terminating | Should -BeLike '*OpenAI*-Dialect*'
        } finally {
            $other | Stop-FineTuningServer
            Connect-FineTuning Local -SkipCheck
        }
    }

    It 'sends -TrainingType <given> as <sent>' -ForEach @(
        @{ given = 'Standard'; sent = 'Standard' }, @{ given = 'GlobalStandard'; sent = 'GlobalStandard' },
            @{ given = 'Developer'; sent = 'developerTier' }
    ) {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -TrainingType $given
        $job.AdditionalProperties['trainingType'] | Should -Be $sent
    }

    It 'finds canceled jobs under either spelling, and shows the word as it came' {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 50 -BatchSize 1 | Stop-FineTuningJob
        $job.Status | Should -Be 'canceled'
        foreach ($word in 'cancelled', 'canceled', 'CANCELED') {
            (Get-FineTuningJob -Status $word -First 1).Id | Should -Be $job.Id
        }
    }

    It 'waits for a file that Azure still processes before it asks for the job' {
        $job = New-FineTuningJob gpt-4o-mini (New-TestDataset (Join-Path $TestDrive fresh.jsonl) -Word fresh) -EpochCount 1
        $job.Status | Should -Be 'pending'
        $sent = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive next.jsonl) -Word next)
        $sent.Status | Should -Be 'pending'
        { $sent | New-FineTuningJob gpt-4o-mini -EpochCount 1 -ErrorAction Stop } | Should -Not -Throw
    }

    It 'chooses jobs by metadata itself, which Azure''s list does not' {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Metadata @{ team = 'azure' }
        $null = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Metadata @{ team = 'other' }
        (Get-FineTuningJob -Metadata @{ team = 'azure' }).Id | Should -Be $job.Id
    }

    It 'explains <what>' -ForEach @(
        @{ what = 'a key of another resource'; status = 401; id = 'AuthenticationFailed'; says = '*Keys and Endpoint*-AzureResource*'
            body = '{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key."}}' }
        @{ what = 'a token for something else'; status = 401; id = 'AuthenticationFailed'; says = '*https://cognitiveservices.azure.com*-Identity*'
            body = '{"statusCode":401,"message":"Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or has expired."}' }
        @{ what = 'an identity without the role'; status = 401; id = 'PermissionDenied'; says = '*Cognitive Services OpenAI Contributor*'
            body = '{"error":{"code":"PermissionDenied","message":"Principal does not have access to API/Operation."}}' }
        @{ what = 'a token at a regional address'; status = 400; id = 'InvalidRequest'; says = '*-AzureResource NAME -Identity*'
            body = '{"error":{"code":"BadRequest","message":"Please provide a custom subdomain for token authentication, otherwise API key is required."}}' }
        @{ what = 'the firewall'; status = 403; id = 'PermissionDenied'; says = '*private endpoint*firewall*'
            body = '{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}' }
        @{ what = 'a wrong base'; status = 404; id = 'EndpointNotFound'; says = '*-AzureResource NAME*'; body = '{"error":{"code":"404","message":"Resource not found"}}' }
        @{ what = 'a version that is none'; status = 400; id = 'InvalidRequest'; says = '*-ApiVersion*'; body = '{"error":{"code":"BadRequest","message":"API version not supported"}}' }
        @{ what = 'what is not deployed'; status = 404; id = 'DeploymentNotFound'; says = '*create a deployment*'
            body = '{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}' }
        @{ what = 'a model or region that is not trained'; status = 400; id = 'ModelNotAvailable'; says = '*-TrainingType GlobalStandard*region*'
            body = '{"error":{"code":"invalidPayload","message":"The specified base model does not support fine-tuning."}}' }
        @{ what = 'the quota of jobs'; status = 429; id = 'QuotaExhausted'; says = '*Stop-FineTuningJob*quotaincrease*'; body = '{"error":{"code":"quotaExceeded","message":"Quota exceeded."}}' }
        @{ what = 'a rate limit in words'; status = 429; id = 'RateLimited'; says = '*Repeat it in 4 seconds*'
            body = '{"error":{"code":"429","message":"Requests have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 4 seconds."}}' }
        @{ what = 'the content filter'; status = 400; id = 'InvalidRequest'; says = '*content filter*modifiedaccess*'
            body = '{"error":{"code":"invalidPayload","message":"The data was refused.","innererror":{"code":"ResponsibleAIPolicyViolation"}}}' }
        @{ what = 'a file that could not be taken over'; status = 400; id = 'InvalidRequest'; says = '*Send-FineTuningFile -Force*'
            body = '{"error":{"code":"fileImportFailed","message":"Import of file failed."}}' }
    ) {
        Set-FineTuningServerFault @{
            operation = 'GetJob'; status = $status; body = $body; content_type = 'application/json'
        }
        $once = Connect-FineTuning Local -SkipCheck -MaxRetryCount 0 -PassThru
        $result = Invoke-Captured { Get-FineTuningJob ftjob-1 -Connection $once }
        $result.Errors.FullyQualifiedErrorId | Should -Be "$id,FineTuning.Commands.GetFineTuningJobCommand"
        Get-ErrorText $result.Errors | Should -BeLike $says
    }
}

Describe 'A session over Azure''s dated paths' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $server = Start-FineTuningServer -Memory -Dialect Azure -PassThru
        $base = $server.Endpoint.ToString() -replace '/v1$'
        Connect-FineTuning $base -ApiVersion 2024-10-21 -SkipCheck
        $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    }

    AfterAll { $server | Stop-FineTuningServer }

    It 'says once that no metadata is kept, and makes jobs' {
        $result = Invoke-Captured {
            1..2 | ForEach-Object { New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Metadata @{ team = 'a' } -Wait }
        }
        $result.Errors | Should -BeNullOrEmpty
        $result.Output.Status | Should -Be @('succeeded', 'succeeded')
        $result.Output[0].Metadata.Count | Should -Be 0
        @($result.Warnings) | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike '*keeps no metadata*Get-FineTuningJob -First 5*'
    }

    It 'says each time that a key is not kept' {
        $result = Invoke-Captured {
            1..2 | ForEach-Object { New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -IdempotencyKey nightly }
        }
        @($result.Warnings) | Should -HaveCount 2
        "$($result.Warnings[0])" | Should -BeLike "*did not keep the key 'nightly'*"
    }

    It 'tells of a lost creation, and makes no second job' {
        $before = @(Get-FineTuningJob).Count
        Set-FineTuningServerFault 'CreateJob:after_work,status=500,count=1', 'ListJobs:status=403,count=1'
        $result = Invoke-Captured { New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -WarningAction SilentlyContinue }
        Clear-FineTuningServerFault
        $result.Output | Should -BeNullOrEmpty
        Get-ErrorText $result.Errors | Should -BeLike '*may have been created*A second job costs money again*'
        @(Get-FineTuningJob).Count | Should -Be ($before + 1)
    }

    It 'says that it cannot pause' {
        $result = Invoke-Captured { Suspend-FineTuningJob (Get-FineTuningJob -First 1) }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'EndpointNotFound,*'
        Get-ErrorText $result.Errors | Should -BeLike '*pausing and graders below a dated version*'
    }
}
