BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $folder = (New-Item (Join-Path $TestDrive data) -ItemType Directory).FullName
    $train = New-TestDataset (Join-Path $folder train.jsonl)
    $valid = New-TestDataset (Join-Path $folder valid.jsonl) -Count 4 -Word other
    $odd = New-TestDataset (Join-Path $folder 'odd [1] name.jsonl') -Count 3 -Word odd
    $broken = Join-Path $TestDrive broken.jsonl
    $lines = [IO.File]::ReadAllLines($train)
    $lines[3] = '{"messages":[{"role":"user","content":"cut'
    [IO.File]::WriteAllText($broken, ($lines -join "`n") + "`n")
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Send-FineTuningFile' {
    BeforeEach { Clear-ServerRequest $server }

    It 'uploads a file and emits it' {
        $file = Send-FineTuningFile $train
        $file.GetType().FullName | Should -Be 'FineTuning.Output.FineTuningFile'
        $file.Id | Should -BeLike 'file-*'
        $file.FileName, $file.Purpose, $file.Bytes | Should -Be @('train.jsonl', 'fine-tune', (Get-Item $train).Length)
        ((Get-Date) - $file.CreatedAt).TotalMinutes | Should -BeLessThan 5
        (Get-ServerRequest $server).line | Should -Be 'POST /v1/files'
    }

    It 'takes wildcards' {
        $files = Send-FineTuningFile (Join-Path $folder '*a*i*.jsonl')
        $files.FileName | Sort-Object | Should -Be @('train.jsonl', 'valid.jsonl')
    }

    It 'takes paths of the current location' {
        Push-Location $folder
        try { (Send-FineTuningFile ./train.jsonl, valid.jsonl).FileName |
            Should -Be @('train.jsonl', 'valid.jsonl') } finally {
            Pop-Location
        }
    }

    It 'takes files from the pipeline, whatever their names' {
        $files = Get-ChildItem $folder | Send-FineTuningFile
        $files.FileName | Sort-Object | Should -Be @('odd [1] name.jsonl', 'train.jsonl', 'valid.jsonl')
    }

    It 'takes -LiteralPath as it is' {
        (Send-FineTuningFile -LiteralPath $odd).FileName | Should -Be 'odd [1] name.jsonl'
    }

    It 'takes paths from the pipeline' {
        ($train, $valid | Send-FineTuningFile).FileName | Should -Be @('train.jsonl', 'valid.jsonl')
    }

    It 'reports a missing file and goes on' {
        $missing = Join-Path $folder none.jsonl
        $result = Invoke-Captured { $missing, $valid | Send-FineTuningFile }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'PathNotFound,FineTuning.Commands.SendFineTuningFileCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Errors.TargetObject | Should -Be $missing
        $result.Output.FileName | Should -Be 'valid.jsonl'
    }

    It 'reports a file that cannot be read and goes on' -Skip:(-not $IsLinux) {
        # Even an administrator cannot read the unmapped start of a process's memory.
        $result = Invoke-Captured { '/proc/self/mem', $valid | Send-FineTuningFile -SkipCheck }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileNotRead,FineTuning.Commands.SendFineTuningFileCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ReadError'
        $result.Output.FileName | Should -Be 'valid.jsonl'
    }

    It 'refuses a bad line before it sends anything, names the line, and goes on' {
        $result = Invoke-Captured { $broken, $valid | Send-FineTuningFile }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidDataset,FineTuning.Commands.SendFineTuningFileCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'InvalidData'
        Get-ErrorText $result.Errors | Should -BeLike '*broken.jsonl*line 4*'
        $result.Errors.TargetObject | Should -Be $broken
        $result.Output.FileName | Should -Be 'valid.jsonl'
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'sends it unchecked with -SkipCheck' {
        (Send-FineTuningFile $broken -SkipCheck).FileName | Should -Be 'broken.jsonl'
    }

    It 'does not check what is no training data' {
        (Send-FineTuningFile $broken -Purpose user_data).Purpose | Should -Be 'user_data'
    }

    It 'tells of warnings' {
        $twice = Join-Path $TestDrive twice.jsonl
        [IO.File]::WriteAllText($twice, [IO.File]::ReadAllText($valid) * 2)
        $result = Invoke-Captured { Send-FineTuningFile $twice }
        $result.Output | Should -HaveCount 1
        "$($result.Warnings)" | Should -BeLike '*twice.jsonl*'
    }

    It 'sends nothing with -WhatIf' {
        Send-FineTuningFile $train, $valid -WhatIf | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'refuses a purpose that the service does not have' {
        $result = Invoke-Captured { Send-FineTuningFile $train -Purpose nonsense }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'InvalidRequest,FineTuning.Commands.SendFineTuningFileCommand'
        Get-ErrorText $result.Errors | Should -BeLike '*nonsense*fine-tune*'
    }
}

Describe 'Send-FineTuningFile with content that is at the service' {
    BeforeAll {
        $known = New-TestDataset (Join-Path $TestDrive known.jsonl) -Word known
        $copy = Copy-Item $known (Join-Path $TestDrive copy.jsonl) -PassThru
        $first = Send-FineTuningFile $known
    }
    BeforeEach { Clear-ServerRequest $server }

    It 'emits that and says so' {
        $file = Send-FineTuningFile $copy -InformationVariable told 6> $null
        $file.Id | Should -Be $first.Id
        "$told" | Should -BeLike "copy.jsonl is at the service already, as $($first.Id) since *"
        $told.Tags | Should -Contain 'PSHOST' -Because 'it is shown at the prompt'
        (Get-ServerRequest $server).line | Should -Be "GET /v1/files/$($first.Id)"
    }

    It 'sends it again with -Force' {
        $again = Send-FineTuningFile $known -Force
        $again.Id | Should -Not -Be $first.Id
        (Get-ServerRequest $server).line | Should -Be 'POST /v1/files'
    }

    It 'sends it again when the service has it no more' {
        $gone = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive gone.jsonl) -Word gone)
        Remove-FineTuningFile $gone -Confirm:$false
        (Send-FineTuningFile (Join-Path $TestDrive gone.jsonl)).Id | Should -Not -Be $gone.Id
    }

    It 'is not sent for a job either' {
        $job = New-FineTuningJob gpt-4o-mini $known -InformationVariable told 6> $null
        (Get-ServerRequest $server | Where-Object operation -EQ CreateFile) | Should -BeNullOrEmpty
        $job.TrainingFile | Should -BeLike 'file-*'
        "$told" | Should -BeLike '*nothing was sent*'
    }

    It 'sends nothing and asks nothing with -WhatIf' {
        Send-FineTuningFile $copy -WhatIf | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }
}

