namespace FineTuning.Vaults;

/// <summary>
/// What is asked of SecretManagement and of SecretStore. All names are qualified, so that no function or alias of the
/// session comes between.
/// </summary>
/// <remarks>
/// SecretManagement runs all vaults in one runspace of its own, which has the host of whoever called first. So a caller
/// without a screen does not suffice to keep a vault from asking. SecretStore can be read without its extension, whose
/// only addition is the question for the password (SecretStore 1.0.6, Microsoft.PowerShell.SecretStore.Extension.psm1).
/// </remarks>
internal static class VaultScripts
{
    public const string Manager = "Microsoft.PowerShell.SecretManagement";
    public const string Store = "Microsoft.PowerShell.SecretStore";

    /// <summary>All vaults, the default one first, in the order in which SecretManagement looks through them; after
    /// $true, if it is installed.</summary>
    public const string Vaults =
        $@"
        {EndAtFirstFault}
        if (-not (Get-Command -Name {Manager}\Get-SecretVault -ErrorAction Ignore)) {{ return }}
        $true
        {Manager}\Get-SecretVault | Microsoft.PowerShell.Utility\Sort-Object {{ -not $_.IsDefault }}, Name";

    /// <summary>The descriptions of a vault's secrets, without their values.</summary>
    public const string Describe =
        $@"
        param($Vault, $Module, $Path, $Filter, $Quiet)
        {EndAtFirstFault}
        {OpenStore}
        if ($store) {{
            $found = $null
            $fault = ''
            if (-not $store.EnumerateObjectInfo($Filter, [ref] $found, $Vault, [ref] $fault) -and $fault) {{ throw $fault }}
            if ($found) {{ $found }}
            return
        }}
        {Manager}\Get-SecretInfo -Name $Filter -Vault $Vault -WarningAction Ignore";

    /// <summary>A secret's value and what went wrong.</summary>
    public const string Read =
        $@"
        param($Vault, $Module, $Path, $Name, $Quiet)
        {EndAtFirstFault}
        {OpenStore}
        $value = $null
        $faults = @()
        if ($store) {{
            $fault = ''
            if (-not $store.ReadObject($Name, [ref] $value, [ref] $fault) -and $fault) {{ throw $fault }}
        }} else {{
            $value = {Manager}\Get-Secret -Name $Name -Vault $Vault `
                -ErrorAction SilentlyContinue -ErrorVariable faults -WarningAction Ignore
        }}
        # Nothing, as a command gives it, is an object of its own.
        if ($null -eq $value) {{ $value = $null }}
        [pscustomobject]@{{ Value = $value; Faults = @($faults) }}";

    /// <summary>Whether a vault that is asked through SecretManagement might put its question to the screen of an
    /// earlier caller.</summary>
    public const string MightAsk =
        $@"
        foreach ($runspace in Microsoft.PowerShell.Utility\Get-Runspace) {{
            if ($runspace.Id -eq [runspace]::DefaultRunspace.Id -or $runspace.InitialSessionState.Modules.Name -notlike '*{Manager}*') {{ continue }}
            try {{ $screen = $runspace.SessionStateProxy.GetVariable('Host').Name }} catch {{ return $true }}
            if ($screen -ne 'Default Host') {{ return $true }}
        }}";

    // An exception that leaves a method or a cmdlet would otherwise not end the script, which would go on to ask in the
    // other way.
    private const string EndAtFirstFault = "$ErrorActionPreference = 'Stop'";

    private const string OpenStore =
        $@"
        $store = $null
        if ($Quiet -and $Module -eq '{Store}') {{
            Microsoft.PowerShell.Core\Import-Module $Path
            $type = '{Store}.LocalSecretStore' -as [type]
            if ($type) {{ $store = $type::GetInstance() }}
        }}";
}
