<#
.SYNOPSIS
Trains one file in several resources or tenants, and shows all jobs in one table.

.DESCRIPTION
Each connection was saved once under a name, with its own endpoint and its own secret:

    Connect-FineTuning -AzureResource NAME-EAST -SecretName east -Name east -Save
    Connect-FineTuning -AzureResource NAME-WEST -SecretName west -Name west -Save

All jobs are created first, so that they train at the same time, and are waited for then. A tenant that fails does not
keep the others from going on; the exit code is 1 if one did. A second run finds the jobs of the first by their key.

.PARAMETER ConnectionName
The names of the saved connections.

.PARAMETER TrainingFile
The path of the training file.

.PARAMETER Model
The base model.

.PARAMETER IdempotencyKey
The name of this piece of work.

.EXAMPLE
./train-everywhere.ps1 -ConnectionName east, west -TrainingFile ./train.jsonl -IdempotencyKey release-12
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string[]] $ConnectionName,
    [Parameter(Mandatory)] [string] $TrainingFile,
    [string] $Model = 'gpt-4o-mini-2024-07-18',
    [Parameter(Mandatory)] [string] $IdempotencyKey
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function New-Row([string] $Name, $Job, [string] $Problem) {
    [pscustomobject]@{
        Connection = $Name
        Job = "$Job"
        Status = if ($Job) { $Job.Status }
        Model = if ($Job) { $Job.FineTunedModel }
        Problem = $Problem
    }
}

# pwsh -File passes no lists: there a,b is one word.
$ConnectionName = @($ConnectionName -split ',')
$jobs = [ordered]@{}
$rows = @(
    foreach ($name in $ConnectionName) {
        try {
            $jobs[$name] = New-FineTuningJob $Model $TrainingFile -IdempotencyKey $IdempotencyKey -Connection $name
        } catch {
            New-Row $name $null "$_"
        }
    }
    foreach ($name in $jobs.Keys) {
        $problems = @()
        $job = Wait-FineTuningJob $jobs[$name] -Connection $name -ErrorAction SilentlyContinue -ErrorVariable problems
        if (-not $job) { $job = $jobs[$name] }
        New-Row $name $job "$($problems | Select-Object -First 1)"
    }
)
$rows
if (@($rows | Where-Object Status -NE 'succeeded').Count -gt 0) { exit 1 }