Describe 'Send-FineTuningFile in parts' {
    BeforeAll {
        function New-Bytes([string] $Name, [int] $Megabytes) {
            $bytes = [byte[]]::new($Megabytes * 1MB - 7)
            [Random]::new($Name.GetHashCode()).NextBytes($bytes)
            $path = Join-Path $TestDrive $Name
            [IO.File]::WriteAllBytes($path, $bytes)
            $path
        }
        function Get-Operation { (Get-ServerRequest $server).operation }
        function Test-NoUpload([string] $Path, [switch] $Force) {
            # Azure's v1 has no uploads in parts.
            Clear-ServerRequest $server
            $result = Invoke-Captured { Send-FineTuningFile $Path -PartSizeMB 1 -Purpose user_data -Force:$Force }
            $result.Errors.FullyQualifiedErrorId |
                Should -Be 'PartsNotSupported,FineTuning.Commands.SendFineTuningFileCommand'
            $result.Output | Should -BeNullOrEmpty
            Get-Operation | Should -Be CreateUpload
        }
    }
    BeforeEach { Clear-ServerRequest $server }
    AfterEach { Clear-FineTuningServerFault }

    It 'sends parts of the size that is asked for' {
        $large = New-Bytes parts.bin 3
        if (Test-Azure) { Test-NoUpload $large; return }
        $file = Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data
        Get-Operation | Should -Be @(
            'CreateUpload', 'AddUploadPart', 'AddUploadPart', 'AddUploadPart', 'CompleteUpload'
        )
        $target = (New-Item (Join-Path $TestDrive back) -ItemType Directory).FullName
        (Get-FileHash (Receive-FineTuningFile $file $target)).Hash | Should -Be (Get-FileHash $large).Hash
    }

    It 'says that an upload with -Force goes on without it' {
        $large = New-Bytes forced.bin 4
        if (Test-Azure) { Test-NoUpload $large -Force; return }
        Set-FineTuningServerFault 'AddUploadPart:skip=2,status=400'
        $result = Invoke-Captured { Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data -Force }
        "$($result.Warnings)" | Should -BeLike '*the same command without -Force goes on from there*'
        Clear-FineTuningServerFault
        (Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data).Bytes | Should -Be (Get-Item $large).Length
    }

    It 'goes on with the same command, from parts that it names' {
        $large = New-Bytes resumed.bin 8
        if (Test-Azure) { 1..2 | ForEach-Object { Test-NoUpload $large }; return }
        Set-FineTuningServerFault 'AddUploadPart:skip=4,status=400'
        $result = Invoke-Captured { Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'InvalidRequest,*'
        "$($result.Warnings)" | Should -Match "^\d of 8 parts of 'resumed.bin' are at the service: the same command goes on from there until (\d{4}-\d\d-\d\d )?\d\d:\d\d\.$"
        $there = [int] "$($result.Warnings)".Substring(0, 1)
        Clear-FineTuningServerFault
        Clear-ServerRequest $server
        $file = Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data -Verbose 4>&1 | Where-Object {
            $_ -is [FineTuning.Output.FineTuningFile]
        }
        $file.Bytes | Should -Be (Get-Item $large).Length
        @((Get-Operation) -eq 'AddUploadPart') | Should -HaveCount (8 - $there)
    }

    It 'refuses a file that has changed since, and begins anew with -Force' {
        $large = New-Bytes changed.bin 8
        if (Test-Azure) { Test-NoUpload $large; [IO.File]::AppendAllText($large, 'more'); Test-NoUpload $large; return }
        Set-FineTuningServerFault 'AddUploadPart:skip=4,status=400'
        $null = Invoke-Captured { Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data }
        Clear-FineTuningServerFault
        [IO.File]::AppendAllText($large, 'more')
        $result = Invoke-Captured { Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileChanged,FineTuning.Commands.SendFineTuningFileCommand'
        Get-ErrorText $result.Errors | Should -BeLike '*changed.bin*-Force*'
        $result.Errors.TargetObject | Should -Be $large
        (Send-FineTuningFile $large -PartSizeMB 1 -Purpose user_data -Force).Bytes | Should -Be (Get-Item $large).Length
        Get-Operation | Should -Contain 'CancelUpload'
    }

    It 'refuses a part size of <size>' -ForEach @(@{ size = 65 }, @{ size = 0 }, @{ size = -1 }) {
        $result = Invoke-Captured { Send-FineTuningFile $train -PartSizeMB $size }
        $result.Terminating.FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'refuses an empty file and goes on' {
        $empty = (New-Item (Join-Path $TestDrive empty.jsonl)).FullName
        $result = Invoke-Captured { $empty, $valid | Send-FineTuningFile -SkipCheck 6> $null }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'EmptyFile,FineTuning.Commands.SendFineTuningFileCommand'
        $result.Output | Should -HaveCount 1
    }

    It 'refuses a folder' {
        $result = Invoke-Captured { Send-FineTuningFile $folder -PartSizeMB 1 }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'PathIsFolder,FineTuning.Commands.SendFineTuningFileCommand'
    }
}
