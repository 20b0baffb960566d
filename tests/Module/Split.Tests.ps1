BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $id = { param($name) "$name,FineTuning.Commands.SplitFineTuningDatasetCommand" }
}

Describe 'Split-FineTuningDataset' {
    BeforeEach {
        $folder = (New-Item (Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))) -ItemType Directory).FullName
        $source = New-TestDataset (Join-Path $folder data.jsonl) -Count 60
    }
    AfterEach { Get-ChildItem $folder -Filter *.part | Should -BeNullOrEmpty -Because 'nothing half is left' }

    It 'splits a file in two beside it' {
        $split = Split-FineTuningDataset $source
        $split.GetType().FullName | Should -Be 'FineTuning.Output.DatasetSplit'
        $split.SourcePath | Should -Be $source
        $split.TrainingPath, $split.ValidationPath |
            Should -Be @((Join-Path $folder data.train.jsonl), (Join-Path $folder data.valid.jsonl))
        $split.TrainingCount, $split.ValidationCount, $split.Seed | Should -Be @(48, 12, 42)
        Get-Content $split.TrainingPath | Should -HaveCount 48
        @(Get-Content $split.TrainingPath, $split.ValidationPath) | Sort-Object |
            Should -Be (Get-Content $source | Sort-Object)
    }

    It 'takes a share, a count and a seed' {
        (Split-FineTuningDataset $source -ValidationFraction 0.5 -Force).ValidationCount | Should -Be 30
        (Split-FineTuningDataset $source -ValidationCount 7 -Force).ValidationCount | Should -Be 7
        $first = Get-Content (Split-FineTuningDataset $source -Seed 1 -Force).ValidationPath
        Get-Content (Split-FineTuningDataset $source -Seed 2 -Force).ValidationPath | Should -Not -Be $first
        Get-Content (Split-FineTuningDataset $source -Seed 1 -Force).ValidationPath | Should -Be $first
    }

    It 'keeps the proportions of the answers' {
        $split = Split-FineTuningDataset $source -Stratify
        $split.Labels.Label | Sort-Object | Should -Be @('blue', 'green', 'red')
        $split.Labels.ValidationCount | Should -Be @(4, 4, 4)
        $split.Labels[0].TrainingCount | Should -Be 16
        $split | Out-String | Should -Match 'blue \(16 \+ 4\)'
        $split.Labels | Out-String | Should -Match 'Label\s+TrainingCount\s+ValidationCount'
    }

    It 'takes the label from a field' {
        $rows = 1..20 | ForEach-Object { [pscustomobject]@{ prompt = "p$_"; team = "team $($_ % 2)"; other = 1 } }
        $rows | ConvertTo-FineTuningDataset $source -Format Reinforcement -Force
        (Split-FineTuningDataset $source -LabelField team).Labels.Label | Sort-Object | Should -Be @('team 0', 'team 1')
    }

    It 'refuses answers that are no labels' {
        1..1100 | ForEach-Object { @{ prompt = 'p'; completion = "$_" } } |
            ConvertTo-FineTuningDataset $source -Format Completion -Force
        $result = Invoke-Captured { Split-FineTuningDataset $source -Stratify }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id TooManyLabels)
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidData'
        $result.Errors.TargetObject | Should -Be $source
        Get-ErrorText $result.Errors |
            Should -BeLike 'data.jsonl cannot be split*1000 different answers*without keeping proportions*'
    }

    It 'pipes on to a check of both files' {
        $report = Split-FineTuningDataset $source | Test-FineTuningDataset
        $report.ExampleCount, $report.Validation.ExampleCount | Should -Be @(48, 12)
        $report.IsValid | Should -BeTrue
    }

    It 'pipes on to a job' {
        $server = Start-FineTuningServer -Memory -PassThru
        try {
            $job = Split-FineTuningDataset $source -ValidationCount 5 |
                New-FineTuningJob -Model local-small -EpochCount 1
            (Get-FineTuningFile $job.TrainingFile).FileName | Should -Be 'data.train.jsonl'
            (Get-FineTuningFile $job.ValidationFile).FileName | Should -Be 'data.valid.jsonl'
            $null = Wait-FineTuningJob $job
        } finally { $server | Stop-FineTuningServer }
    }

    It 'takes files from the pipeline, paths, drives and names in brackets' {
        $odd = New-TestDataset (Join-Path $folder 'odd [1].jsonl')
        (Get-ChildItem $folder | Split-FineTuningDataset).SourcePath | Sort-Object |
            Should -Be (@($source, $odd) | Sort-Object)
        ($source | Split-FineTuningDataset -Force).SourcePath | Should -Be $source
        ([pscustomobject]@{ Path = $odd } | Split-FineTuningDataset -Force).SourcePath | Should -Be $odd
        (Split-FineTuningDataset "TestDrive:/$(Split-Path $folder -Leaf)/data.jsonl" -Force).TrainingCount |
            Should -Be 48
        Push-Location $folder
        try { (Split-FineTuningDataset ./data.jsonl -TrainingPath a.jsonl -ValidationPath ./b.jsonl).ValidationPath |
            Should -Be (Join-Path $folder b.jsonl) } finally {
            Pop-Location
        }
    }

    It 'reports a missing file and goes on' {
        $result = Invoke-Captured { (Join-Path $folder none.jsonl), $source | Split-FineTuningDataset }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id PathNotFound)
        $result.Output | Should -HaveCount 1
    }

    It 'keeps files that exist unless -Force is given' {
        'before' | Set-Content (Join-Path $folder data.valid.jsonl)
        $result = Invoke-Captured { Split-FineTuningDataset $source }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id FileExists)
        Get-ErrorText $result.Errors | Should -BeLike '*-Force*-ValidationPath*'
        Join-Path $folder data.train.jsonl | Should -Not -Exist
        (Split-FineTuningDataset $source -Force).ValidationCount | Should -Be 12
    }

    It 'does not write one target twice, nor over the source' {
        $other = New-TestDataset (Join-Path $folder other.jsonl)
        $result = Invoke-Captured {
            $source, $other | Split-FineTuningDataset -TrainingPath (Join-Path $folder t.jsonl) -Force
        }
        $result.Output | Should -HaveCount 1
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id TargetUsedTwice)
        $result = Invoke-Captured { Split-FineTuningDataset $source -TrainingPath $source -Force }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id InvalidOptions)
        Get-Content $source | Should -HaveCount 60
    }

    It 'refuses <why>' -ForEach @(
        @{ why = 'a share of 1'; with = @{ ValidationFraction = 1 }; name = 'InvalidOptions' }
        @{ why = 'more than there are'; with = @{ ValidationCount = 60 }; name = 'CountTooLarge' }
    ) {
        (Invoke-Captured { Split-FineTuningDataset $source @with }).Errors.FullyQualifiedErrorId |
            Should -Be (& $id $name)
        @(Get-ChildItem $folder) | Should -HaveCount 1
    }

    It 'names what is no lines of JSON' {
        [IO.File]::WriteAllText($source, (Get-Content $source -Raw), [Text.Encoding]::Unicode)
        $result = Invoke-Captured { Split-FineTuningDataset $source }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id NotLines)
        Get-ErrorText $result.Errors | Should -BeLike '*UTF-16*FT1002*Repair-FineTuningDataset*'
    }

    It 'writes nothing with -WhatIf' {
        Split-FineTuningDataset $source -WhatIf | Should -BeNullOrEmpty
        @(Get-ChildItem $folder) | Should -HaveCount 1
    }

    It 'leaves no file after Ctrl+C' {
        $null = New-TestDataset $source -Count 150000
        $pipeline = Start-TestPipeline 'param($a) while ($true) { $s = Split-FineTuningDataset $a -Force; Remove-Item $s.TrainingPath, $s.ValidationPath; 1 }' $source
        try {
            Wait-Until { $pipeline.Output.Count -gt 0 -and
                (Get-ChildItem $folder -Filter *.part) } -Because 'the writing has begun'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
    }

    It 'stops with the pipeline after the first' {
        $other = New-TestDataset (Join-Path $folder other.jsonl)
        ($source, $other | Split-FineTuningDataset | Select-Object -First 1).SourcePath | Should -Be $source
        Join-Path $folder other.train.jsonl | Should -Not -Exist
    }
}
