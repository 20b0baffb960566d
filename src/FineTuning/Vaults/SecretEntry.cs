namespace FineTuning.Vaults;

/// <summary>What a vault tells of a secret without giving its value.</summary>
/// <param name="Name">Its name as it is written in the vault.</param>
/// <param name="Metadata">A dictionary; null if there is none.</param>
internal sealed record SecretEntry(string Name, object? Metadata);
