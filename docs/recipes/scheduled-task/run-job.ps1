<#
.SYNOPSIS
Runs a fine-tuning job from a scheduled task, cron or a systemd timer.

.DESCRIPTION
It uses a connection that was saved once, by the account that runs the task:

    Connect-FineTuning -AzureResource NAME -SecretName azure-openai -Name nightly -Save

Nothing is asked: what is missing is an error in the log. A run that was cut off is simply started again; it finds its
job by the key of the day and goes on waiting. The exit code is 0 if the job succeeded, else 1.

.PARAMETER TrainingFile
The path of the training file.

.PARAMETER ConnectionName
The name of the saved connection.

.PARAMETER Model
The base model.

.PARAMETER IdempotencyKey
The name of this piece of work. By default one a day, in UTC.

.PARAMETER LogFile
The file that lines are added to.

.PARAMETER TimeoutSec
Seconds to wait for the job; it goes on when they are over, and the next run waits again.

.EXAMPLE
./run-job.ps1 -TrainingFile ./train.jsonl -ConnectionName nightly -LogFile ./nightly.log
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $TrainingFile,
    [string] $ConnectionName = 'nightly',
    [string] $Model = 'gpt-4o-mini-2024-07-18',
    [string] $IdempotencyKey = 'nightly-' + [datetime]::UtcNow.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture),
    [string] $LogFile = (Join-Path $PSScriptRoot 'run-job.log'),
    [int] $TimeoutSec = 28800
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Add-LogLine([string] $Text) {
    Add-Content -LiteralPath $LogFile -Value ('{0:yyyy-MM-ddTHH:mm:ssZ} {1}' -f [datetime]::UtcNow, $Text)
}

try {
    Import-Module FineTuning
    Connect-FineTuning -Name $ConnectionName
    $job = New-FineTuningJob $Model $TrainingFile -IdempotencyKey $IdempotencyKey
    Add-LogLine "$IdempotencyKey is job $($job.Id), which is $($job.Status)"

    $job = Wait-FineTuningJob $job -TimeoutSec $TimeoutSec
    # Somebody's cancelling is no error of the wait, but no model either.
    if ($job.Status -ne 'succeeded') { throw "Job $($job.Id) is $($job.Status)." }
    Add-LogLine "Job $($job.Id) made $($job.FineTunedModel)"
    exit 0
} catch {
    $advice = if ($_.ErrorDetails) { $_.ErrorDetails.RecommendedAction }
    Add-LogLine "$($_.FullyQualifiedErrorId): $_ $advice"
    # For cron's mail, the journal, and the history of the task.
    [Console]::Error.WriteLine("$_ $advice")
    exit 1
}
