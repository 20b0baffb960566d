# Cells of docs/reliability.md, seen through the cmdlets: what the page says of an operation with a fault is what a user
# gets.
BeforeDiscovery {
    $html = "'<html><body><h1>Sign in</h1></body></html>'"
    $creations = @(
        @{ fault = 'reset, after the work'; rule = 'after_work,drop' }
        @{ fault = '5xx, after the work'; rule = 'after_work,status=503' }
        @{ fault = '5xx, after the work'; rule = "after_work,status=502,body=$html" }
        @{ fault = '200 with nonsense, after the work'; rule = "after_work,status=200,body=$html" }
        @{ fault = 'body cut off'; rule = 'truncate_after=20' }
        @{ fault = '409'; rule = 'status=409' }
        @{ fault = '429, also with Retry-After: 7'; rule = 'status=429,retry_after_ms=5' }
        @{ fault = '429 with Retry-After: 900'; rule = 'status=429,retry_after=900' }
        @{ fault = '429 insufficient_quota'; rule = 'status=429,code=insufficient_quota' }
        @{ fault = 'body compressed with gzip'; rule = 'gzip' }
        @{ fault = 'wrong content type'; rule = 'content_type=text/html' }
        @{ fault = 'redirect to another host'; rule = 'redirect=http://other.example/v1' }
    )
    $full = @(
        @{ fault = 'reset'; rule = 'drop' }
        @{ fault = 'reset, after the work'; rule = 'after_work,drop' }
        @{ fault = '5xx'; rule = 'status=500' }
        @{ fault = '5xx, after the work'; rule = "after_work,status=502,body=$html" }
        @{ fault = '200 with nonsense, after the work'; rule = "after_work,status=200,body=''" }
    )
    $reads = @(
        @{ fault = 'reset'; rule = 'drop' }
        @{ fault = 'body cut off'; rule = 'truncate_after=20' }
        @{ fault = '5xx'; rule = "status=502,body=$html" }
        @{ fault = '200 with nonsense'; rule = "status=200,body=$html" }
        @{ fault = '200 with nonsense'; rule = "status=200,body=''" }
        @{ fault = '429 with Retry-After: 900'; rule = 'status=429,retry_after=900' }
        @{ fault = 'redirect to another host'; rule = 'redirect=http://other.example/v1' }
        @{ fault = 'body compressed with gzip'; rule = 'gzip' }
    )
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-FineTuningServer -Memory -PassThru
    $file = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive train.jsonl))
    $job = New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Wait
    $page = Get-Content "$PSScriptRoot/../../docs/reliability.md"

    function Find-Cell([string] $Section, [string] $Operation, [string] $Fault, [bool] $Lasts) {
        # What the page says: outcome, number of requests, and how much there is afterwards.
        $isSection = $isOperation = $false
        foreach ($line in $page) {
            if ($line -match '^### ') { $isSection = $line -eq "### $Section"; $isOperation = $false }
            elseif ($isSection -and $line -match '^[^|].*:$') { $isOperation = $line -like "*$Operation*" }
            elseif ($isOperation -and $line -match '^\| ') {
                $cells = $line.Trim('|', ' ') -split ' \| '
                $names = $cells[0] -split '; ' | ForEach-Object {
                    if ($_ -like '*, before or after the work') { ($_ -replace ', before or.*'); $_ -replace 'before or ' } else {
                        $_
                    }
                }
                if ($Fault -notin $names) { continue }
                $half = ($cells.Count - 1) / 2
                $from = 1 + $half * [int] $Lasts
                return [pscustomobject]@{
                    Outcome = $cells[$from]
                    Requests = [int] ($cells[$from + 1] -replace '\D.*')
                    Count = $half -gt 2 ? [int] $cells[$from + 2] : $null
                }
            }
        }
        throw "The page says nothing of $Section, $Operation, $Fault."
    }

    function Test-Cell($Cell, [scriptblock] $Command, [string] $Operation, [string] $Rule, [bool] $Lasts) {
        Set-FineTuningServerFault "${Operation}:$Rule$(if (-not $Lasts) { ',count=1' })"
        Clear-ServerRequest $server
        try { $result = Invoke-Captured $Command } finally { Clear-FineTuningServerFault }
        @(Get-FineTuningServerRequest $Operation).Count | Should -Be $Cell.Requests
        if ($Cell.Outcome -eq 'works') {
            $result.Errors | Should -BeNullOrEmpty
            $result.Terminating | Should -BeNullOrEmpty
            return $result.Output
        }
        $record = @($result.Errors) + @($result.Terminating) | Where-Object { $_ }
        $record | Should -HaveCount 1
        $record.FullyQualifiedErrorId | Should -BeLike "$($Cell.Outcome -replace '^`(\w+)`.*', '$1'),*"
        if ($Cell.Outcome -like '*may have worked') { Get-ErrorText $record | Should -BeLike '*may have*look*' }
        # An answer has a status and an id, and the error tells both.
        $answer = Get-FineTuningServerRequest $Operation | Where-Object Status -NE 0 | Select-Object -Last 1
        if ($answer) {
            "$($record.ErrorDetails)" | Should -BeLike "*(request $($answer.RequestId))*"
            $record.Exception.StatusCode | Should -Be $answer.Status
        }
    }
}

