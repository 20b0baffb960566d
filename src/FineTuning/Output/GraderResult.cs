using System.Management.Automation;
using FineTuning.Core.Grading;
using FineTuning.Parameters;

namespace FineTuning.Output;

/// <summary>A graded sample.</summary>
public sealed class GraderResult
{
    internal GraderResult(long number, SampleRow row, string grader, GradeResult result)
    {
        Number = number;
        Reward = result.Reward;
        Grader = grader;
        ModelSample = row.Sample;
        Item = row.Item;
        Error = result.Errors.Any ? result.Errors.Message ?? result.Errors.Kind : null;
        ErrorType = result.Errors.Kind;
        SubRewards = ToObject(result.SubRewards);
        Duration = result.Duration;
        SampledModel = result.SampledModel;
        TokenUsage = result.TokenUsage.Count > 0 ? result.TokenUsage.Values.Sum(tokens => tokens.Total) : null;
    }

    /// <summary>Its place in the input, from 1.</summary>
    public long Number { get; }

    /// <summary>The score; as a rule 0 to 1. 0 if <see cref="Error"/> says that the sample could not be
    /// graded.</summary>
    public double Reward { get; }

    /// <summary>The grader's name.</summary>
    public string Grader { get; }

    /// <summary>The text that was graded.</summary>
    public string ModelSample { get; }

    /// <summary>The dataset item, as it came; null if there was none.</summary>
    public object? Item { get; }

    /// <summary>The scores of a multi grader's parts, one property each; null for other graders.</summary>
    public PSObject? SubRewards { get; }

    /// <summary>Why the sample could not be graded; null if it was.</summary>
    public string? Error { get; }

    /// <summary>The kind of that fault in the service's words, such as <c>sample_parse_error</c>.</summary>
    public string? ErrorType { get; }

    /// <summary>How long the grading took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Tokens that grading models used; null if none was asked.</summary>
    public long? TokenUsage { get; }

    /// <summary>The grading model that was asked last; null if none was.</summary>
    public string? SampledModel { get; }

    /// <summary>Scores by name as an object, whose properties can be shown and measured.</summary>
    internal static PSObject? ToObject(IReadOnlyDictionary<string, double>? scores)
    {
        if (scores is null)
        {
            return null;
        }

        var result = new PSObject();
        foreach (KeyValuePair<string, double> score in scores)
        {
            // PowerShell's members have names, and these do not differ by case alone.
            if (score.Key.Length > 0 && result.Properties[score.Key] is null)
            {
                result.Properties.Add(new PSNoteProperty(score.Key, score.Value));
            }
        }

        return result;
    }
}
