# Runs the scripts of docs/recipes as they stand, in a PowerShell without a screen or a keyboard, against the local
# server.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    # Once is enough: the recipes are about what surrounds the module.
    $elsewhere = (Get-TestRun) -ne 'net8.0'
    $scripts = Get-ChildItem "$PSScriptRoot/../../docs/recipes" -Filter *.ps1 -Recurse | ForEach-Object {
        @{ Path = $_.FullName; Name = "$($_.Directory.Name)/$($_.Name)" }
    }
    $missing = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object {
        -not (Get-Module $_ -ListAvailable)
    }
}

Describe 'The recipes' -Skip:$elsewhere {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestTools.psm1" -Force
        $recipes = (Resolve-Path "$PSScriptRoot/../../docs/recipes").ProviderPath
        $key = 'sk-recipe-Gg71mZ20'
        $missing = 'Microsoft.PowerShell.SecretManagement', 'Microsoft.PowerShell.SecretStore' | Where-Object {
            -not (Get-Module $_ -ListAvailable)
        }
        $server = Start-FineTuningServer -Memory -ApiKey (ConvertTo-TestKey $key) -PassThru
        $file = New-TestDataset (Join-Path $TestDrive train.jsonl)
        $broken = Join-Path $TestDrive broken.jsonl
        [IO.File]::WriteAllText($broken, "no json`n")
        $badFile = Send-FineTuningFile $broken -SkipCheck

        # A profile of its own for the account that the recipes run as.
        $apart = (New-Item (Join-Path $TestDrive account) -ItemType Directory).FullName
        $account = @{ HOME = $apart; XDG_DATA_HOME = "$apart/data"; XDG_CONFIG_HOME = "$apart/config"; XDG_CACHE_HOME = "$apart/cache"; USERPROFILE = $apart; LOCALAPPDATA = "$apart/local"; APPDATA = "$apart/roaming" }
        $null = New-Item "$apart/data", "$apart/config", "$apart/cache", "$apart/local",
            "$apart/roaming" -ItemType Directory
        # The module is found by its name, as one that is installed.
        $modules = (New-Item (Join-Path $TestDrive modules) -ItemType Directory).FullName
        $null = New-Item "$modules/FineTuning/bin" -ItemType Directory
        Copy-Item (Get-TestManifest) "$modules/FineTuning"
        Get-ChildItem (Join-Path (Split-Path (Get-TestManifest)) bin) -Exclude server |
            Copy-Item -Destination "$modules/FineTuning/bin" -Recurse
        $account.PSModulePath = "$modules$([IO.Path]::PathSeparator)$env:PSModulePath"

        function Invoke-Recipe([string] $Script, [string] $Arguments, [hashtable] $Environment = @{}) {
            $all = $account.Clone()
            foreach ($name in $Environment.Keys) { $all[$name] = $Environment[$name] }
            Invoke-ChildPwsh -Bare -Environment $all "& '$recipes/$Script' $Arguments; exit `$LASTEXITCODE"
        }

        function Initialize-Account([string] $Script) {
            $result = Invoke-ChildPwsh -Bare -Environment $account "`$ErrorActionPreference = 'Stop'`n$Script"
            $result.Errors | Should -BeNullOrEmpty
            $result.ExitCode | Should -Be 0
        }

        if (-not $missing) {
            Initialize-Account @"
Import-Module Microsoft.PowerShell.SecretStore, Microsoft.PowerShell.SecretManagement
Reset-SecretStore -Authentication None -Interaction None -Force -WarningAction Ignore -Confirm:`$false
Register-SecretVault -Name NAME -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
Set-Secret service '$key'
Set-Secret proxy ([pscredential]::new('porter', (ConvertTo-SecureString 'pw-recipe-Kk88' -AsPlainText -Force)))
"@
        }
    }

    AfterAll {
        $server | Stop-FineTuningServer
    }

    Describe 'The script <Name>' -ForEach $scripts {
        BeforeAll {
            $tree = [Management.Automation.Language.Parser]::ParseFile($Path, [ref] $null, [ref] $null)
            $text = Get-Content -LiteralPath $Path -Raw
        }

        It 'begins with its help, an example and all parameters' {
            $help = Get-Help $Path
            $help.Synopsis | Should -Not -BeLike "*$(Split-Path $Path -Leaf)*"
            @($help.examples.example).Count | Should -BeGreaterThan 0
            foreach ($parameter in $tree.ParamBlock.Parameters.Name.VariablePath.UserPath) {
                (Get-Help $Path -Parameter $parameter).description |
                    Should -Not -BeNullOrEmpty -Because "-$parameter must be explained"
            }
        }

        It 'is strict, stops at errors, and holds no secret' {
            $text | Should -Match '(?m)^Set-StrictMode -Version 3\.0\n\$ErrorActionPreference = ''Stop''$'
            $text | Should -Not -Match 'AsPlainText|sk-|password\s*=\s*[''"]'
        }

        It 'is short enough to be copied' {
            (Get-Content -LiteralPath $Path).Count | Should -BeLessThan 80
        }
    }

    It 'are all in the index, which names nothing that is not there' {
        $index = Get-Content "$recipes/README.md" -Raw
        $linked = [regex]::Matches($index, '\]\(([^):]+)\)') | ForEach-Object { $_.Groups[1].Value }
        $there = Get-ChildItem $recipes -File -Recurse | Where-Object Name -NE README.md | ForEach-Object {
            [IO.Path]::GetRelativePath($recipes, $_.FullName).Replace('\', '/')
        }
        $linked | Sort-Object | Should -Be ($there | Sort-Object)
    }

    Context 'for Azure Automation' -Skip:(-not (Get-Command Start-FineTuningServer).Parameters.ContainsKey('Dialect')) {
        BeforeAll {
            if (-not ('IdentityStub' -as [type])) { Add-Type -Path "$PSScriptRoot/Stubs.cs" }
            $azure = Start-FineTuningServer -Memory -Dialect Azure -ApiKey (ConvertTo-TestKey 'token-of-the-runbook') -PassThru
            $azureConnection = Get-FineTuningConnection
            Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey $key)
            $stub = [IdentityStub]::new('header-of-the-host', 'token-of-the-runbook')
            $runbook = @{ IDENTITY_ENDPOINT = $stub.Endpoint; IDENTITY_HEADER = 'header-of-the-host' }
            $resource = ([uri] "$($azure.Endpoint)").GetLeftPart('Authority')
        }

        AfterAll {
            if ($stub) { $stub.Dispose() }
            $azure | Stop-FineTuningServer
        }

        It 'the job is created once, however often the runbook runs' {
            $first = Invoke-Recipe azure-automation/create-job.ps1 "-AzureResource $resource -TrainingFile '$file'" $runbook
            $first.Errors | Should -BeNullOrEmpty
            $first.ExitCode | Should -Be 0
            "$($first.Output)" | Should -Match '^nightly-\d{4}-\d\d-\d\d is job ftjob-\w+, which is \w+$'
            $again = Invoke-Recipe azure-automation/create-job.ps1 "-AzureResource $resource -TrainingFile '$file'" $runbook
            ("$($again.Output)" -replace ',.*') | Should -Be ("$($first.Output)" -replace ',.*')
            @(Get-FineTuningJob -Connection $azureConnection).Count | Should -Be 1
        }

        It 'the identity of the account is asked for, and the client id if one is given' {
            $null = Invoke-Recipe azure-automation/check-job.ps1 "-AzureResource $resource -ClientId 11111111-2222-3333-4444-555555555555" $runbook
            $stub.Requests[0] | Should -BeLike '*resource=https%3A%2F%2Fcognitiveservices.azure.com*'
            $stub.Requests[-1] | Should -BeLike '*client_id=11111111-2222-3333-4444-555555555555*'
        }

        It 'the later check finds it by its key' {
            $null = Invoke-Recipe azure-automation/create-job.ps1 "-AzureResource $resource -TrainingFile '$file' -IdempotencyKey checked" $runbook
            $id = (Get-FineTuningJob -Connection $azureConnection -Metadata @{ idempotency_key = 'checked' } |
                Wait-FineTuningJob -Connection $azureConnection).Id
            foreach ($run in 1..2) {
                $result = Invoke-Recipe azure-automation/check-job.ps1 "-AzureResource $resource -IdempotencyKey checked" $runbook
                $result.Errors | Should -BeNullOrEmpty
                "$($result.Output)" | Should -BeLike "checked is job $id, which made *"
            }
        }

        It 'the check ends with an error if the job failed' {
            $bad = Send-FineTuningFile $broken -SkipCheck -Connection $azureConnection
            $null = Invoke-Recipe azure-automation/create-job.ps1 "-AzureResource $resource -TrainingFile $($bad.Id) -IdempotencyKey doomed" $runbook
            $null = Get-FineTuningJob -Connection $azureConnection -Metadata @{ idempotency_key = 'doomed' } |
                Wait-FineTuningJob -Connection $azureConnection -ErrorAction Ignore
            $result = Invoke-Recipe azure-automation/check-job.ps1 "-AzureResource $resource -IdempotencyKey doomed" $runbook
            $result.ExitCode | Should -Be 1
            $result.Errors | Should -Match 'doomed is job ftjob-\w+, which failed'
        }

        It 'and if there is none' {
            $result = Invoke-Recipe azure-automation/check-job.ps1 "-AzureResource $resource -IdempotencyKey never" $runbook
            $result.ExitCode | Should -Be 1
            $result.Errors | Should -Match 'No job carries the key never'
        }
    }

    Context 'for a scheduled task' -Skip:([bool] $missing) {
        BeforeAll {
            Initialize-Account "Connect-FineTuning $($server.Endpoint) -SecretName service -Name nightly -Save"
            $log = Join-Path $TestDrive run-job.log
        }

        It 'runs with a saved connection, tells its log, and may run twice' {
            foreach ($run in 1..2) {
                $result = Invoke-Recipe scheduled-task/run-job.ps1 "-TrainingFile '$file' -LogFile '$log' -IdempotencyKey task"
                $result.Errors | Should -BeNullOrEmpty
                $result.ExitCode | Should -Be 0
            }
            $lines = Get-Content $log
            $lines | Should -HaveCount 4
            $lines[1] | Should -Match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ Job ftjob-\w+ made ft:'
            $lines[3].Substring(20) | Should -Be $lines[1].Substring(20)
        }

        It 'ends with 1 and the reason in the log if the job failed' {
            $result = Invoke-Recipe scheduled-task/run-job.ps1 "-TrainingFile $($badFile.Id) -LogFile '$log' -IdempotencyKey task-fails"
            $result.ExitCode | Should -Be 1
            Get-Content $log -Tail 1 | Should -BeLike '*Z JobFailed,*'
        }

        It 'ends with 1 and the reason in the log if the connection was never saved' {
            $result = Invoke-Recipe scheduled-task/run-job.ps1 "-TrainingFile '$file' -LogFile '$log' -ConnectionName nobody"
            $result.ExitCode | Should -Be 1
            Get-Content $log -Tail 1 | Should -BeLike '*nobody*'
            Get-Content $log -Raw | Should -Not -Match $key
        }
    }

    Context 'for GitHub Actions' {
        BeforeAll {
            function Invoke-Step([string] $TrainingFile, [string] $Commit) {
                $summary = Join-Path $TestDrive "summary-$Commit.md"
                $outputs = Join-Path $TestDrive "output-$Commit.txt"
                $result = Invoke-Recipe github-actions/run-job.ps1 "-TrainingFile '$TrainingFile'" @{
                    OPENAI_BASE_URL = "$($server.Endpoint)"
                    OPENAI_API_KEY = $key
                    GITHUB_SHA = $Commit
                    GITHUB_RUN_ID = '7'
                    GITHUB_STEP_SUMMARY = $summary
                    GITHUB_OUTPUT = $outputs
                }
                $result | Add-Member Summary (Get-Content $summary)
                $result | Add-Member Outputs (Get-Content $outputs -Raw) -PassThru
            }
        }

        It 'writes a summary and the model, and finds the job again in a second run' {
            $first = Invoke-Step $file abc123
            $first.Errors | Should -BeNullOrEmpty
            $first.ExitCode | Should -Be 0
            $first.Summary[2] | Should -Match '^\| ftjob-\w+ \| succeeded \| ft:\S+ \| \d+ \|$'
            $first.Outputs | Should -Match '^model=ft:\S+\s*$'
            $again = Invoke-Step $file abc123
            $again.Summary[-1] | Should -Be $first.Summary[2]
        }

        It 'fails the step if the job failed, in a way that GitHub shows' {
            $result = Invoke-Step $badFile.Id def456
            $result.ExitCode | Should -Be 1
            $result.Output | Should -BeLike '::error title=Fine-tuning::*'
            $result.Summary[2] | Should -Match '\| failed \|'
            "$($result.Output) $($result.Errors) $($result.Summary)" | Should -Not -Match $key
        }
    }

    Context 'for Key Vault' -Skip:([bool] $missing) {
        It 'takes the key out of the vault that is named' {
            $expected = (Get-FineTuningJob -First 2).Id
            $result = Invoke-Recipe key-vault/list-jobs.ps1 "-Endpoint $($server.Endpoint) -SecretName service -Vault NAME -First 2 | ForEach-Object Id"
            $result.Errors | Should -BeNullOrEmpty
            $result.Output | Should -Be $expected
        }

        It 'stops where the vault is not' {
            $result = Invoke-Recipe key-vault/list-jobs.ps1 "-Endpoint $($server.Endpoint) -SecretName service -Vault nowhere"
            $result.ExitCode | Should -Be 1
            $result.Errors | Should -Match 'vault nowhere'
        }
    }

    Context 'for a proxy' -Skip:([bool] $missing) {
        BeforeAll {
            if (-not ('ForwardProxy' -as [type])) { Add-Type -Path "$PSScriptRoot/ForwardProxy.cs" }
            $proxy = [ForwardProxy]::new('porter', 'pw-recipe-Kk88')
        }

        AfterAll { $proxy.Dispose() }

        It 'sends the file through the proxy, which it tells who it is' {
            $result = Invoke-Recipe proxy/send-file.ps1 "'$(New-TestDataset (Join-Path $TestDrive proxied.jsonl) -Count 400)' -Endpoint $($server.Endpoint) -SecretName service -Proxy $($proxy.Address) -ProxySecretName proxy | ForEach-Object Id"
            $result.Errors | Should -BeNullOrEmpty
            $result.ExitCode | Should -Be 0
            (Get-FineTuningFile "$($result.Output)").FileName | Should -Be 'proxied.jsonl'
            $proxy.Lines | Should -Contain "sent POST $($server.Endpoint)/files HTTP/1.1"
        }

        It 'stops where the proxy does not know the account' {
            $before = @(Get-FineTuningFile).Count
            $result = Invoke-Recipe proxy/send-file.ps1 "'$file' -Endpoint $($server.Endpoint) -SecretName service -Proxy $($proxy.Address)"
            $result.ExitCode | Should -Be 1
            $result.Errors | Should -Match 'proxy'
            @(Get-FineTuningFile).Count | Should -Be $before
        }
    }

    Context 'for reinforcement with a grader' -Skip:([bool] $missing) {
        BeforeAll {
            Initialize-Account "Connect-FineTuning $($server.Endpoint) -SecretName service -Name work -Save"
            function New-ItemFile([string] $Name, [string] $Sentence, [string] $Field = 'answer') {
                $words = [ordered]@{ billing = 'invoice', 'refund', 'charge'; shipping = 'parcel', 'courier',
                    'customs'; login = 'password', 'username', 'lock'; hardware = 'screen', 'battery', 'cable' }
                $lines = foreach ($answer in $words.Keys) {
                    foreach ($word in $words[$answer]) {
                        [ordered]@{ messages = @(@{ role = 'user'; content = $Sentence -f $word }); $Field = $answer } |
                            ConvertTo-Json -Compress -Depth 5
                    }
                }
                $path = Join-Path $TestDrive $Name
                [IO.File]::WriteAllText($path, ($lines -join "`n") + "`n")
                $path
            }
            $items = New-ItemFile items.jsonl 'a question about my {0} please'
            $others = New-ItemFile others.jsonl 'something is wrong with the {0}'
            $show = '| ForEach-Object { "$($_.Model) $($_.Score)" }'
        }

        It 'makes a table of the checkpoints and a model that the grader likes; a second run finds the job' {
            foreach ($run in 1..2) {
                $result = Invoke-Recipe reinforcement/train-with-grader.ps1 "-TrainingFile '$items' -ValidationFile '$others' -Parameter @{ EpochCount = 25; BatchSize = 4; Seed = 3 } $show"
                $result.Errors | Should -BeNullOrEmpty
                $result.ExitCode | Should -Be 0
                $rows = @($result.Output -match '^ft:')
                $rows | Should -HaveCount 3
                $rows[0, 1] | ForEach-Object { $_ | Should -BeLike 'ft:*:ckpt-step-* *' }
                [double]::Parse(($rows[2] -split ' ')[-1], [cultureinfo]::InvariantCulture) |
                    Should -BeGreaterThan 0.6 -Because 'one answer in four is right by chance'
            }
            @(Get-FineTuningJob | Where-Object { $_.Metadata['idempotency_key'] -like 'grader-*' }) |
                Should -HaveCount 1
        }

        It 'trains nothing when <why>' -ForEach @(
            @{ why = 'the grader names a field that the items do not have'; field = 'answer'; ask = 'solution'; says = 'The grader has errors' }
            @{ why = 'all items have the same answer'; field = 'same'; ask = 'same'; says = 'same answer' }
        ) {
            $before = @(Get-FineTuningJob).Count
            $odd = New-ItemFile "$ask.jsonl" 'about the {0}' $field
            [IO.File]::WriteAllText($odd, ([IO.File]::ReadAllText($odd) -replace '"same":"\w+"', '"same":"yes"'))
            $result = Invoke-Recipe reinforcement/train-with-grader.ps1 "-TrainingFile '$items' -ValidationFile '$odd' -AnswerField $ask"
            $result.ExitCode | Should -Not -Be 0
            $result.Errors | Should -Match $says
            @(Get-FineTuningJob).Count | Should -Be $before
        }
    }

    Context 'for several tenants' -Skip:([bool] $missing) {
        BeforeAll {
            $second = Start-FineTuningServer -Memory -ApiKey (ConvertTo-TestKey 'sk-recipe-second') -PassThru
            Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey $key)
            Initialize-Account @"
Set-Secret second 'sk-recipe-second'
Connect-FineTuning $($server.Endpoint) -SecretName service -Name east -Save
Connect-FineTuning $($second.Endpoint) -SecretName second -Name west -Save
Connect-FineTuning http://127.0.0.1:9/v1 -SecretName second -Name gone -SkipCheck -Save
"@
            $table = '| ForEach-Object { "$($_.Connection) $($_.Job) $($_.Status) $($_.Problem)" }'
        }

        AfterAll { $second | Stop-FineTuningServer }

        It 'makes a job in each, once, and a table of all' {
            foreach ($run in 1..2) {
                $result = Invoke-Recipe several-tenants/train-everywhere.ps1 "-ConnectionName east, west -TrainingFile '$file' -IdempotencyKey tenants $table"
                $result.Errors | Should -BeNullOrEmpty
                $result.ExitCode | Should -Be 0
                $result.Output | Should -HaveCount 2
                $result.Output[0] | Should -Match '^east ftjob-\w+ succeeded $'
                $result.Output[1] | Should -Match '^west ftjob-\w+ succeeded $'
            }
            @(Get-FineTuningJob -Metadata @{ idempotency_key = 'tenants' }).Count | Should -Be 1
        }

        It 'goes on with the others when one is out of reach, and ends with 1' {
            $result = Invoke-Recipe several-tenants/train-everywhere.ps1 "-ConnectionName gone, west -TrainingFile '$file' -IdempotencyKey tenants $table"
            $result.ExitCode | Should -Be 1
            $result.Output[0] | Should -BeLike 'gone   *127.0.0.1:9*'
            $result.Output[1] | Should -Match '^west ftjob-\w+ succeeded $'
        }
    }
}
