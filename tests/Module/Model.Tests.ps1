# Models that jobs made. Azure's API deletes none.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $azure = Test-Azure
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $valid = New-TestDataset (Join-Path $TestDrive valid.jsonl) -Count 4 -Word other
    $first = New-FineTuningJob gpt-4o-mini $train -Suffix support -EpochCount 3 -BatchSize 4 -Wait
    $second = New-FineTuningJob gpt-4.1-mini $train -EpochCount 1 -BatchSize 12 -Wait
    function Get-Line { (Get-ServerRequest $server).line -replace '\?.*' -replace '(?<=models/).+', 'X' }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Get-FineTunedModel' {
    BeforeEach { Clear-ServerRequest $server }

    It 'lists what jobs made, newest first, each with its job' {
        $models = @(Get-FineTunedModel)
        $models | Should -HaveCount 4
        $models[0].GetType().FullName | Should -Be 'FineTuning.Output.FineTunedModel'
        $models[0].Model | Should -Be $second.FineTunedModel
        $models[0].BaseModel | Should -Be 'gpt-4.1-mini'
        $models[0].JobId | Should -Be $second.Id
        $own = $models | Where-Object Model -EQ $first.FineTunedModel
        $own.JobId | Should -Be $first.Id
        $own.BaseModel, $own.Suffix | Should -Be @('gpt-4o-mini', 'support')
        $own.CreatedAt.Kind | Should -Be 'Local'
        ([datetime]::Now - $own.CreatedAt).TotalMinutes | Should -BeLessThan 10
        if (Test-Azure) { $own.Organization | Should -BeNullOrEmpty } else { $own.Organization | Should -Be 'local' }
        $own.OwnedBy | Should -Match 'small local model'
        $steps = $models | Where-Object Step
        $steps.Step | Sort-Object | Should -Be @(3, 6)
        $steps.JobId | Select-Object -Unique | Should -Be $first.Id
        Get-Line | Should -Be @('GET /v1/models', 'GET /v1/fine_tuning/jobs')
    }

    It 'lists all models with -All' {
        $all = @(Get-FineTunedModel -All)
        $all.Model | Should -Contain 'gpt-4o-mini'
        $base = $all | Where-Object Model -EQ 'gpt-4o-mini'
        $base.BaseModel, $base.JobId, $base.RetiresAt | Should -Be @($null, $null, $null)
        $base.OwnedBy | Should -Be 'system'
        $all.Model | Should -Contain $first.FineTunedModel
    }

    It 'takes wildcards' {
        @(Get-FineTunedModel *gpt-4o-MINI*) | Should -HaveCount 3
        (Get-FineTunedModel gpt-4o-2024* -All).Model | Should -Be 'gpt-4o-2024-08-06'
        Get-FineTunedModel nothing* | Should -BeNullOrEmpty
    }

    It 'shows <what> without listing models' -ForEach @(
        @{ what = 'a name'; give = { $first.FineTunedModel } }
        @{ what = 'a job'; give = { $first } }
        @{ what = 'a checkpoint'; give = { Get-FineTuningCheckpoint $first -First 1 } }
        @{ what = 'a model'; give = { Get-FineTunedModel | Where-Object Model -EQ $first.FineTunedModel } }
        @{ what = 'a row'; give = { [pscustomobject]@{ Model = $first.FineTunedModel } } }
        @{ what = 'a stored job'; give = { $first |
            Export-Clixml "$TestDrive/j.xml"; Import-Clixml "$TestDrive/j.xml" } }
    ) {
        $given = & $give
        Clear-ServerRequest $server
        $model = $given | Get-FineTunedModel
        $model.Model, $model.JobId, $model.BaseModel | Should -Be @($first.FineTunedModel, $first.Id, 'gpt-4o-mini')
        @(Get-Line)[0] | Should -Be 'GET /v1/models/X'
        Get-Line | Should -Not -Contain 'GET /v1/models'
    }

    It 'of many models asks for the jobs once' {
        $names = (Get-FineTunedModel).Model
        Clear-ServerRequest $server
        $null = $names | Get-FineTunedModel
        @((Get-Line) -eq 'GET /v1/fine_tuning/jobs') | Should -HaveCount 1
        $null = $first, $second | Get-FineTunedModel
        @((Get-Line) -eq 'GET /v1/fine_tuning/jobs') | Should -HaveCount 1 -Because 'a job brings its id along'
    }

    It 'shows a base model by its name' { (Get-FineTunedModel gpt-4o-mini).OwnedBy | Should -Be 'system' }

    It 'pages with -First and -Skip' {
        $names = (Get-FineTunedModel).Model
        (Get-FineTunedModel -First 1 -Skip 1).Model | Should -Be $names[1]
        (Get-FineTunedModel | Select-Object -First 2).Model | Should -Be $names[0..1]
    }

    It 'says of a name that is not there that it is not, and goes on' {
        $result = Invoke-Captured { 'ft:none', $first.FineTunedModel | Get-FineTunedModel }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'ModelNotFound,FineTuning.Commands.GetFineTunedModelCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Errors.TargetObject | Should -Be 'ft:none'
        Get-ErrorText $result.Errors[0] | Should -Match 'Get-FineTunedModel lists'
        $result.Output.Model | Should -Be $first.FineTunedModel
    }

    It 'refuses <what> and says what to do' -ForEach @(
        @{ what = 'the id of a job'; give = { $first.Id }; words = '*Get-FineTuningJob ftjob-*' }
        @{ what = 'the id of a file'; give = { $first.TrainingFile }; words = '*id of a file*' }
        @{ what = 'the id of a checkpoint'; give = { 'ftckpt_abc' }; words = '*Get-FineTuningCheckpoint*' }
        @{ what = 'a file'; give = { Get-FineTuningFile $first.TrainingFile }; words = '*A file (file-*) is not a model*' }
        @{ what = 'an event'; give = { Get-FineTuningEvent $first -First 1 }; words = '*An event*' }
        @{ what = 'a process'; give = { Get-Process -Id $PID }; words = '*Process names no model*' }
    ) {
        $result = Invoke-Captured { & $give | Get-FineTunedModel }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'NotModelIdentity,FineTuning.Commands.GetFineTunedModelCommand'
        "$($result.Errors)" | Should -BeLike $words
        Get-ErrorText $result.Errors[0] | Should -Match 'pipe a job that succeeded'
    }

    It 'refuses a job that has made nothing yet, in words' {
        $paused = New-PausedJob (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 500)
        $result = Invoke-Captured { $paused | Get-FineTunedModel }
        "$($result.Errors)" | Should -BeLike "*$paused has made no model; its status is 'paused'*"
        $null = $paused | Stop-FineTuningJob
    }

    It 'knows models by their names where jobs cannot be listed' {
        Set-FineTuningServerFault 'ListJobs:status=404'
        try {
            $result = Invoke-Captured { Get-FineTunedModel }
            $result.Warnings | Should -HaveCount 1
            "$($result.Warnings)" | Should -BeLike '*may lack models*jobs could not be listed*'
            (Invoke-Captured { Get-FineTunedModel ft:*, gpt* }).Warnings | Should -HaveCount 1 -Because 'once is enough'
            (Invoke-Captured { Get-FineTunedModel -All }).Warnings |
                Should -BeNullOrEmpty -Because 'no model is missing then'
            $result.Errors | Should -BeNullOrEmpty
            $models = @($result.Output | Where-Object { $_ -is [FineTuning.Output.FineTunedModel] })
            $models | Should -HaveCount 4
            $models.JobId | Where-Object { $_ } | Should -BeNullOrEmpty
            $models[0].BaseModel | Should -Be 'gpt-4.1-mini'
        } finally { Clear-FineTuningServerFault }
    }

    It 'has a view, and survives ConvertTo-Json and Export-Clixml' {
        $model = Get-FineTunedModel | Where-Object Model -EQ $first.FineTunedModel
        $text = $model | Out-String -Width 160
        $text | Should -Match 'Base\s+Age\s+Retires\s+Job\s+Model'
        $text | Should -Match "gpt-4o-mini\s+\S+\s+…$($first.Id.Substring($first.Id.Length - 8))\s+$([regex]::Escape($first.FineTunedModel))"
        ($model | ConvertTo-Json | ConvertFrom-Json).JobId | Should -Be $first.Id
        $model | Export-Clixml "$TestDrive/m.xml"
        (Import-Clixml "$TestDrive/m.xml" | Get-FineTunedModel).Model | Should -Be $first.FineTunedModel
    }

    It 'stops at once with Ctrl+C' {
        Set-FineTuningServerFault 'ListModels:delay_ms=60000'
        $pipeline = Start-TestPipeline 'param($a) Get-FineTunedModel -Connection $a' (Get-FineTuningConnection)
        try {
            Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'the request hangs'
            (Stop-TestPipeline $pipeline).TotalSeconds | Should -BeLessThan 5
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
    }

    It 'completes names of models that jobs made, newest first' {
        $line = 'Get-FineTunedModel '
        $offered = (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText
        $offered | Should -Be (Get-FineTunedModel).Model
    }
}

Describe 'A model that the service retires' {
    It 'shows its last day as the service names it' {
        $body = '{"object":"list","data":[{"id":"ft:gpt-4o-mini:acme::x","object":"model","created":1700000000,"owned_by":"acme","shutdown_date":"2027-01-06"}]}'
        Set-FineTuningServerFault "ListModels:status=200,body='$body'"
        try {
            $model = Get-FineTunedModel
            $model.RetiresAt | Should -Be ([datetime]::new(2027, 1, 6))
            $model.Organization | Should -Be 'acme'
            $model.JobId | Should -BeNullOrEmpty
            $model | Out-String -Width 160 | Should -Match '\s2027-01-06\s'
        } finally { Clear-FineTuningServerFault }
    }
}

Describe 'Get-FineTuningCheckpoint -Best' {
    It 'shows by which number it is the best' {
        $job = New-FineTuningJob gpt-4o-mini $train -ValidationFile $valid -EpochCount 2 -BatchSize 6 -Wait
        $best = $job | Get-FineTuningCheckpoint -Best
        $best.BestBy | Should -Be 'full_valid_loss'
        $text = $best | Out-String -Width 160
        $text | Should -Match 'Job\s+Step\s+BestBy\s+Model'
        $text | Should -Match "full_valid_loss \d\S*\s+$([regex]::Escape($best.Model))"
        ($best | Get-FineTunedModel).JobId | Should -Be $job.Id
    }
}

Describe 'Remove-FineTunedModel' -Skip:$azure {
    BeforeEach { Clear-ServerRequest $server }

    It 'deletes <what>' -ForEach @(
        @{ what = 'the model of a job'; give = { $job }; left = 0 }
        @{ what = 'a model by its name'; give = { $job.FineTunedModel }; left = 0 }
        @{ what = 'what Get-FineTunedModel emits'; give = { Get-FineTunedModel $job.FineTunedModel }; left = 0 }
        @{ what = 'a checkpoint'; give = { Get-FineTuningCheckpoint $job -First 1 }; left = 0 }
    ) {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -BatchSize 12 -Wait
        & $give | Remove-FineTunedModel -Confirm:$false | Should -BeNullOrEmpty
        @(Get-FineTunedModel | Where-Object JobId -EQ $job.Id) | Should -HaveCount $left
    }

    It 'says of one that is gone that it is' {
        $result = Invoke-Captured { Remove-FineTunedModel ft:gpt-4o-mini:local::gone -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'ModelNotFound,FineTuning.Commands.RemoveFineTunedModelCommand'
        $result.Errors.TargetObject | Should -Be 'ft:gpt-4o-mini:local::gone'
    }

    It 'tells the refusal of a base model in the words of the service, and what can be deleted' {
        $result = Invoke-Captured { Remove-FineTunedModel gpt-4o-mini -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'PermissionDenied,FineTuning.Commands.RemoveFineTunedModelCommand'
        Get-ErrorText $result.Errors[0] |
            Should -BeLike "*insufficient permissions to delete the model 'gpt-4o-mini'*Only models that jobs made can be deleted: Get-FineTunedModel*"
    }

    It 'refuses <what>, whose model is another' -ForEach @(
        @{ what = 'a grader'; give = { New-Grader -ScoreModel -Model judge -InputTemplate '{{ sample.output_text }}' }; says = '*A grader is not a model*' }
        @{ what = 'a grader out of JSON'; give = { (New-Grader -ScoreModel -Model judge -InputTemplate '{{ sample.output_text }}').ToJson() | ConvertFrom-Json }; says = '*A grader is not a model*' }
        @{ what = 'a stored grader'; give = { New-Grader -ScoreModel -Model judge -InputTemplate '{{ sample.output_text }}' | Export-Clixml "$TestDrive/g.xml"; Import-Clixml "$TestDrive/g.xml" }; says = '*A grader is not a model*' }
        @{ what = 'the measure of a dataset'; give = { Measure-FineTuningDataset $train }; says = '*A report on a dataset is not a model*' }
        @{ what = 'a stored measure'; give = { Measure-FineTuningDataset $train |
            Export-Clixml "$TestDrive/d.xml"; Import-Clixml "$TestDrive/d.xml" }; says = '*A report on a dataset is not a model*' }
    ) {
        $result = Invoke-Captured { & $give | Remove-FineTunedModel -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'NotModelIdentity,FineTuning.Commands.RemoveFineTunedModelCommand'
        "$($result.Errors)" | Should -BeLike $says
        Get-Line | Should -Not -BeLike 'DELETE*'
    }

    It 'refuses a file' {
        $result = Invoke-Captured { Get-FineTuningFile $first.TrainingFile | Remove-FineTunedModel -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'NotModelIdentity,FineTuning.Commands.RemoveFineTunedModelCommand'
        Get-Line | Should -Not -BeLike 'DELETE*'
    }

    It 'with -WhatIf sends nothing' {
        $first, $second | Remove-FineTunedModel -WhatIf
        Get-Line | Should -BeNullOrEmpty
    }

    It 'asks, and where nobody can answer it fails' {
        $result = Invoke-ChildPwsh @"
Import-Module '$(Get-TestManifest)'
Connect-FineTuning $($server.Endpoint) -ApiKey (ConvertTo-SecureString sk-any -AsPlainText -Force) -SkipCheck
Remove-FineTunedModel '$($first.FineTunedModel)'
"@
        $result.Errors | Should -Not -BeNullOrEmpty
        (Get-FineTunedModel $first).Model | Should -Be $first.FineTunedModel
    }

    It 'stops at once with Ctrl+C' {
        Set-FineTuningServerFault 'DeleteModel:delay_ms=60000'
        $pipeline = Start-TestPipeline 'param($a) Remove-FineTunedModel $a[0] -Confirm:$false -Connection $a[1]' @(
            $first.FineTunedModel, (Get-FineTuningConnection)
        )
        try {
            Wait-Until { (Get-FineTuningServerFault).Hits -gt 0 } -Because 'the request hangs'
            (Stop-TestPipeline $pipeline).TotalSeconds | Should -BeLessThan 5
        } finally {
            $pipeline.Shell.Dispose()
            Clear-FineTuningServerFault
        }
    }
}

Describe 'Remove-FineTunedModel on Azure' -Skip:(-not $azure) {
    It 'says that Azure deletes none' {
        $result = Invoke-Captured { $first | Remove-FineTunedModel -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'EndpointNotFound,FineTuning.Commands.RemoveFineTunedModelCommand'
        Get-ErrorText $result.Errors[0] | Should -BeLike '*Azure OpenAI deletes no models over this API*'
    }
}
