using FineTuning.Core.Datasets.Problems;

namespace FineTuning.Core.Datasets;

/// <summary>
/// The catalogue of every problem a check can report. FT10xx is about the file, FT11xx about a line and its JSON,
/// FT12xx about chat messages, FT13xx about completion, FT14xx about preference and FT15xx about reinforcement
/// examples, FT16xx about the set.
/// </summary>
public static class ProblemCodes
{
    private static readonly Dictionary<string, ProblemCode> s_byCode = new(StringComparer.OrdinalIgnoreCase);

    static ProblemCodes()
    {
        All =
        [
            .. FileProblems.All,
            .. LineProblems.All,
            .. ChatProblems.All,
            .. CompletionProblems.All,
            .. PreferenceProblems.All,
            .. ReinforcementProblems.All,
            .. SetProblems.All,
        ];
        foreach (ProblemCode code in All)
        {
            s_byCode.Add(code.Code, code);
        }
    }

    /// <summary>Every code, in order.</summary>
    public static IReadOnlyList<ProblemCode> All { get; }

    /// <summary>Returns the entry of a code such as <c>FT1207</c>, or null if there is none.</summary>
    /// <param name="code">The code; upper and lower case are the same.</param>
    public static ProblemCode? Find(string code) =>
        s_byCode.TryGetValue(code ?? throw new ArgumentNullException(nameof(code)), out ProblemCode? found)
            ? found
            : null;
}
