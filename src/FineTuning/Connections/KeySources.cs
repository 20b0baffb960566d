namespace FineTuning;

/// <summary>How places of keys are called.</summary>
internal static class KeySources
{
    public static string Identity(string? clientId) => clientId is null ? "managed identity (system-assigned)" : $"managed identity {clientId}";
}
