<#
.SYNOPSIS
The whole way of a training file, on a local server: check and upload, train, follow, pick a checkpoint, fetch the
metrics.
#>
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../FineTuning.psd1"

# A server of its own that keeps nothing; the session is connected to it.
$server = Start-FineTuningServer -Memory -PassThru
"Server: $($server.Endpoint)"
try {
    # Both files are checked here first, then uploaded; -Suffix becomes part of the model's name.
    $files = @{
        TrainingFile = "$PSScriptRoot/helpdesk-train.jsonl"
        ValidationFile = "$PSScriptRoot/helpdesk-valid.jsonl"
    }
    $job = New-FineTuningJob -Model gpt-4o-mini @files -Suffix helpdesk -Seed 42 -BatchSize 8
    "Job: $($job.Id) is $($job.Status)"

    # Each event once, oldest first, until the job has ended. Some of the steps are enough to see the loss fall.
    Get-FineTuningEvent $job -Follow | Where-Object { $_.Type -ne 'metrics' -or $_.Data.step % 25 -eq 0 } |
        ForEach-Object { "  $($_.Message)" }

    $job = Wait-FineTuningJob $job
    Get-FineTuningCheckpoint $job | Format-Table
    $best = Get-FineTuningCheckpoint $job -Best
    "Best checkpoint: step $($best.Step), by $($best.BestBy)"

    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "finetuning-demo-$PID") -ItemType Directory
    try {
        $metrics = $job.ResultFiles | Receive-FineTuningFile -Path $folder | ForEach-Object { Import-Csv $_ }
        "Metrics: $($metrics.Count) steps, train loss from $($metrics[0].train_loss) to $($metrics[-1].train_loss)"
    } finally {
        Remove-Item $folder -Recurse
    }
    "Status: $($job.Status)"
    "Model: $($job.FineTunedModel)"
} finally {
    Stop-FineTuningServer
}
