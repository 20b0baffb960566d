BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-TestServer
    # Jobs over a file that fails its check at once: a thousand of them cost the server next to nothing.
    $bad = Join-Path $TestDrive bad.jsonl
    [IO.File]::WriteAllText($bad, "no JSON`n")
    $file = Send-FineTuningFile $bad -SkipCheck
    # Azure takes no job over a file before it has processed it.
    Wait-Until { (Get-FineTuningFile $file).Status -eq 'processed' } -Because 'the file is processed'
    $http = [Net.Http.HttpClient]::new()
    $http.DefaultRequestHeaders.Authorization = 'Bearer any'
    $body = "{`"model`":`"gpt-4o-mini`",`"training_file`":`"$file`"}"
    foreach ($batch in 1..20) {
        $answers = foreach ($i in 1..50) {
            $http.PostAsync("$($server.Endpoint)/fine_tuning/jobs",
                [Net.Http.StringContent]::new($body, [Text.Encoding]::UTF8, 'application/json'))
        }
        [Threading.Tasks.Task]::WaitAll($answers)
        foreach ($answer in $answers) { $null = $answer.Result.EnsureSuccessStatusCode() }
    }
    $http.Dispose()
    # They are checked in the order of their creation.
    Wait-Until { (Get-FineTuningJob -First 1).Status -eq 'failed' } -Because 'the last job has failed'
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'A list of a thousand jobs' {
    BeforeEach { Clear-ServerRequest $server }

    It 'is asked for with one request when Select-Object wants three' {
        Get-FineTuningJob | Select-Object -First 3 | Should -HaveCount 3
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'is asked for with one request, and three jobs, when -First is three' {
        Get-FineTuningJob -First 3 | Should -HaveCount 3
        (Get-ServerRequest $server).path | Should -Be '/v1/fine_tuning/jobs?limit=3'
    }

    It 'comes whole, in ten pages, each job once' {
        $all = Get-FineTuningJob
        $all | Should -HaveCount 1000
        [Collections.Generic.HashSet[string]]::new([string[]] $all.Id).Count | Should -Be 1000
        @(Get-ServerRequest $server) | Should -HaveCount 10
    }

    It 'comes page by page: the first jobs are there before the second page is asked for' {
        $seen = $null
        Get-FineTuningJob | ForEach-Object { if (-not $seen) { $seen = @(Get-ServerRequest $server).Count } } | Out-Null
        $seen | Should -Be 1
    }

    It 'passes over pages with -Skip' {
        $all = Get-FineTuningJob -First 205
        Clear-ServerRequest $server
        (Get-FineTuningJob -Skip 200 -First 5).Id | Should -Be $all[200..204].Id
        @(Get-ServerRequest $server) | Should -HaveCount 3
    }

    It 'stops when a status that is chosen here has been found often enough' {
        Get-FineTuningJob -Status failed -First 2 | Should -HaveCount 2
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }

    It 'is left in the middle by break' {
        foreach ($once in 1) { Get-FineTuningJob | ForEach-Object { $first = $_; break } }
        $first.Id | Should -BeLike 'ftjob-*'
        @(Get-ServerRequest $server) | Should -HaveCount 1
    }
}
