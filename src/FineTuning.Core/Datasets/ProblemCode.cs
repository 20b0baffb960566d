using System.Globalization;

namespace FineTuning.Core.Datasets;

/// <summary>What a problem code stands for: the entry of the catalogue that the documentation is made from.</summary>
public sealed class ProblemCode
{
    private ProblemCode(
        string code,
        ProblemSeverity severity,
        string title,
        string explanation,
        string fix,
        string example
    )
    {
        Code = code;
        Severity = severity;
        Title = title;
        Explanation = explanation;
        Fix = fix;
        Example = example;

        // The number is the place in the tables of counts: an array is cheaper than a dictionary where millions are
        // counted.
        Index = int.Parse(code.Substring(2), NumberStyles.None, CultureInfo.InvariantCulture) - FirstNumber;
    }

    internal const int FirstNumber = 1000;
    internal const int IndexCount = 700;

    /// <summary>The stable code, such as <c>FT1207</c>.</summary>
    public string Code { get; }

    /// <summary>Whether the service would refuse the file for it.</summary>
    public ProblemSeverity Severity { get; }

    /// <summary>A few words that name the problem.</summary>
    public string Title { get; }

    /// <summary>Why it is a problem.</summary>
    public string Explanation { get; }

    /// <summary>What to do about it, in one sentence.</summary>
    public string Fix { get; }

    /// <summary>A line (or a description of a file) that has the problem.</summary>
    public string Example { get; }

    /// <summary>Whether Repair-FineTuningDataset mends it, as a rule: not where it would have to decide what was
    /// meant.</summary>
    public bool IsRepairable { get; private init; }

    internal int Index { get; }

    // The entry of a problem that a repair mends.
    internal ProblemCode Mended() => new(Code, Severity, Title, Explanation, Fix, Example) { IsRepairable = true };

    internal static ProblemCode Error(string code, string title, string explanation, string fix, string example) =>
        new(code, ProblemSeverity.Error, title, explanation, fix, example);

    internal static ProblemCode Warning(string code, string title, string explanation, string fix, string example) =>
        new(code, ProblemSeverity.Warning, title, explanation, fix, example);

    /// <summary>Returns the code and its title.</summary>
    public override string ToString() => Code + " " + Title;
}
