<#
.SYNOPSIS
Creates a fine-tuning job from an Azure Automation runbook, once for each key.

.DESCRIPTION
The first of two runbooks: Azure stops a runbook in its sandbox after three hours, and a job may take longer. This one
creates the job and ends; check-job.ps1 looks at it later. Running it again does not make another job, since a job
that carries the key is taken.

It signs in with the managed identity of the Automation account, which needs the role Cognitive Services OpenAI
Contributor on the resource.

.PARAMETER AzureResource
The name of the Azure OpenAI resource, or its address.

.PARAMETER TrainingFile
The id of a file at the service, or the path of a file here.

.PARAMETER Model
The base model.

.PARAMETER IdempotencyKey
The name of this piece of work. By default one a day, in UTC.

.PARAMETER ClientId
The client id of a user-assigned identity; the system-assigned one is taken without it.

.EXAMPLE
./create-job.ps1 -AzureResource NAME -TrainingFile file-abc123
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $AzureResource,
    [Parameter(Mandatory)] [string] $TrainingFile,
    [string] $Model = 'gpt-4o-mini-2024-07-18',
    [string] $IdempotencyKey = 'nightly-' + [datetime]::UtcNow.ToString('yyyy-MM-dd', [cultureinfo]::InvariantCulture),
    [string] $ClientId
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$identity = @{ Identity = $true }
if ($ClientId) { $identity.ClientId = $ClientId }
Connect-FineTuning -AzureResource $AzureResource @identity

$job = New-FineTuningJob $Model $TrainingFile -IdempotencyKey $IdempotencyKey
"$IdempotencyKey is job $($job.Id), which is $($job.Status)"
