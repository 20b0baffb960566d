<#
.SYNOPSIS
Lists the newest jobs with a key out of a vault of SecretManagement, such as an Azure Key Vault.

.DESCRIPTION
The vault must be registered: register-vault.ps1 does that for an Azure Key Vault. The key goes from the vault to the
service and is never text in this script, in a log or on a command line.

.PARAMETER Endpoint
The exact base of the API.

.PARAMETER SecretName
The name of the secret with the key.

.PARAMETER Vault
The name of the vault.

.PARAMETER First
How many jobs to list.

.EXAMPLE
./list-jobs.ps1 -Endpoint https://NAME.openai.azure.com/openai/v1 -SecretName azure-openai -Vault NAME
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Endpoint,
    [Parameter(Mandatory)] [string] $SecretName,
    [Parameter(Mandatory)] [string] $Vault,
    [int] $First = 10
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Connect-FineTuning $Endpoint -SecretName $SecretName -Vault $Vault
Get-FineTuningJob | Select-Object -First $First
