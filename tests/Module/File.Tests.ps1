BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    $folder = (New-Item (Join-Path $TestDrive data) -ItemType Directory).FullName
    $train = New-TestDataset (Join-Path $folder train.jsonl)
    $valid = New-TestDataset (Join-Path $folder valid.jsonl) -Count 4 -Word other
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Get-FineTuningFile' {
    BeforeAll {
        # A job of a test before that ends now would add its result file to the list.
        Get-FineTuningJob | Stop-FineTuningJob -ErrorAction Ignore | Out-Null
        Get-FineTuningJob | Wait-FineTuningJob -ErrorAction Ignore | Out-Null
        foreach ($old in Get-FineTuningFile) { Remove-FineTuningFile $old -Confirm:$false }
        $files = 1..5 | ForEach-Object {
            Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive "f$_.jsonl") -Count $_)
        }
        $note = Send-FineTuningFile $valid -Purpose user_data
    }
    BeforeEach { Clear-ServerRequest $server }

    It 'lists all files, newest first, with one request' {
        (Get-FineTuningFile).FileName |
            Should -Be @('valid.jsonl', 'f5.jsonl', 'f4.jsonl', 'f3.jsonl', 'f2.jsonl', 'f1.jsonl')
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'lists files of one purpose' {
        (Get-FineTuningFile -Purpose user_data).Id | Should -Be $note.Id
        (Get-ServerRequest $server).path | Should -BeLike '*purpose=user_data*'
    }

    It 'pages with -First and -Skip' {
        (Get-FineTuningFile -First 2 -Skip 1).FileName | Should -Be @('f5.jsonl', 'f4.jsonl')
        (Get-ServerRequest $server).path | Should -Be '/v1/files?limit=3'
        Get-FineTuningFile -First 0 | Should -BeNullOrEmpty
    }

    It 'says with -IncludeTotalCount that nobody knows the total' {
        $answer = @(Get-FineTuningFile -First 2 -IncludeTotalCount)
        $answer | Should -HaveCount 3
        $answer[0].ToString() | Should -Match 'unknown'
    }

    It 'asks for no more pages than Select-Object wants' {
        (Get-FineTuningFile | Select-Object -First 1).FileName | Should -Be 'valid.jsonl'
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'gets by id, by object, by property name and by a property of another object' {
        $id = $files[2].Id
        (Get-FineTuningFile $id).FileName | Should -Be 'f3.jsonl'
        (Get-FineTuningFile -FileId $id).FileName | Should -Be 'f3.jsonl'
        ($id | Get-FineTuningFile).FileName | Should -Be 'f3.jsonl'
        ($files[2] | Get-FineTuningFile).FileName | Should -Be 'f3.jsonl'
        ([pscustomobject]@{ FileId = $id } | Get-FineTuningFile).FileName | Should -Be 'f3.jsonl'
        ([pscustomobject]@{ Id = $id } | Get-FineTuningFile).FileName | Should -Be 'f3.jsonl'
    }

    It 'reports an unknown id and goes on' {
        $result = Invoke-Captured { Get-FineTuningFile file-none, $files[0] }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileNotFound,FineTuning.Commands.GetFineTuningFileCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $result.Errors.TargetObject | Should -Be 'file-none'
        $result.Output.FileName | Should -Be 'f1.jsonl'
    }

    It 'refuses the id of <kind> without asking' -ForEach @(
        @{ kind = 'a job'; id = 'ftjob-abc' }
        @{ kind = 'a model'; id = 'ft:gpt-4o-mini:local::abc' }
    ) {
        $result = Invoke-Captured { Get-FineTuningFile $id }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'NotFileIdentity,FineTuning.Commands.GetFineTuningFileCommand'
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'has a view with id, size, purpose and name' {
        $text = $files[0] | Out-String -Width 160
        foreach ($word in $files[0].Id, 'fine-tune', 'f1.jsonl', ' B ') { $text | Should -BeLike "*$word*" }
    }
}

Describe 'Receive-FineTuningFile' {
    BeforeAll {
        $file = Send-FineTuningFile $train
        $content = [IO.File]::ReadAllText($train)
    }
    BeforeEach {
        $target = (New-Item (Join-Path $TestDrive ([guid]::NewGuid())) -ItemType Directory).FullName
    }

    It 'writes into a folder under the name of the file' {
        $saved = Receive-FineTuningFile $file $target
        $saved | Should -BeOfType ([IO.FileInfo])
        $saved.FullName | Should -Be (Join-Path $target train.jsonl)
        [IO.File]::ReadAllText($saved.FullName) | Should -BeExactly $content
    }

    It 'writes into the current location by default' {
        Push-Location $target
        try { $saved = $file | Receive-FineTuningFile } finally { Pop-Location }
        $saved.FullName | Should -Be (Join-Path $target train.jsonl)
    }

    It 'writes to the name that is given' {
        $saved = Receive-FineTuningFile $file.Id (Join-Path $target new.jsonl)
        $saved.Name | Should -Be 'new.jsonl'
        [IO.File]::ReadAllText($saved.FullName) | Should -BeExactly $content
        Get-ChildItem $target | Should -HaveCount 1 -Because 'nothing half-done stays'
    }

    It 'does not replace a file' {
        $path = Join-Path $target train.jsonl
        [IO.File]::WriteAllText($path, 'mine')
        $result = Invoke-Captured { Receive-FineTuningFile $file $target }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileExists,FineTuning.Commands.ReceiveFineTuningFileCommand'
        $result.Errors.CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-ErrorText $result.Errors | Should -BeLike '*-Force*'
        [IO.File]::ReadAllText($path) | Should -Be 'mine'
    }

    It 'replaces it with -Force' {
        $path = Join-Path $target train.jsonl
        [IO.File]::WriteAllText($path, 'mine')
        $null = Receive-FineTuningFile $file $target -Force
        [IO.File]::ReadAllText($path) | Should -BeExactly $content
    }

    It 'does nothing with -WhatIf' {
        Clear-ServerRequest $server
        Receive-FineTuningFile $file $target -WhatIf | Should -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
        Get-ChildItem $target | Should -BeNullOrEmpty
    }

    It 'fetches the rest of what broke off' {
        $bytes = [byte[]]::new(6MB)
        [Random]::new(3).NextBytes($bytes)
        $large = Join-Path $TestDrive broken-off.bin
        [IO.File]::WriteAllBytes($large, $bytes)
        $sent = Send-FineTuningFile $large -Purpose user_data -Force
        Set-FineTuningServerFault 'GetFileContent:truncate_after=5000000,count=1', 'GetFileContent:status=503'
        $result = Invoke-Captured { Receive-FineTuningFile $sent $target }
        Clear-FineTuningServerFault
        $result.Errors.FullyQualifiedErrorId | Should -BeLike 'ServerError,*'
        $part = Get-ChildItem $target
        $part.Name | Should -BeLike 'broken-off.bin.????????.part'
        "$($result.Warnings)" | Should -BeLike "4.8 MB are kept in '$($part.FullName)': the same command goes on from there."
        Clear-ServerRequest $server
        $saved = Receive-FineTuningFile $sent $target
        (Get-FileHash $saved).Hash | Should -Be (Get-FileHash $large).Hash
        (Get-ServerRequest $server | Where-Object operation -EQ GetFileContent).status | Should -Be 206
        Get-ChildItem $target | Should -HaveCount 1
    }

    It 'reports a folder that is not there' {
        $result = Invoke-Captured { Receive-FineTuningFile $file (Join-Path $target none/file.jsonl) }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'PathNotFound,FineTuning.Commands.ReceiveFineTuningFileCommand'
    }

    It 'reports an unknown id and goes on' {
        $result = Invoke-Captured { 'file-none', $file.Id | Receive-FineTuningFile -Path $target }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'FileNotFound,FineTuning.Commands.ReceiveFineTuningFileCommand'
        $result.Output.Name | Should -Be 'train.jsonl'
    }

    It 'keeps a file with the hostile name <name> in its folder' -ForEach @(
        @{ name = '../../escape.jsonl'; safe = 'escape.jsonl' }
        @{ name = '/ft-no-such-folder/escape.jsonl'; safe = 'escape.jsonl' }
        @{ name = '..\..\escape.jsonl'; safe = 'escape.jsonl' }
        @{ name = '..'; safe = $null }
        @{ name = 'nul.jsonl'; safe = '_nul.jsonl' }
        @{ name = 'a:b*c?.jsonl'; safe = 'abc.jsonl' }
    ) {
        # Sent by hand: no file here can have such a name.
        $form = [Net.Http.MultipartFormDataContent]::new()
        $form.Add([Net.Http.StringContent]::new('fine-tune'), 'purpose')
        $part = [Net.Http.ByteArrayContent]::new([Text.Encoding]::UTF8.GetBytes($content))
        $part.Headers.TryAddWithoutValidation('Content-Disposition',
            "form-data; name=`"file`"; filename=`"$($name.Replace('\', '\\'))`"") | Should -BeTrue
        $form.Add($part)
        $request = [Net.Http.HttpRequestMessage]::new('POST', "$($server.Endpoint)/files")
        $request.Headers.Authorization = 'Bearer any'
        $request.Content = $form
        $http = [Net.Http.HttpClient]::new()
        $answer = $http.Send($request)
        $body = $answer.Content.ReadAsStringAsync().Result
        $http.Dispose()
        $answer.IsSuccessStatusCode | Should -BeTrue -Because $body
        $id = ($body | ConvertFrom-Json).id

        $saved = Receive-FineTuningFile $id $target
        $saved.DirectoryName | Should -Be $target
        $saved.Name | Should -Be $(if ($safe) { $safe } else { $id })
    }
}

Describe 'Receive-FineTuningFile with a result file' {
    BeforeAll {
        $job = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait
        $target = (New-Item (Join-Path $TestDrive results) -ItemType Directory).FullName
    }

    It 'writes the table that it is' {
        $job.ResultFiles | Should -HaveCount 1
        $rows = @($job.ResultFiles | Receive-FineTuningFile -Path $target | Import-Csv)
        $rows | Should -HaveCount 12
        [int] $rows[-1].step | Should -Be 12
        [double]::Parse($rows[0].train_loss, [cultureinfo]::InvariantCulture) | Should -BeGreaterThan 0
    }

    It 'keeps it in base64 with -Raw' {
        $saved = Receive-FineTuningFile $job.ResultFiles[0] (Join-Path $target raw.txt) -Raw
        $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([IO.File]::ReadAllText($saved.FullName)))
        $text | Should -BeLike 'step,train_loss*'
    }
}

Describe 'Remove-FineTuningFile' {
    BeforeEach {
        $file = Send-FineTuningFile $valid
        Clear-ServerRequest $server
    }

    It 'deletes and emits nothing' {
        $file | Remove-FineTuningFile -Confirm:$false | Should -BeNullOrEmpty
        (Get-ServerRequest $server).line | Should -Be "DELETE /v1/files/$($file.Id)"
        (Invoke-Captured { Get-FineTuningFile $file }).Errors.FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
    }

    It 'sends nothing with -WhatIf' {
        Remove-FineTuningFile $file -WhatIf
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'does not delete unasked where nobody can answer' {
        $result = Invoke-Captured { Remove-FineTuningFile $file }
        $result.Terminating | Should -Not -BeNullOrEmpty
        Get-ServerRequest $server | Should -BeNullOrEmpty
    }

    It 'reports an unknown id and goes on' {
        $result = Invoke-Captured { Remove-FineTuningFile file-none, $file.Id -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId | Should -Be 'FileNotFound,FineTuning.Commands.RemoveFineTuningFileCommand'
        Get-ErrorText $result.Errors | Should -BeLike '*Get-FineTuningFile*'
        @(Get-ServerRequest $server) | Should -HaveCount 2
    }

    It 'refuses a job, and leaves its files alone' {
        $job = New-FineTuningJob gpt-4o-mini (Send-FineTuningFile $train)
        Clear-ServerRequest $server
        $result = Invoke-Captured { $job | Remove-FineTuningFile -Confirm:$false }
        $result.Errors.FullyQualifiedErrorId |
            Should -Be 'NotFileIdentity,FineTuning.Commands.RemoveFineTuningFileCommand'
        Get-ServerRequest $server | Should -BeNullOrEmpty
        $null = Stop-FineTuningJob $job -ErrorAction Ignore
    }
}
