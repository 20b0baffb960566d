BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $folder = Join-Path $TestDrive data
    $server = Start-TestServer -Path $folder
    $port = $server.Endpoint.Port
    $long = Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 500)
}

AfterAll { Get-FineTuningServer | Where-Object Path -EQ $folder | Stop-FineTuningServer }

Describe 'A server that goes away and comes back while jobs are waited for and followed: it is <what>' -ForEach @(
    @{ what = 'killed'; stop = { Stop-Process -Id $server.ProcessId -Force } }
    @{ what = 'stopped'; stop = { $server | Stop-FineTuningServer } }
) {
    It 'is an outage that is told once when it begins and once when it ends, and nothing is lost or doubled' {
        $server = Get-FineTuningServer | Where-Object Path -EQ $folder
        # Paused, so that they cannot have ended before the server goes, however slow this machine is.
        $jobs = 1..2 | ForEach-Object { New-PausedJob $long -EpochCount 2 }
        $wait = Start-TestPipeline 'param($a) $a | Wait-FineTuningJob' $jobs
        $follow = Start-TestPipeline 'param($a) $a | Get-FineTuningEvent -Follow' $jobs
        try {
            Wait-Until { $wait.Shell.Streams.Warning.Count -eq 2 -and
                $follow.Output.Count -ge 4 } -Because 'both have begun'
            & $stop
            Wait-Until { -not (Test-ProcessRuns $server.ProcessId) } -Because 'the server has ended'
            foreach ($pipeline in $wait, $follow) {
                Wait-Until { "$($pipeline.Shell.Streams.Warning)" -like '*does not answer*' } -Because 'the outage is told'
            }
            Start-FineTuningServer $folder -Port $port -Dialect $(if (Test-Azure) { 'Azure' } else { 'OpenAI' })
            $null = $jobs | Resume-FineTuningJob
            $wait.Shell.EndInvoke($wait.Async)
            $follow.Shell.EndInvoke($follow.Async)

            foreach ($pipeline in $wait, $follow) {
                $pipeline.Shell.Streams.Error | Should -BeNullOrEmpty
                $warnings = @($pipeline.Shell.Streams.Warning | Where-Object Message -NotLike '*is paused*')
                $warnings | Should -HaveCount 2
                "$($warnings[0])" | Should -BeLike "*does not answer*127.0.0.1:$port*goes on meanwhile*"
                "$($warnings[1])" | Should -BeLike '*answers again, after *'
            }
            $wait.Output.Status | Should -Be @('succeeded', 'succeeded')
            foreach ($job in $jobs) {
                $reverse = @(Get-FineTuningEvent $job).Id
                [array]::Reverse($reverse)
                ($follow.Output | Where-Object JobId -EQ $job.Id).Id | Should -Be $reverse
            }
        } finally {
            foreach ($pipeline in $wait, $follow) {
                $pipeline.Shell.Stop()
                $pipeline.Shell.Dispose()
            }
        }
    }
}
