namespace FineTuning.Vaults;

/// <summary>A vault wanted to ask something where nobody can answer.</summary>
internal sealed class VaultPromptException()
    : Exception("It wanted to ask for a password, and nobody can answer here.");
