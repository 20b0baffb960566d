BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $server = Start-FineTuningServer -Memory -PassThru
    $train = New-TestDataset (Join-Path $TestDrive train.jsonl)
    $done = New-FineTuningJob gpt-4o-mini $train -EpochCount 1 -Wait
    $paused = New-PausedJob (Send-FineTuningFile (New-TestDataset (Join-Path $TestDrive long.jsonl) -Count 500)) -Model gpt-4.1-mini

    function Complete([string] $Text) {
        (TabExpansion2 -inputScript $Text -cursorColumn $Text.Length).CompletionMatches
    }
}

AfterAll { $server | Stop-FineTuningServer }

Describe 'Tab' {
    It 'offers base models' {
        (Complete 'New-FineTuningJob -Model gpt-4o-').CompletionText | Should -Contain 'gpt-4o-mini'
        (Complete 'New-FineTuningJob -Model local').CompletionText | Should -Be 'local-small'
        (Complete 'Get-FineTuningJob -Model babb').CompletionText | Should -Be 'babbage-002'
    }

    It 'offers the word auto behind <_>' -ForEach 'EpochCount', 'BatchSize', 'LearningRateMultiplier', 'Beta' {
        (Complete "New-FineTuningJob -$_ ").CompletionText | Should -Contain 'auto'
    }

    It 'offers <value> behind <text>' -ForEach @(
        @{ text = 'Get-FineTuningJob -Status canc'; value = 'cancelled' }
        @{ text = 'New-FineTuningJob -Method re'; value = 'reinforcement' }
        @{ text = 'New-FineTuningJob -TrainingType Dev'; value = 'Developer' }
        @{ text = 'New-FineTuningJob -ReasoningEffort hi'; value = 'high' }
        @{ text = 'Send-FineTuningFile -Purpose fine-tune'; value = 'fine-tune' }
        @{ text = 'Connect-FineTuning https://api'; value = 'https://api.openai.com/v1' }
    ) {
        (Complete $text).CompletionText | Should -Contain $value
    }

    It 'offers all jobs with status and model behind <_>' -ForEach 'Get-FineTuningJob ', 'Get-FineTuningEvent ',
        'Get-FineTuningCheckpoint -JobId ' {
        $offers = Complete $_
        $offers.CompletionText | Should -Be @($paused.Id, $done.Id)
        $offers[0].ListItemText | Should -BeLike '*paused*gpt-4.1-mini*'
        $offers[1].ToolTip | Should -BeLike '*succeeded*'
    }

    It 'offers only jobs that <command> can change' -ForEach @(
        @{ command = 'Stop-FineTuningJob'; resumable = $true }, @{ command = 'Suspend-FineTuningJob' },
            @{ command = 'Wait-FineTuningJob' }, @{ command = 'Resume-FineTuningJob' }
    ) {
        $texts = (Complete "$command ftjob-").CompletionText
        $texts | Should -Not -Contain $done.Id
        $texts | Should -Contain $paused.Id
    }

    It 'offers files with their names behind <_>' -ForEach 'Get-FineTuningFile ', 'Receive-FineTuningFile ',
        'Remove-FineTuningFile -Id file-' {
        $offers = Complete $_
        $offers.CompletionText | Should -Contain $done.TrainingFile
        ($offers | Where-Object CompletionText -EQ $done.TrainingFile).ListItemText | Should -BeLike '*train.jsonl*'
    }

    It 'completes in the middle of an id' {
        (Complete "Get-FineTuningJob $($done.Id.Substring(0, 12))").CompletionText | Should -Be $done.Id
    }

    It 'asks the -Connection that stands in the command' {
        $connection = Get-FineTuningConnection
        try {
            $other = Start-TestPipeline 'param($c) $text = ''Get-FineTuningJob -Connection $c ''; (TabExpansion2 -inputScript $text -cursorColumn $text.Length).CompletionMatches.CompletionText' $connection
            $other.Shell.EndInvoke($other.Async)
            $other.Output | Should -Contain $done.Id
        } finally { $other.Shell.Dispose() }
    }

    It 'is silent without a connection, with a closed one, and where nobody answers' {
        $endpoint = (Get-FineTuningConnection).Endpoint
        $before = $Error.Count
        try {
            Disconnect-FineTuning
            foreach ($text in 'Get-FineTuningJob ftjob-', 'Get-FineTuningFile file-') {
                (Complete $text).CompletionText | Should -Not -BeLike 'f*-*'
            }
            Get-FineTuningConnection | Should -BeNullOrEmpty -Because 'Tab must not open a connection'
            Connect-FineTuning http://127.0.0.1:9/v1 -SkipCheck
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Complete 'Get-FineTuningJob ftjob-').CompletionText | Should -Not -BeLike 'ftjob-*'
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
            $Error.Count | Should -Be $before
        } finally {
            Connect-FineTuning $endpoint -SkipCheck
        }
    }
}
