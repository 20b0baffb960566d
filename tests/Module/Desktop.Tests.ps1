# The short suite for Windows PowerShell 5.1: written in its syntax, in ASCII, and without TestTools.psm1, which needs
# PowerShell 7. The other runs run it too, so that its text is known to work. FINETUNING_TEST_MODULE names the module
# under test.
BeforeAll {
    $manifest = $env:FINETUNING_TEST_MODULE
    if (-not $manifest) { $manifest = (Resolve-Path "$PSScriptRoot/../../FineTuning.psd1").ProviderPath }
    $neighbour = @('Release', 'Debug' | ForEach-Object { "$PSScriptRoot/../Neighbour/bin/$_/netstandard2.0" } |
        Where-Object { Test-Path "$_/Neighbour.dll" })[0]
    Import-Module $manifest

    function ConvertTo-Key([string] $Text) {
        $key = New-Object securestring
        foreach ($character in $Text.ToCharArray()) { $key.AppendChar($character) }
        $key
    }

    function New-Dataset([string] $Name) {
        $path = Join-Path $TestDrive $Name
        $lines = 1..12 | ForEach-Object {
            '{"messages":[{"role":"user","content":"question ' + $_ + ' of ' + $Name +
                '"},{"role":"assistant","content":"answer ' + ($_ % 3) + '"}]}'
        }
        [IO.File]::WriteAllText($path, ($lines -join "`n") + "`n")
        $path
    }

    function Invoke-Child([string] $Script) {
        # In a process of its own, of the PowerShell that runs this.
        $file = Join-Path $TestDrive "child-$([guid]::NewGuid().ToString('N')).ps1"
        [IO.File]::WriteAllText($file, "`$ErrorActionPreference = 'Stop'`n$Script")
        $engine = @('powershell.exe', 'pwsh.exe', 'pwsh' | ForEach-Object { Join-Path $PSHOME $_ } |
            Where-Object { Test-Path $_ })[0]
        $output = @(& $engine -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $file 2>&1 |
            ForEach-Object { "$_" })
        $LASTEXITCODE | Should -Be 0 -Because ($output -join "`n")
        $output
    }

    $server = Start-FineTuningServer -Memory -ApiKey (ConvertTo-Key 'sk-desktop-1') -PassThru
    $connect = "function Connect-Test { `$key = New-Object securestring; 'sk-desktop-1'.ToCharArray() | ForEach-Object { `$key.AppendChar(`$_) }; Connect-FineTuning $($server.Endpoint) -ApiKey `$key }`n"
    $job = New-FineTuningJob gpt-4o-mini (New-Dataset train.jsonl) -EpochCount 2 -LearningRateMultiplier 0.125 -Metadata @{ team = 'support' } -Wait
}

AfterAll {
    $server | Stop-FineTuningServer
}

