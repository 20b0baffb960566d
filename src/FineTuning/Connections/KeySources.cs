namespace FineTuning.Connections;

/// <summary>How places of keys are called.</summary>
internal static class KeySources
{
    public static string Secret(string name, string? vault) =>
        vault is null ? $"secret {name}" : $"secret {name} in vault {vault}";

    public static string Identity(string? clientId) =>
        clientId is null ? "managed identity (system-assigned)" : $"managed identity {clientId}";
}