AfterAll { Get-FineTuningServer | Stop-FineTuningServer }

Describe 'New-FineTuningJob' {
    It 'does what the page says of <fault>, once (<rule>)' -ForEach $creations {
        $cell = Find-Cell 'Creating a job' 'ithout a key' $fault $false
        $tag = [guid]::NewGuid().ToString('N')
        $made = Test-Cell $cell { New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Metadata @{
            tag = $tag
        } } CreateJob $rule $false
        $jobs = @(Get-FineTuningJob -Metadata @{ tag = $tag })
        $jobs.Count | Should -Be $cell.Count
        if ($cell.Outcome -eq 'works') { @($made).Id | Should -Be $jobs[0].Id }
    }

    It 'does what the page says of <fault>, every time' -ForEach @(
        $creations | Where-Object fault -in '409', '5xx, after the work', 'redirect to another host'
    ) {
        $cell = Find-Cell 'Creating a job' 'ithout a key' $fault $true
        $tag = [guid]::NewGuid().ToString('N')
        $null = Test-Cell $cell { New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Metadata @{
            tag = $tag
        } } CreateJob $rule $true
        @(Get-FineTuningJob -Metadata @{ tag = $tag }).Count | Should -Be $cell.Count
    }

    It 'does what the page says of <fault> where the metadata is full (<rule>)' -ForEach $full {
        $cell = Find-Cell 'Creating a job' 'metadata that is full' $fault $false
        $tag = [guid]::NewGuid().ToString('N')
        $metadata = @{ tag = $tag }
        1..15 | ForEach-Object { $metadata["pair$_"] = 'x' }
        $null = Test-Cell $cell { New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -Metadata $metadata } CreateJob $rule $false
        @(Get-FineTuningJob -Metadata @{ tag = $tag }).Count | Should -Be $cell.Count
    }

    It 'gives the job of its key after a lost answer, and to whoever asks again' {
        Set-FineTuningServerFault 'CreateJob:after_work,drop,count=1'
        $key = [guid]::NewGuid().ToString('N')
        try { $first = New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -IdempotencyKey $key 3>$null } finally {
            Clear-FineTuningServerFault
        }
        (New-FineTuningJob gpt-4o-mini $file -EpochCount 1 -IdempotencyKey $key).Id | Should -Be $first.Id
        @(Get-FineTuningJob -Metadata @{ idempotency_key = $key }).Id | Should -Be $first.Id
    }
}

Describe 'Get-FineTuningJob' {
    It 'does what the page says of <fault>, once (<rule>)' -ForEach $reads {
        $read = Test-Cell (Find-Cell 'Reading' 'A job;' $fault $false) { Get-FineTuningJob $job.Id } GetJob $rule $false
        if ($read) { $read.Id | Should -Be $job.Id }
    }

    It 'does what the page says of <fault>, every time (<rule>)' -ForEach $reads {
        $read = Test-Cell (Find-Cell 'Reading' 'A job;' $fault $true) { Get-FineTuningJob $job.Id } GetJob $rule $true
        if ($read) { $read.Id | Should -Be $job.Id }
    }

    It 'says that nobody listens' {
        $cell = Find-Cell 'Reading' 'A job;' 'connection refused' $true
        $connection = Connect-FineTuning http://127.0.0.1:9/v1 -ApiKey (ConvertTo-TestKey 'sk-test') -SkipCheck -PassThru
        try {
            $result = Invoke-Captured { Get-FineTuningJob $job.Id -Connection $connection }
        } finally {
            Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-TestKey 'sk-test') -SkipCheck
        }
        $result.Errors.FullyQualifiedErrorId | Should -BeLike "$($cell.Outcome.Trim('`')),*"
    }
}
