# Projects' rights to checkpoints. Azure has none: its tests are at the end, all others are of OpenAI's dialect.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $azure = Test-Azure
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $own = Get-FineTuningConnection
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 3 -BatchSize 4 -Wait
    $other = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -BatchSize 12 -Wait
    $checkpoints = @(Get-FineTuningCheckpoint $job)
    $model = $job.FineTunedModel
    function Connect-Key([string] $Key, [hashtable] $More = @{}) {
        Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey $Key) -SkipCheck -MaxRetryCount 0 -PassThru @More
    }
    function Clear-Permission {
        $job, $other | Get-FineTuningCheckpoint | Get-CheckpointPermission | Revoke-CheckpointPermission -Confirm:$false
    }
    function Get-Line { (Get-ServerRequest $server).line -replace '(?<=checkpoints/)[^/]+', 'X' }
    # A connection that a test made is not the session's for the next one.
    function Reset-Session {
        Connect-FineTuning -SkipCheck $server.Endpoint -ApiKey (ConvertTo-TestKey sk-admin-session)
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Permissions of checkpoints' -Skip:$azure {
    BeforeAll { Reset-Session }
    BeforeEach {
        Clear-Permission
        Clear-ServerRequest $server
    }

    Context 'Grant-CheckpointPermission' {
        It 'grants many projects in one request, and emits a permission for each' {
            $granted = Grant-CheckpointPermission $model -ProjectId proj_a, proj_b, proj_a
            $granted | Should -HaveCount 2
            $granted[0].GetType().FullName | Should -Be 'FineTuning.Output.CheckpointPermission'
            $granted.ProjectId | Should -Be @('proj_a', 'proj_b')
            $granted.Checkpoint | Should -Be @($model, $model)
            $granted.Id | Should -BeLike 'cp_*'
            $granted[0].CreatedAt.Kind | Should -Be 'Local'
            ([datetime]::Now - $granted[0].CreatedAt).TotalMinutes | Should -BeLessThan 5
            Get-Line | Should -Be @('POST /v1/fine_tuning/checkpoints/X/permissions')
        }

        It 'emits what was granted before a request that failed' {
            Set-FineTuningServerFault 'CreatePermissions:skip=1,status=403'
            try { $result = Invoke-Captured { Grant-CheckpointPermission $model -ProjectId (1..120 |
                ForEach-Object { "proj_$_" }) } } finally {
                Clear-FineTuningServerFault
            }
            $result.Output.ProjectId | Should -Be @(1..100 | ForEach-Object { "proj_$_" })
            $result.Errors | Should -HaveCount 1
            $result.Errors.FullyQualifiedErrorId | Should -BeLike 'PermissionDenied,*'
        }

        It 'takes what is granted already for granted' {
            $first = Grant-CheckpointPermission $model proj_a
            $again = Grant-CheckpointPermission $model proj_b, proj_a
            $again.ProjectId | Should -Be @('proj_b', 'proj_a')
            $again[1].Id | Should -Be $first.Id
            @(Get-CheckpointPermission $model) | Should -HaveCount 2
        }

        It 'takes <what>' -ForEach @(
            @{ what = 'the name of a model'; give = { $model }; expected = { $model } }
            @{ what = 'a job'; give = { $job }; expected = { $model } }
            @{ what = 'a checkpoint'; give = { $checkpoints[1] }; expected = { $checkpoints[1].Model } }
            @{ what = 'the id of a checkpoint'; give = { $checkpoints[1].Id }; expected = { $checkpoints[1].Model } }
            @{ what = 'a permission'; give = { Grant-CheckpointPermission $model proj_x }; expected = { $model } }
            @{ what = 'a row with a model'; give = { [pscustomobject]@{ Model = $model } }; expected = { $model } }
            @{ what = 'a row with a checkpoint'; give = { [pscustomobject]@{
                Checkpoint = $checkpoints[1].Id
            } }; expected = { $checkpoints[1].Model } }
            @{ what = 'the answer of the service'; give = { [pscustomobject]@{
                id = $checkpoints[1].Id; fine_tuned_model_checkpoint = $checkpoints[1].Model
            } }; expected = { $checkpoints[1].Model } }
            @{ what = 'a stored job'; give = { $job |
                Export-Clixml "$TestDrive/job.xml"; Import-Clixml "$TestDrive/job.xml" }; expected = { $model } }
        ) {
            $granted = & $give | Grant-CheckpointPermission -ProjectId proj_a
            $granted.Checkpoint | Should -Be (& $expected)
            $granted.ProjectId | Should -Be 'proj_a'
        }

        It 'takes checkpoint and project from the columns of a table' {
            "Checkpoint,ProjectId`n$model,proj_a`n$($checkpoints[1].Model),proj_b" | Set-Content "$TestDrive/grants.csv"
            $granted = Import-Csv "$TestDrive/grants.csv" | Grant-CheckpointPermission
            $granted.Checkpoint | Should -Be @($model, $checkpoints[1].Model)
            $granted.ProjectId | Should -Be @('proj_a', 'proj_b')
        }

        It 'goes on from the best checkpoint' {
            $granted = Get-FineTuningCheckpoint $job -Best | Grant-CheckpointPermission -ProjectId p1, p2
            $granted.Checkpoint | Select-Object -Unique | Should -Be (Get-FineTuningCheckpoint $job -Best).Model
            $granted.ProjectId | Should -Be @('p1', 'p2')
        }

        It 'asks once a checkpoint with -WhatIf, names the projects and sends nothing' {
            $result = Invoke-ChildPwsh @"
Import-Module '$(Get-TestManifest)'
Connect-FineTuning $($server.Endpoint) -ApiKey (ConvertTo-SecureString sk-admin-x -AsPlainText -Force) -SkipCheck
'$model', '$($checkpoints[1].Id)' | Grant-CheckpointPermission -ProjectId proj_a, proj_b -WhatIf
"@
            $told = @($result.Output -match 'What if')
            $told | Should -HaveCount 2
            $told[0] | Should -BeLike "*Grant use to proj_a, proj_b*$model*"
            Get-Line | Should -BeNullOrEmpty
        }

        It 'looks for a grant whose answer was lost, and does not send it again' {
            Set-FineTuningServerFault 'CreatePermissions:after_work,drop,count=1'
            try {
                (Grant-CheckpointPermission $model proj_a, proj_b).ProjectId | Should -Be @('proj_a', 'proj_b')
                @((Get-Line) -like 'POST*') | Should -HaveCount 1
            } finally { Clear-FineTuningServerFault }
        }

        It 'says of a model that is not there that it is not, and goes on' {
            $result = Invoke-Captured { 'ft:none', $model | Grant-CheckpointPermission -ProjectId proj_a }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'CheckpointNotFound,FineTuning.Commands.GrantCheckpointPermissionCommand'
            $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            $result.Errors.TargetObject | Should -Be 'ft:none'
            Get-ErrorText $result.Errors[0] | Should -Match 'Get-FineTuningCheckpoint'
            $result.Output.Checkpoint | Should -Be $model
        }

        It 'refuses <what>' -ForEach @(
            @{ what = 'the id of a job'; give = { $job.Id }; words = "*id of a job*Get-FineTuningJob $($job)*" }
            @{ what = 'a file'; give = { Get-FineTuningFile $job.TrainingFile }; words = '*file*not a model*' }
            @{ what = 'an event'; give = { Get-FineTuningEvent $job -First 1 }; words = '*event*' }
            @{ what = 'a job without a model'; give = { [pscustomobject]@{
                Id = 'ftjob-1'; Status = 'failed'; Model = 'gpt-4o-mini'; FineTunedModel = $null
            } }; words = "*made no model*'failed'*" }
            @{ what = 'a number'; give = { 7 }; words = '*Int32 names no model*' }
        ) {
            $result = Invoke-Captured { & $give | Grant-CheckpointPermission -ProjectId proj_a }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'NotCheckpointIdentity,FineTuning.Commands.GrantCheckpointPermissionCommand'
            "$($result.Errors)" | Should -BeLike $words
            $result.Output | Should -BeNullOrEmpty
        }
    }

    Context 'Get-CheckpointPermission' {
        It 'lists page by page, in the order of the service, -First and -Skip' {
            $projects = 0..119 | ForEach-Object { 'proj_{0:000}' -f $_ }
            $null = Grant-CheckpointPermission $model $projects
            Clear-ServerRequest $server
            $all = @(Get-CheckpointPermission $model)
            $all.ProjectId | Should -Be $projects[119..0]
            Get-Line | Should -HaveCount 2
            (Get-CheckpointPermission $model -Order ascending).ProjectId | Should -Be $projects
            (Get-CheckpointPermission $model -Order Descending -First 2 -Skip 1).ProjectId |
                Should -Be @('proj_118', 'proj_117')
            (Get-CheckpointPermission $model -Order ascending -First 1 -Skip 110).ProjectId | Should -Be 'proj_110'
            (Get-CheckpointPermission $model -ProjectId proj_005).ProjectId | Should -Be 'proj_005'
            (Get-CheckpointPermission $model -ProjectId proj_005, proj_115, none -Order ascending).ProjectId |
                Should -Be @('proj_005', 'proj_115')
            Clear-ServerRequest $server
            (Get-CheckpointPermission $model | Select-Object -First 3).ProjectId | Should -Be $projects[119..117]
            Get-Line | Should -HaveCount 1
            (Get-CheckpointPermission $model -First 1 -IncludeTotalCount)[0].ToString() |
                Should -Be 'Unknown total count'
        }

        It 'lists those of several checkpoints, each with its own' {
            $null = $checkpoints[0], $checkpoints[1] | Grant-CheckpointPermission -ProjectId proj_a
            $listed = $checkpoints | Get-CheckpointPermission
            $listed.Checkpoint | Should -Be @($checkpoints[0].Model, $checkpoints[1].Model)
            ($listed | Format-Table | Out-String) |
                Should -Match "Checkpoint: $([regex]::Escape($checkpoints[1].Model))"
        }

        It 'finds ids of checkpoints with few requests' {
            $null = $checkpoints.Id | Get-CheckpointPermission
            @((Get-Line) -like 'GET /v1/fine_tuning/jobs/*') |
                Should -HaveCount 2 -Because 'the newest job has none of them, the next one all'
            @((Get-Line) -like 'GET /v1/fine_tuning/jobs') + @((Get-Line) -like 'GET /v1/fine_tuning/jobs[?]*') |
                Should -HaveCount 1
        }

        It 'says where it looked for an id that no job has' {
            $result = Invoke-Captured { Get-CheckpointPermission ftckpt_none }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'CheckpointNotFound,FineTuning.Commands.GetCheckpointPermissionCommand'
            "$($result.Errors)" | Should -BeLike "*2 looked through*no 'ftckpt_none'*"
            Get-ErrorText $result.Errors[0] | Should -BeLike '*Get-FineTuningCheckpoint JOB*'
        }

        It 'survives ConvertTo-Json and a file, and goes on from both' {
            $permission = Grant-CheckpointPermission $model proj_a
            ($permission | ConvertTo-Json | ConvertFrom-Json).Checkpoint | Should -Be $model
            $permission | Export-Clixml "$TestDrive/p.xml"
            Import-Clixml "$TestDrive/p.xml" | Revoke-CheckpointPermission -Confirm:$false
            Get-CheckpointPermission $model | Should -BeNullOrEmpty
        }
    }

    Context 'Revoke-CheckpointPermission' {
        BeforeEach {
            $a, $b, $c = Grant-CheckpointPermission $model proj_a, proj_b, proj_c
            Clear-ServerRequest $server
        }

        It 'takes permissions from the pipeline' {
            Get-CheckpointPermission $model -ProjectId proj_a, proj_b | Revoke-CheckpointPermission -Confirm:$false |
                Should -BeNullOrEmpty
            (Get-CheckpointPermission $model).ProjectId | Should -Be 'proj_c'
        }

        It 'takes more of them than a page has, while the list goes on' {
            $null = Grant-CheckpointPermission $model (0..219 | ForEach-Object { "proj_$_" })
            Clear-ServerRequest $server
            Get-CheckpointPermission $model | Revoke-CheckpointPermission -Confirm:$false
            @((Get-ServerRequest $server).method -eq 'GET') | Should -HaveCount 3
            Get-CheckpointPermission $model | Should -BeNullOrEmpty
        }

        It 'of piped permissions revokes only what the parameters name' {
            Get-CheckpointPermission $model | Revoke-CheckpointPermission -ProjectId proj_b -Confirm:$false
            (Get-CheckpointPermission $model).ProjectId | Should -Be @('proj_c', 'proj_a')
            Get-CheckpointPermission $model | Revoke-CheckpointPermission -Id $a.Id -Confirm:$false
            (Get-CheckpointPermission $model).ProjectId | Should -Be 'proj_c'
        }

        It 'takes a checkpoint with ids' {
            Revoke-CheckpointPermission $checkpoints[0] -Id $a.Id, $b.Id -Confirm:$false
            (Get-CheckpointPermission $model).ProjectId | Should -Be 'proj_c'
            Get-Line | Select-Object -First 2 |
                Should -Be @("DELETE /v1/fine_tuning/checkpoints/X/permissions/$($a.Id)",
                    "DELETE /v1/fine_tuning/checkpoints/X/permissions/$($b.Id)")
        }

        It 'takes a checkpoint with projects, and goes on past one that has no right' {
            $result = Invoke-Captured {
                Revoke-CheckpointPermission $job -ProjectId proj_a, proj_none, proj_b -Confirm:$false
            }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'PermissionNotFound,FineTuning.Commands.RevokeCheckpointPermissionCommand'
            $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
            "$($result.Errors)" | Should -BeLike "*'proj_none' has no permission for '$model'*"
            (Get-CheckpointPermission $model).ProjectId | Should -Be 'proj_c'
        }

        It 'takes rows with a project' {
            [pscustomobject]@{ Checkpoint = $model; ProjectId = 'proj_b' } | Revoke-CheckpointPermission -Confirm:$false
            (Get-CheckpointPermission $model).ProjectId | Should -Be @('proj_c', 'proj_a')
        }

        It 'says of a permission that is gone that it is' {
            $result = Invoke-Captured { $a, $a | Revoke-CheckpointPermission -Confirm:$false }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'PermissionNotFound,FineTuning.Commands.RevokeCheckpointPermissionCommand'
            Get-ErrorText $result.Errors[0] | Should -Match 'Get-CheckpointPermission'
        }

        It 'says of a checkpoint that is gone that it is' {
            $result = Invoke-Captured { Revoke-CheckpointPermission ft:none -Id cp_x -Confirm:$false }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'CheckpointNotFound,FineTuning.Commands.RevokeCheckpointPermissionCommand'
        }

        It 'asks which permission is meant, rather than to take all' {
            $result = Invoke-Captured { $job | Revoke-CheckpointPermission -Confirm:$false }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'NotPermissionIdentity,FineTuning.Commands.RevokeCheckpointPermissionCommand'
            Get-ErrorText $result.Errors[0] | Should -Match '-ProjectId or -Id'
            Get-Line | Should -BeNullOrEmpty
        }

        It 'with -WhatIf sends nothing' {
            Revoke-CheckpointPermission $checkpoints[0].Id -ProjectId proj_a -WhatIf
            $a | Revoke-CheckpointPermission -WhatIf
            Get-Line | Should -BeNullOrEmpty
        }

        It 'asks before each, where nobody can answer it fails' {
            $result = Invoke-ChildPwsh @"
Import-Module '$(Get-TestManifest)'
Connect-FineTuning $($server.Endpoint) -ApiKey (ConvertTo-SecureString sk-admin-x -AsPlainText -Force) -SkipCheck
Get-CheckpointPermission '$model' | Revoke-CheckpointPermission
"@
            $result.Errors | Should -Not -BeNullOrEmpty
            @(Get-CheckpointPermission $model) | Should -HaveCount 3
        }
    }

    Context 'Keys' {
        AfterEach { Reset-Session }

        It 'an ordinary key is told that it is one, and how to give an admin key' {
            $null = Connect-Key sk-ordinary
            foreach ($script in { Grant-CheckpointPermission $model proj_a }, { Get-CheckpointPermission $model },
                { Revoke-CheckpointPermission $model -ProjectId proj_a -Confirm:$false }) {
                $result = Invoke-Captured $script
                $result.Errors.FullyQualifiedErrorId |
                    Should -BeLike 'PermissionDenied,FineTuning.Commands.*CheckpointPermissionCommand'
                $result.Errors.CategoryInfo.Category | Should -Be 'PermissionDenied'
                $text = Get-ErrorText $result.Errors[0]
                $text | Should -BeLike '*need an admin key*has none*ordinary key (parameter ApiKey)*'
                $text | Should -BeLike '*-AdminSecretName*OPENAI_ADMIN_KEY*'
                $text | Should -BeLike "*'sk-' and then 'admin-'*" -Because 'the server says what it takes'
            }
        }

        It 'explains a key that is refused once, and not for every checkpoint' {
            $null = Connect-Key sk-ordinary
            $result = Invoke-Captured { $model, 'ft:a:b::c', 'ft:a:b::d' | Get-CheckpointPermission }
            $result.Errors | Should -HaveCount 3
            $advice = $result.Errors.ErrorDetails.RecommendedAction
            $advice[0] | Should -BeLike '*need an admin key*Set-Secret*'
            $advice[1..2] | ForEach-Object {
                $_ | Should -BeLike 'The reason is the same*admin key*'; $_.Length | Should -BeLessThan 120
            }
        }

        It 'the admin key of the environment is used for permissions, the ordinary one for the rest' {
            $result = Invoke-ChildPwsh -Environment @{ OPENAI_API_KEY = 'sk-plain-key-1'; OPENAI_ADMIN_KEY = 'sk-admin-key-1'; OPENAI_BASE_URL = "$($server.Endpoint)" } @"
Import-Module '$(Get-TestManifest)'
(Grant-CheckpointPermission '$($checkpoints[1].Id)' -ProjectId proj_env).Checkpoint
(Get-FineTuningConnection).AdminKeySource
"@
            $result.Errors | Should -BeNullOrEmpty
            $result.Output | Should -Be @($checkpoints[1].Model, 'environment variable OPENAI_ADMIN_KEY')
        }

        It 'an admin key that is refused is named as the one that was sent' {
            $result = Invoke-ChildPwsh -Environment @{ OPENAI_API_KEY = 'sk-plain-key-1'; OPENAI_ADMIN_KEY = 'sk-not-admin-key'; OPENAI_BASE_URL = "$($server.Endpoint)" } @"
Import-Module '$(Get-TestManifest)'
`$e = `$null
Get-CheckpointPermission '$model' -ErrorAction SilentlyContinue -ErrorVariable e
`$e[0].ErrorDetails.RecommendedAction
"@
            "$($result.Output)" | Should -BeLike '*admin key that was sent (environment variable OPENAI_ADMIN_KEY) was refused*'
        }

        It 'a server of this session takes permissions without any key' {
            $own | Should -Not -BeNullOrEmpty
            (Grant-CheckpointPermission $model proj_a -Connection $own).ProjectId | Should -Be 'proj_a'
            $own.AdminKeySource | Should -BeNullOrEmpty
        }

        It 'permissions go on over the connection they came over' {
            $permission = Grant-CheckpointPermission $model proj_a
            $pipeline = Start-TestPipeline 'param($a) $a | Revoke-CheckpointPermission -Confirm:$false; $a | Get-CheckpointPermission' $permission
            try {
                $pipeline.Shell.EndInvoke($pipeline.Async)
                $pipeline.Shell.Streams.Error | Should -BeNullOrEmpty
            } finally { $pipeline.Shell.Dispose() }
            Get-CheckpointPermission $model | Should -BeNullOrEmpty
        }
    }

    Context 'Ctrl+C' {
        BeforeAll {
            Reset-Session
            $connection = Get-FineTuningConnection
        }
        AfterEach { Clear-FineTuningServerFault }

        It 'during <what> returns at once' -ForEach @(
            @{ what = 'a grant'; operation = 'CreatePermissions'; script = 'param($a) Grant-CheckpointPermission $a[0] -ProjectId proj_a -Connection $a[1]' }
            @{ what = 'a list'; operation = 'ListPermissions'; script = 'param($a) Get-CheckpointPermission $a[0] -Connection $a[1]' }
            @{ what = 'the search for an id'; operation = 'ListCheckpoints'; script = 'param($a) Get-CheckpointPermission ftckpt_none -Connection $a[1]' }
            @{ what = 'a revocation'; operation = 'DeletePermission'; script = 'param($a) Revoke-CheckpointPermission $a[0] -Id cp_x -Confirm:$false -Connection $a[1]' }
        ) {
            Set-FineTuningServerFault "${operation}:delay_ms=60000"
            $pipeline = Start-TestPipeline $script @($model, $connection)
            try {
                Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'the request hangs'
                (Stop-TestPipeline $pipeline).TotalSeconds | Should -BeLessThan 5
                $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
                $pipeline.Output.Count | Should -Be 0
            } finally { $pipeline.Shell.Dispose() }
        }
    }

    Context 'Tab' {
        BeforeAll {
            Reset-Session
            function Complete([string] $Line) {
                (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
            }
        }

        It 'offers checkpoints, permissions and projects' {
            $permission = Grant-CheckpointPermission $model proj_a
            Complete 'Get-CheckpointPermission ' | Should -Be @(Get-FineTuningCheckpoint $other, $job).Model
            Complete "Revoke-CheckpointPermission $model -Id " | Should -Be $permission.Id
            Complete "Revoke-CheckpointPermission $model -ProjectId pr" | Should -Be 'proj_a'
            Complete "Get-CheckpointPermission $model -Order a" | Should -Be 'ascending'
            Clear-ServerRequest $server
            Complete "Revoke-CheckpointPermission $($checkpoints[0].Id) -Id " | Where-Object { $_ -like 'cp_*' } |
                Should -BeNullOrEmpty
        }
    }
}

Describe 'Permissions of checkpoints on Azure' -Skip:(-not $azure) {
    It 'are not there, and <name> says so' -ForEach @(
        @{ name = 'Grant'; run = { Grant-CheckpointPermission $model proj_a } }
        @{ name = 'Get'; run = { Get-CheckpointPermission $model } }
        @{ name = 'Revoke'; run = { Revoke-CheckpointPermission $model -Id cp_x -Confirm:$false } }
    ) {
        $result = Invoke-Captured $run
        $result.Errors.FullyQualifiedErrorId |
            Should -Be "EndpointNotFound,FineTuning.Commands.${name}CheckpointPermissionCommand"
        Get-ErrorText $result.Errors[0] | Should -BeLike '*Azure OpenAI has no permissions of checkpoints*'
    }
}
