namespace FineTuning.Core.Datasets;

/// <summary>The codes of one subject: making one here registers it, and the catalogue and its page follow.</summary>
internal sealed class ProblemGroup
{
    private readonly List<ProblemCode> _all = [];

    public IReadOnlyList<ProblemCode> All => _all;

    public ProblemCode Error(
        string code,
        string title,
        string explanation = "",
        string fix = "",
        string example = ""
    ) => Add(new ProblemCode(code, ProblemSeverity.Error, title, explanation, fix, example));

    public ProblemCode Warning(
        string code,
        string title,
        string explanation = "",
        string fix = "",
        string example = ""
    ) => Add(new ProblemCode(code, ProblemSeverity.Warning, title, explanation, fix, example));

    private ProblemCode Add(ProblemCode code)
    {
        _all.Add(code);
        return code;
    }
}
