<#
.SYNOPSIS
Looks for the job that create-job.ps1 made, and ends with an error if it failed.

.DESCRIPTION
The second of two runbooks: schedule it some hours after create-job.ps1, and again as often as you like. It finds the
job by its key, changes nothing, and ends with an error, so that the runbook is shown as failed and alerts go out, if
there is no such job, or it failed or was cancelled.

.PARAMETER AzureResource
The name of the Azure OpenAI resource, or its address.

.PARAMETER IdempotencyKey
The name of the piece of work. By default the one of create-job.ps1 on the day that it was twelve hours ago, in UTC,
so that an evening's job is found the next morning.

.PARAMETER ClientId
The client id of a user-assigned identity; the system-assigned one is taken without it.

.EXAMPLE
./check-job.ps1 -AzureResource NAME
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $AzureResource,
    [string] $IdempotencyKey = ('nightly-' +
        [datetime]::UtcNow.AddHours(-12).ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture)),
    [string] $ClientId
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$identity = @{ Identity = $true }
if ($ClientId) { $identity.ClientId = $ClientId }
Connect-FineTuning -AzureResource $AzureResource @identity

# The service looks for the key. One that knows no metadata lists all jobs, so what it gives is looked at too.
$job = Get-FineTuningJob -Metadata @{ idempotency_key = $IdempotencyKey } |
    Where-Object { $_.Metadata['idempotency_key'] -eq $IdempotencyKey } | Select-Object -First 1
if (-not $job) {
    throw "No job carries the key ${IdempotencyKey}: create-job.ps1 has not run, or ran with another key."
}

switch ($job.Status) {
    'succeeded' { "$IdempotencyKey is job $($job.Id), which made $($job.FineTunedModel)" }
    'failed' { throw "$IdempotencyKey is job $($job.Id), which failed: $($job.Error)" }
    'cancelled' { throw "$IdempotencyKey is job $($job.Id), which was cancelled." }
    default { "$IdempotencyKey is job $($job.Id), which is $_. Check again later." }
}
