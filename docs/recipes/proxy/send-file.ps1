<#
.SYNOPSIS
Sends a training file through a proxy that wants a name and a password.

.DESCRIPTION
Name and password are a secret of SecretManagement, stored once with Set-Secret proxy (Get-Credential). Without
-ProxySecretName the proxy gets what it knows of the account that runs this, as proxies in a Windows domain do. The
password is given each time; -Save would not keep it.

.PARAMETER Path
The file.

.PARAMETER Endpoint
The exact base of the API.

.PARAMETER SecretName
The name of the secret with the service's key.

.PARAMETER Proxy
The address of the proxy.

.PARAMETER ProxySecretName
The name of the secret with the proxy's credential.

.EXAMPLE
./send-file.ps1 ./train.jsonl -SecretName openai -Proxy http://proxy.example:8080 -ProxySecretName proxy
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [string] $Endpoint = 'https://api.openai.com/v1',
    [Parameter(Mandatory)] [string] $SecretName,
    [Parameter(Mandatory)] [uri] $Proxy,
    [string] $ProxySecretName
)
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$way = @{ Proxy = $Proxy }
if ($ProxySecretName) {
    $way.ProxyCredential = Get-Secret $ProxySecretName
} else {
    $way.ProxyUseDefaultCredentials = $true
}
Connect-FineTuning $Endpoint -SecretName $SecretName @way
Send-FineTuningFile $Path
