<#
.SYNOPSIS
Makes an Azure Key Vault a vault of SecretManagement, once for each account.

.DESCRIPTION
Needs the modules Microsoft.PowerShell.SecretManagement and Az.KeyVault, and a session that is signed in with
Connect-AzAccount; in a runbook or on a virtual machine that is Connect-AzAccount -Identity. The identity needs the
role Key Vault Secrets User.

.PARAMETER Vault
The name of the key vault; SecretManagement gets the same.

.PARAMETER SubscriptionId
The subscription that it is in.

.EXAMPLE
./register-vault.ps1 -Vault NAME -SubscriptionId 00000000-0000-0000-0000-000000000000
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Vault,
    [Parameter(Mandatory)] [string] $SubscriptionId
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

Register-SecretVault -Name $Vault -ModuleName Az.KeyVault -VaultParameters @{
    AZKVaultName = $Vault
    SubscriptionId = $SubscriptionId
}
Test-SecretVault -Name $Vault
