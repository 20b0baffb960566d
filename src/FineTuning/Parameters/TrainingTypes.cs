namespace FineTuning.Parameters;

/// <summary>Azure's kinds of training.</summary>
internal static class TrainingTypes
{
    /// <summary>The word that Azure takes: its documents call the third kind Developer, and its API developerTier. All
    /// others go as they are.</summary>
    public static string? ToWire(string? name) =>
        string.Equals(name, "Developer", StringComparison.OrdinalIgnoreCase) ? "developerTier" : name;
}
