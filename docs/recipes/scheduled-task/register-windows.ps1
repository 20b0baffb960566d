<#
.SYNOPSIS
Registers run-job.ps1 as a daily scheduled task of Windows.

.DESCRIPTION
Run it elevated. The task runs as the account that is given, whether it is logged on or not. Sign in as that account
once to save the connection and to store its key: both are the account's own.

.PARAMETER TrainingFile
The path of the training file.

.PARAMETER Credential
The account that runs the task.

.PARAMETER At
The time of day.

.EXAMPLE
./register-windows.ps1 -TrainingFile C:\data\train.jsonl -Credential (Get-Credential) -At 20:00
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $TrainingFile,
    [Parameter(Mandatory)] [pscredential] $Credential,
    [string] $At = '20:00'
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$script = Join-Path $PSScriptRoot 'run-job.ps1'
$arguments = "-NoLogo -NoProfile -NonInteractive -File `"$script`" -TrainingFile `"$TrainingFile`""
$action = New-ScheduledTaskAction -Execute 'pwsh.exe' -Argument $arguments -WorkingDirectory $PSScriptRoot
$trigger = New-ScheduledTaskTrigger -Daily -At $At
# A start that was missed is made up for, and no second one begins while the first still waits.
$limit = New-TimeSpan -Hours 10
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit $limit
if ($PSCmdlet.ShouldProcess('FineTuning nightly', 'Register scheduled task')) {
    Register-ScheduledTask -TaskName 'FineTuning nightly' -Action $action -Trigger $trigger -Settings $settings `
        -User $Credential.UserName -Password $Credential.GetNetworkCredential().Password
}
