using System.Runtime.InteropServices;

namespace FineTuning.Vaults;

/// <summary>
/// Where SecretManagement 1.1 keeps its list of vaults. Without the file there are none, which saves each session that
/// has none the time of loading it, and the home folder the empty folders that loading it makes.
/// </summary>
internal static class VaultRegistry
{
    /// <summary>Whether a vault may be registered for this account.</summary>
    public static bool MayHaveVaults =>
        AppDomain.CurrentDomain.GetAssemblies().Any(a => a.GetName().Name == VaultScripts.Manager)
        || (Root is string root && File.Exists(Path.Combine(root, "secretvaultregistry", "vaultinfo")));

    private static string? Root
    {
        get
        {
            bool isWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);
            string? account = isWindows
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("HOME");
            return string.IsNullOrEmpty(account) ? null
                : isWindows ? Path.Combine(account, "Microsoft", "PowerShell", "secretmanagement")
                : Path.Combine(account, ".secretmanagement");
        }
    }
}
