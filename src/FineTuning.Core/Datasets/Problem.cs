using System.Globalization;

namespace FineTuning.Core.Datasets;

/// <summary>One problem that a check found: what it is and what to do about it. Where it is, each kind says in its own
/// way.</summary>
public abstract record Problem
{
    private protected Problem() { }

    /// <summary>The stable code of the problem, such as <c>FT1012</c> or <c>FT2021</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Error where the service would refuse what was checked, or it cannot work; warning where it would not,
    /// but surely does not do what was meant.</summary>
    public required ProblemSeverity Severity { get; init; }

    /// <summary>What is wrong, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>What to do next, in one sentence.</summary>
    public required string Fix { get; init; }

    /// <summary>Returns the problem without its place: <c>message (FT2021)</c>.</summary>
    public override string ToString() =>
        string.Format(CultureInfo.InvariantCulture, "{0} ({1})", Message.TrimEnd('.'), Code);
}
