using System.Security;

namespace FineTuning.Vaults;

/// <summary>A key that was found in a vault.</summary>
/// <param name="Key">The key.</param>
/// <param name="Vault">The vault's name.</param>
internal sealed record ResolvedSecret(SecureString Key, string Vault);
