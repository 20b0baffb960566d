namespace FineTuning.Core.Datasets;

/// <summary>
/// The catalogue of every problem a check can report, collected from the rules. FT10xx is about the file, FT11xx about
/// a line and its JSON, FT12xx about chat messages, FT13xx about completion, FT14xx about preference and FT15xx about
/// reinforcement examples, FT16xx about the set.
/// </summary>
public static class ProblemCodes
{
    private const string Prefix = "FT1";

    /// <summary>Every code, in order.</summary>
    public static IReadOnlyList<ProblemCode> All => field ??= ProblemRegistry.All(Prefix);

    /// <summary>Returns the entry of a code such as <c>FT1207</c>, or null if there is none.</summary>
    /// <param name="code">The code; upper and lower case are the same.</param>
    public static ProblemCode? Find(string code) =>
        (code ?? throw new ArgumentNullException(nameof(code))).StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? ProblemRegistry.Find(code)
            : null;
}
