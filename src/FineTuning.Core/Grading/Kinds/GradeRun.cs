using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Kinds;

/// <summary>What one grading of one sample reads and collects.</summary>
internal sealed class GradeRun(SampleScope scope)
{
    private readonly Dictionary<string, GraderTokens> _usage = new(StringComparer.Ordinal);

    public SampleScope Scope { get; } = scope;

    public IReadOnlyDictionary<string, GraderTokens> Usage => _usage;

    public string? SampledModel { get; private set; }

    public IReadOnlyDictionary<string, double>? SubRewards { get; set; }

    public void AddUsage(string model, GraderModelAnswer answer)
    {
        _usage.TryGetValue(model, out GraderTokens? known);
        _usage[model] = new GraderTokens(
            (known?.Prompt ?? 0) + answer.PromptTokens,
            (known?.Completion ?? 0) + answer.CompletionTokens
        );
        SampledModel = model;
    }
}
