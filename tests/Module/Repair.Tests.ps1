BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $id = { param($name) "$name,FineTuning.Commands.RepairFineTuningDatasetCommand" }
}

Describe 'Repair-FineTuningDataset' {
    BeforeEach {
        $folder = (New-Item (Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))) -ItemType Directory).FullName
        $source = New-TestDataset (Join-Path $folder data.jsonl)
        $good = [IO.File]::ReadAllText($source)
        $target = Join-Path $folder data.repaired.jsonl
        $lines = @($good.Trim() -split '\n')
        # A mark, CR LF, a comma behind the second line, a blank one, the first again, and a comma within.
        $bad = [char] 0xFEFF + ((@($lines[0], "$($lines[1]),", '', $lines[0]) + $lines[2..10] +
            ($lines[11] -replace '}]}$', '},]}')) -join "`r`n") + "`r`n"
        [IO.File]::WriteAllText($source, $bad)
    }
    AfterEach { Get-ChildItem $folder -Filter *.part | Should -BeNullOrEmpty -Because 'nothing half is left' }

    It 'writes a new file with all mended, and tells of each change' {
        $repair = Repair-FineTuningDataset $source
        $repair.GetType().FullName | Should -Be 'FineTuning.Output.DatasetRepair'
        $repair.SourcePath, $repair.Path, $repair.IsWritten | Should -Be @($source, $target, $true)
        [IO.File]::ReadAllText($target) | Should -BeExactly $good
        [IO.File]::ReadAllText($source) | Should -BeExactly $bad.Substring(1) -Because 'the source is left alone'
        $repair.Changes.Code | Should -Be @('FT1006', 'FT1007', 'FT1105', 'FT1008', 'FT1602', 'FT1105')
        $repair.Changes.Line | Should -Be @(0, 0, 2, 3, 4, 14)
        $repair.Changes[4].Description | Should -Be 'The example, the same as in line 1, was removed.'
        $repair.CountsByCode['FT1602'] | Should -Be 1
        $repair.ExampleCount, $repair.ChangeCount | Should -Be @(12, 6)
        $repair.Remaining.Problems | Should -BeNullOrEmpty
    }

    It 'has a readable view' {
        Add-Content $source '{broken'
        $text = Repair-FineTuningDataset $source | Out-String
        $text | Should -Match 'ExampleCount\s*: 13'
        $text | Should -Match 'Mended\s*: FT1006 byte order mark'
        $text | Should -Match 'FT1602 duplicate example'
        $text | Should -Match 'Remaining\s*: FT1101 not JSON'
        (Repair-FineTuningDataset $target).Changes | Should -BeNullOrEmpty
        Repair-FineTuningDataset $target | Out-String | Should -Match 'nothing to mend, no file written'
        (Repair-FineTuningDataset $source $target -Force).Changes | Out-String |
            Should -Match '2\s+FT1105\s+1 trailing comma was removed'
    }

    It 'survives ConvertTo-Json' {
        (Repair-FineTuningDataset $source | ConvertTo-Json -Depth 4 | ConvertFrom-Json).CountsByCode.FT1007 |
            Should -Be 1
    }

    It 'repairs in place with -Force' {
        $repair = Repair-FineTuningDataset $source -Force
        $repair.Path | Should -Be $source
        [IO.File]::ReadAllText($source) | Should -BeExactly $good
        @(Get-ChildItem $folder) | Should -HaveCount 1
    }

    It 'writes no file where there is nothing to mend, unless it is asked for' {
        [IO.File]::WriteAllText($source, $good)
        $repair = Repair-FineTuningDataset $source
        $repair.Path, $repair.IsWritten, $repair.ChangeCount | Should -Be @($source, $false, 0)
        $target | Should -Not -Exist
        (Repair-FineTuningDataset $source -Destination $target).Path | Should -Be $target
        [IO.File]::ReadAllText($target) | Should -BeExactly $good
    }

    It 'makes lines of <what>' -ForEach @(
        @{ what = 'a JSON array'; code = 'FT1012'; make = { param($rows) ConvertTo-Json @($rows) -Depth 9 } }
        @{ what = 'indented objects'; code = 'FT1013'; make = { param($rows) ($rows |
            ForEach-Object { ConvertTo-Json $_ -Depth 9 }) -join "`n" } }
        @{ what = 'UTF-16'; code = 'FT1002'; encoding = [Text.Encoding]::Unicode; make = { param($rows) ($rows |
            ForEach-Object { ConvertTo-Json $_ -Depth 9 -Compress }) -join "`n" } }
        @{ what = 'carriage returns'; code = 'FT1014'; make = { param($rows) ($rows |
            ForEach-Object { ConvertTo-Json $_ -Depth 9 -Compress }) -join "`r" } }
    ) {
        $encoding = if ($encoding) { $encoding } else { [Text.UTF8Encoding]::new($false) }
        [IO.File]::WriteAllText($source, (& $make ($lines | ConvertFrom-Json)), $encoding)
        $repair = Repair-FineTuningDataset $source
        $repair.CountsByCode.Keys | Should -Be $code
        $repair.Remaining.ErrorCount, $repair.ExampleCount | Should -Be @(0, 12)
        (Get-Content $target | ConvertFrom-Json | ForEach-Object { $_.messages[0].content }) |
            Should -Be ($lines | ConvertFrom-Json | ForEach-Object { $_.messages[0].content })
    }

    It 'mends <what>' -ForEach @(
        @{ what = 'a list on a line'; code = 'FT1012'; make = { param($line) "[$line]" } }
        @{ what = 'curly quotes'; code = 'FT1120'; make = { param($line) $line -replace '"', [char] 0x201C } }
        @{ what = 'a mark within'; code = 'FT1015'; make = { param($line) "$([char] 0xFEFF)$line" } }
        @{ what = 'a comma behind'; code = 'FT1105'; make = { param($line) "$line," } }
        @{ what = 'keys that are null'; code = 'FT1112'; make = { param($line) $line -replace '}$', ',"tools":null}' } }
        @{ what = 'two objects on a line'; code = 'FT1103'; more = 1; make = { param($line) $line + $lines[2] } }
    ) {
        $rest = $lines[(2 + [int] $more)..11]
        [IO.File]::WriteAllText($source, (@($lines[0], (& $make $lines[1])) + $rest -join "`n") + "`n")
        (Test-FineTuningDataset $source).CountsByCode.Keys | Should -Contain $code -Because 'both use one code'
        (Repair-FineTuningDataset $source).CountsByCode.Keys | Should -Be $code
        [IO.File]::ReadAllText($target) | Should -BeExactly $good
    }

    It 'writes a next-line character as an escape' {
        $text = $good.Replace($lines[1], $lines[1].Insert($lines[1].IndexOf('content') + 10, [string] [char] 0x85))
        [IO.File]::WriteAllText($source, $text)
        (Repair-FineTuningDataset $source).CountsByCode.Keys | Should -Be FT1010
        [IO.File]::ReadAllText($target) | Should -BeExactly $text.Replace([string] [char] 0x85, '\u0085')
    }

    It 'takes files from the pipeline, paths, drives and names in brackets' {
        $odd = Join-Path $folder 'odd [1].jsonl'
        [IO.File]::WriteAllText($odd, $bad)
        (Get-ChildItem $folder | Repair-FineTuningDataset).Path |
            Should -Be @($target, (Join-Path $folder 'odd [1].repaired.jsonl'))
        ($source | Repair-FineTuningDataset -Destination (Join-Path $folder a.jsonl)).ChangeCount | Should -Be 6
        ([pscustomobject]@{ Path = $odd } | Repair-FineTuningDataset -Force).Path | Should -Be $odd
        (Repair-FineTuningDataset "TestDrive:/$(Split-Path $folder -Leaf)/data.jsonl" "TestDrive:/b.jsonl").Path |
            Should -Be (Join-Path $TestDrive b.jsonl)
        Push-Location $folder
        try { (Repair-FineTuningDataset ./data.jsonl c.jsonl).Path | Should -Be (Join-Path $folder c.jsonl) } finally {
            Pop-Location
        }
    }

    It 'pipes on' {
        $server = Start-FineTuningServer -Memory -PassThru
        try {
            (Repair-FineTuningDataset $source | Send-FineTuningFile -WarningAction Stop).FileName |
                Should -Be 'data.repaired.jsonl'
            $job = Repair-FineTuningDataset $target | New-FineTuningJob -Model local-small -EpochCount 1
            (Get-FineTuningFile $job.TrainingFile).FileName | Should -Be 'data.repaired.jsonl'
            $null = Wait-FineTuningJob $job
        } finally { $server | Stop-FineTuningServer }
        (Repair-FineTuningDataset $target | Split-FineTuningDataset -ValidationCount 2).SourcePath | Should -Be $target
        Repair-FineTuningDataset $target | Test-FineTuningDataset -Quiet | Should -BeTrue
        (Repair-FineTuningDataset $target | Measure-FineTuningDataset -Model gpt-4o-mini).Examples | Should -Be 12
    }

    It 'reports a missing file and goes on' {
        $result = Invoke-Captured { (Join-Path $folder none.jsonl), $source | Repair-FineTuningDataset }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id PathNotFound)
        $result.Output.Path | Should -Be $target
    }

    It 'keeps files that exist unless -Force is given' {
        'before' | Set-Content $target
        $result = Invoke-Captured { Repair-FineTuningDataset $source }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id FileExists)
        Get-ErrorText $result.Errors | Should -BeLike '*-Force*'
        (Invoke-Captured { Repair-FineTuningDataset $source $target }).Errors.FullyQualifiedErrorId |
            Should -Be (& $id FileExists)
        Get-Content $target | Should -Be 'before'
        (Invoke-Captured { Repair-FineTuningDataset $source $source }).Errors.FullyQualifiedErrorId |
            Should -Be (& $id NotInPlace)
        (Repair-FineTuningDataset $source $target -Force).Path | Should -Be $target
        [IO.File]::ReadAllText($target) | Should -BeExactly $good
    }

    It 'does not write one target twice' {
        $result = Invoke-Captured { $source, $source | Repair-FineTuningDataset -Destination $target -Force }
        $result.Output | Should -HaveCount 1
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id TargetUsedTwice)
    }

    It 'refuses what is no text' {
        [IO.File]::WriteAllBytes($source, [byte[]] (0x1F, 0x8B, 8, 0))
        $result = Invoke-Captured { Repair-FineTuningDataset $source }
        $result.Errors.FullyQualifiedErrorId | Should -Be (& $id NotText)
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidData'
        Get-ErrorText $result.Errors | Should -BeLike 'data.jsonl cannot be repaired. The file is compressed with gzip*Unpack*'
    }

    It 'changes nothing with -WhatIf' {
        Repair-FineTuningDataset $source -WhatIf | Should -BeNullOrEmpty
        Repair-FineTuningDataset $source -Force -WhatIf | Should -BeNullOrEmpty
        [IO.File]::ReadAllText($source) | Should -BeExactly $bad.Substring(1)
        @(Get-ChildItem $folder) | Should -HaveCount 1
    }

    It 'leaves the file as it was after Ctrl+C, also in place' {
        $null = New-TestDataset $source -Count 300000
        $before = [IO.File]::ReadAllText($source).Replace('}]}', '}],}')
        [IO.File]::WriteAllText($source, $before)
        $pipeline = Start-TestPipeline 'param($a) Repair-FineTuningDataset $a -Force' $source
        try {
            Wait-Until { Get-ChildItem $folder -Filter *.part } -Because 'the writing has begun'
            (Stop-TestPipeline $pipeline).TotalMilliseconds | Should -BeLessThan 1000
            $pipeline.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $pipeline.Shell.Dispose() }
        [IO.File]::ReadAllText($source) | Should -BeExactly $before
        @(Get-ChildItem $folder) | Should -HaveCount 1
    }

    It 'goes on after a file that cannot be repaired, to the same destination' {
        [IO.File]::WriteAllBytes($source, [byte[]] (0x1F, 0x8B, 8, 0, 0))
        $good = New-TestDataset (Join-Path $TestDrive 'good-for-destination.jsonl')
        $target = Join-Path $folder out.jsonl
        $result = Invoke-Captured { $source, $good | Repair-FineTuningDataset -Destination $target }
        $result.Errors | Should -HaveCount 1
        $result.Output.Path | Should -Be $target
    }
}
