using System.Globalization;

namespace FineTuning.Tests.Shared;

/// <summary>
/// How long the long checks are. <c>test</c> runs each in its short form; <c>soak</c> sets the variable and so
/// multiplies all of their counts.
/// </summary>
public static class SoakScale
{
    /// <summary>The trait that a run of the long checks alone filters by.</summary>
    public const string Category = "Soak";

    /// <summary>Set by the soak task of the build scripts.</summary>
    public const string Variable = "FINETUNING_SOAK_SCALE";

    /// <summary>Repeats a run: the seed that the run printed.</summary>
    public const string SeedVariable = "FINETUNING_SOAK_SEED";

    /// <summary>1 for the short form.</summary>
    public static int Factor { get; } = Read(Variable) ?? 1;

    public static bool IsLong => Factor > 1;

    /// <summary>The seed of the random choices: a fixed one in the short form, so that <c>test</c> does the same each
    /// time.</summary>
    public static int Seed { get; } = Read(SeedVariable) ?? (Factor > 1 ? Random.Shared.Next(1, 1_000_000) : 1);

    private static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
}