Describe 'The module in this PowerShell' {
    It 'is the build for it' {
        $folder = Split-Path (Get-Command Get-FineTuningJob).ImplementingType.Assembly.Location
        $expected = 'netstandard2.0'
        if ($PSVersionTable.PSVersion -ge [version] '7.4' -and
            (Test-Path (Join-Path (Split-Path $manifest) 'bin/net8.0'))) {
            $expected = 'net8.0'
        }
        Split-Path $folder -Leaf | Should -Be $expected
    }

    It 'has trained a job' {
        $job.Status | Should -Be 'succeeded'
        $job.FineTunedModel | Should -BeLike 'ft:gpt-4o-mini:*'
        $job.Hyperparameters.EpochCount | Should -Be 2
        $job.Hyperparameters.LearningRateMultiplier | Should -Be 0.125
        $job.Metadata['team'] | Should -Be 'support'
    }

    It 'lists what there is' {
        @(Get-FineTuningJob | Where-Object { $_.Id -eq $job.Id }).Count | Should -Be 1
        @(Get-FineTuningFile | Where-Object { $_.FileName -eq 'train.jsonl' }).Count | Should -Be 1
        @(Get-FineTuningJob -Metadata @{ team = 'support' } -First 1).Count | Should -Be 1
    }

    It 'finds a known file again instead of sending it' {
        $first = Send-FineTuningFile (New-Dataset again.jsonl)
        (Send-FineTuningFile (Join-Path $TestDrive again.jsonl)).Id | Should -Be $first.Id
    }

    It 'follows events to the end' {
        $events = @(Get-FineTuningEvent $job -Follow)
        $events.Count | Should -BeGreaterThan 3
        @($events | Where-Object { $_.Type -eq 'metrics' })[0].Data.train_loss | Should -BeOfType [double]
        $events[-1].Message | Should -BeLike '*successfully completed*'
    }

    It 'fetches checkpoints and metrics' {
        (Get-FineTuningCheckpoint $job | Select-Object -First 1).Step | Should -BeGreaterThan 0
        $rows = @($job.ResultFiles | Receive-FineTuningFile -Path $TestDrive |
            ForEach-Object { Import-Csv $_.FullName })
        $rows.Count | Should -BeGreaterThan 1
    }

    It 'checks a dataset, and makes one' {
        $bad = Join-Path $TestDrive bad.jsonl
        [IO.File]::WriteAllText($bad, "no json`n")
        (Test-FineTuningDataset $bad).IsValid | Should -BeFalse
        $rows = 1..10 | ForEach-Object { New-Object psobject -Property @{ question = "q $_"; answer = "a $_" } }
        $made = Join-Path $TestDrive made.jsonl
        $null = $rows | ConvertTo-FineTuningDataset -UserProperty question -AssistantProperty answer -Path $made
        (Test-FineTuningDataset $made).IsValid | Should -BeTrue
    }

    It 'tells what is wrong' {
        { Get-FineTuningJob ftjob-nothing -ErrorAction Stop } | Should -Throw -ErrorId 'JobNotFound,*'
        { New-FineTuningJob gpt-4o-mini (Join-Path $TestDrive bad.jsonl) -ErrorAction Stop } |
            Should -Throw -ErrorId 'InvalidDataset,*'
        { Connect-FineTuning $server.Endpoint -ApiKey (ConvertTo-Key 'sk-wrong') } |
            Should -Throw -ErrorId 'AuthenticationFailed,*'
        { Connect-FineTuning http://127.0.0.1:9/v1 -MaxRetryCount 0 } | Should -Throw -ErrorId 'ConnectionFailed,*'
    }

    It 'tells of a failed job' {
        $bad = Join-Path $TestDrive bad.jsonl
        [IO.File]::WriteAllText($bad, "no json`n")
        $failed = New-FineTuningJob gpt-4o-mini (Send-FineTuningFile $bad -SkipCheck) -Wait -ErrorAction SilentlyContinue -ErrorVariable problems
        $failed.Status | Should -Be 'failed'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'JobFailed,*'
    }

    It 'shows requests with -Debug, without asking' {
        # -Debug means Inquire in Windows PowerShell; nobody is there to answer.
        $output = Invoke-Child "Import-Module '$manifest'; $connect; Connect-Test; Get-FineTuningJob $($job.Id) -Debug 5>&1 | ForEach-Object { `$_.GetType().Name }"
        $output | Should -Contain 'DebugRecord'
        $output | Should -Contain 'FineTuningJob'
    }

    It 'asks for nothing where nobody is' {
        $output = Invoke-Child "Import-Module '$manifest'; `$env:OPENAI_API_KEY = `$null; try { Connect-FineTuning https://example.invalid/v1 -SkipCheck } catch { `$_.FullyQualifiedErrorId }"
        $output | Should -BeLike 'NoKey,*'
    }

    It 'writes numbers as the wire has them, whatever the culture' {
        $output = Invoke-Child @"
[Threading.Thread]::CurrentThread.CurrentCulture = [cultureinfo] 'de-DE'
Import-Module '$manifest'; $connect; Connect-Test
`$job = New-FineTuningJob gpt-4o-mini '$(New-Dataset culture.jsonl)' -EpochCount 1 -LearningRateMultiplier 0.25
`$job.Hyperparameters.LearningRateMultiplier -eq 0.25
"@
        $output | Should -Be 'True'
    }

    It 'can be removed and imported again' {
        $output = Invoke-Child "$connect; 1..2 | ForEach-Object { Import-Module '$manifest'; Connect-Test; (Get-FineTuningJob $($job.Id)).Status; Remove-Module FineTuning }; @(Get-Command Get-FineTuningJob -ErrorAction SilentlyContinue).Count"
        $output | Should -Be 'succeeded', 'succeeded', '0'
    }

    It 'works <when> a module that loaded another System.Text.Json' -TestCases @(
        @{ when = 'after'; way = 'plain' }
        @{ when = 'before'; way = 'plain' }
        @{ when = 'after'; way = 'own' }
    ) {
        param($when, $way)
        if (-not $neighbour) { Set-ItResult -Skipped -Because 'tests/Neighbour was not built'; return }
        $theirs = "Import-Module '$neighbour/Neighbour.psm1' -ArgumentList $way; Measure-NeighbourSum '[1.5, 2e2, 0.25]'"
        $ours = "Import-Module '$manifest'; Connect-Test; (Get-FineTuningJob $($job.Id)).Hyperparameters.LearningRateMultiplier -eq 0.125"
        if ($when -eq 'after') { $output = Invoke-Child "$connect; $theirs; $ours; Measure-NeighbourSum '[1]'" } else {
            $output = Invoke-Child "$connect; $ours; $theirs; Measure-NeighbourSum '[1]'; $ours"
        }
        $output | Should -Contain '201.75'
        $output | Should -Contain '1'
        $output | Should -Contain 'True'
        $output | Should -Not -Contain 'False'
    }
}
