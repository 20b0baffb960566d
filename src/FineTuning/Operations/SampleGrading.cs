using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>A sample with its place in the input, from 1.</summary>
internal sealed record SampleInput(long Number, SampleRow Row);

/// <summary>The gradings of one cmdlet, many at once.</summary>
internal sealed class SampleGrading
{
    private ISampleGrader? _grader;

    /// <param name="cmdlet">What writes.</param>
    /// <param name="connect">Makes the grader with the first sample, and not before: it can ask a vault.</param>
    /// <param name="definition">The grader.</param>
    /// <param name="gate">What the gradings pass.</param>
    /// <param name="write">Gets each result, in order.</param>
    /// <param name="describe">Makes the error of a sample.</param>
    /// <param name="stopping">Ends it all.</param>
    public SampleGrading(
        AsyncCmdlet cmdlet,
        Func<ISampleGrader> connect,
        JsonElement definition,
        AdaptiveRateLimiter gate,
        Action<SampleInput, GradeResult> write,
        Func<SampleInput, FineTuningApiException, ErrorRecord> describe,
        CancellationToken stopping
    )
    {
        Name = NameOf(definition);
        Run = new BatchRun<SampleInput, GradeResult>(
            cmdlet,
            gate,
            (input, token) => _grader!.GradeAsync(input.Row.Sample, input.Row.ItemJson, token),
            write,
            describe,
            stopping
        )
        {
            OnFirst = () => _grader = connect(),
        };
    }

    /// <summary>The grader's name.</summary>
    public string Name { get; }

    /// <summary>The grading of all samples.</summary>
    public BatchRun<SampleInput, GradeResult> Run { get; }

    /// <summary>What a grader calls itself.</summary>
    public static string NameOf(JsonElement definition) =>
        definition.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : "the grader";

    /// <summary>Reads the -Grader of a cmdlet, or ends it.</summary>
    public static JsonElement ReadGrader(AsyncCmdlet cmdlet, object grader)
    {
        try
        {
            return GraderArgument.Read(cmdlet, grader);
        }
        catch (PSArgumentException e)
        {
            throw cmdlet.Stop(ErrorRecords.Invalid("NoGrader", e.Message, "Make one with New-Grader.", grader));
        }
    }

    /// <summary>Makes a grader that works here, or ends the cmdlet.</summary>
    public static ISampleGrader CreateLocal(AsyncCmdlet cmdlet, JsonElement definition)
    {
        try
        {
            return LocalGrader.Create(definition);
        }
        catch (GraderException e)
        {
            throw cmdlet.Stop(
                ErrorRecords.Invalid(
                    "GraderNotLocal",
                    $"The grader cannot work here: {e.Message} ({e.JsonPath})",
                    $"{e.Fix} Without -Local the service grades.",
                    definition
                )
            );
        }
    }

    /// <summary>How far it is, for people.</summary>
    public string Status(ScoreMeter scores) =>
        FormattableString.Invariant(
            $"{Run.Done:N0} graded{(Run.Failed > 0 ? $", {Run.Failed:N0} failed" : string.Empty)}, {Run.Pace}{(scores.Count > 0 ? $", mean reward {scores.Mean:0.###}" : string.Empty)}"
        );
}
