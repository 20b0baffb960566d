using System.Security;

namespace FineTuning.Connections;

/// <summary>A key or token, and where it was found.</summary>
internal sealed record ResolvedKey(SecureString Key, string Source, bool IsToken = false)
{
    /// <summary>Returns a text that does not contain the key.</summary>
    public override string ToString() => Source;
}
