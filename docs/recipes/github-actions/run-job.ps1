<#
.SYNOPSIS
Runs a fine-tuning job in a step of GitHub Actions, fails the step if it fails, and writes a summary.

.DESCRIPTION
The key comes from the environment: OPENAI_API_KEY, with OPENAI_BASE_URL for another service than OpenAI, or
AZURE_OPENAI_API_KEY with AZURE_OPENAI_ENDPOINT. A step that is run again finds the job of the same commit and does
not pay for another one.

.PARAMETER TrainingFile
The path of the training file.

.PARAMETER Model
The base model.

.PARAMETER IdempotencyKey
The name of this piece of work. By default the commit.

.PARAMETER TimeoutSec
Seconds to wait. A job of GitHub's own machines ends after six hours; the fine-tuning job goes on.

.EXAMPLE
./run-job.ps1 -TrainingFile ./data/train.jsonl
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $TrainingFile,
    [string] $Model = 'gpt-4o-mini-2024-07-18',
    [string] $IdempotencyKey = "commit-$env:GITHUB_SHA",
    [int] $TimeoutSec = 18000
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$job = New-FineTuningJob $Model $TrainingFile -IdempotencyKey $IdempotencyKey -Metadata @{ run = "$env:GITHUB_RUN_ID" }
# A job that failed and a wait that is over are emitted too, besides being errors. Where nothing comes, the job is
# shown as it was.
$problem = @()
$ended = Wait-FineTuningJob $job -TimeoutSec $TimeoutSec -ErrorAction SilentlyContinue -ErrorVariable problem
if ($ended) { $job = $ended }

if ($env:GITHUB_STEP_SUMMARY) {
    Add-Content -LiteralPath $env:GITHUB_STEP_SUMMARY -Encoding utf8 -Value @(
        '| job | status | model | trained tokens |'
        '|---|---|---|---|'
        "| $($job.Id) | $($job.Status) | $($job.FineTunedModel) | $($job.TrainedTokens) |"
    )
}
if ($env:GITHUB_OUTPUT) {
    Add-Content -LiteralPath $env:GITHUB_OUTPUT -Encoding utf8 -Value "model=$($job.FineTunedModel)"
}
if ($job.Status -ne 'succeeded') {
    # GitHub reads these from the output, and wants line ends and percent signs written so.
    $text = "$(if ($problem) { $problem[0] } else { "Job $($job.Id) is $($job.Status)." })"
    "::error title=Fine-tuning::$($text.Replace('%', '%25').Replace("`r", '%0D').Replace("`n", '%0A'))"
    exit 1
}
"Job $($job.Id) made $($job.FineTunedModel)"
