<#
.SYNOPSIS
The first session of the README: train a small model on the sample, and look at what came out.
#>
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../FineTuning.psd1"

Start-FineTuningServer -Memory
try {
    $files = @{
        TrainingFile = "$PSScriptRoot/helpdesk-train.jsonl"
        ValidationFile = "$PSScriptRoot/helpdesk-valid.jsonl"
    }
    $job = New-FineTuningJob gpt-4o-mini @files -Suffix helpdesk -BatchSize 8 -Seed 42 -Wait
    $job | Format-Table
    Get-FineTuningEvent $job -First 5 | Format-Table
    Get-FineTuningCheckpoint $job -Best | Format-List Model, Step, FullValidLoss, BestBy

    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "finetuning-session-$PID") -ItemType Directory
    $job.ResultFiles | Receive-FineTuningFile -Path $folder | Import-Csv | Select-Object -Last 1 | Format-List
    Remove-Item $folder -Recurse
} finally {
    Stop-FineTuningServer
}
