using System.Diagnostics;
using System.Text.Json;
using FineTuning.Core.Grading.Kinds;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading;

/// <summary>
/// A grader that works on this machine: <c>string_check</c>, <c>text_similarity</c> (see <see cref="TextSimilarity"/>),
/// <c>multi</c>, and with the services for them <c>score_model</c>, <c>label_model</c> and <c>python</c>. Definitions
/// are those of the service's API. Immutable, and safe for several threads at a time.
/// </summary>
/// <remarks>
/// Where the API leaves it open: the parts of a multi grader are an object of names and graders, one grader, or a list
/// of graders with names; a multi grader cannot be a part of another. A value in a template that is no string is
/// inserted as compact JSON. A model's answer is the number or label itself, or a JSON object with it as <c>result</c>;
/// nothing is added to the grader's own messages to ask for that.
/// </remarks>
public sealed class LocalGrader : ISampleGrader
{
    private readonly Grader _grader;

    private LocalGrader(Grader grader) => _grader = grader;

    /// <summary>The grader's name.</summary>
    public string Name => _grader.Name;

    /// <summary>string_check, text_similarity, score_model, label_model, python or multi.</summary>
    public string Type => _grader.Type;

    /// <summary>Reads a definition and checks all of it that does not depend on a sample.</summary>
    /// <param name="definition">The grader's object, as the service takes it. It is not kept.</param>
    /// <param name="services">What graders may use; null for none.</param>
    /// <exception cref="GraderException">The definition is wrong, has something unknown, or asks for a service that is
    /// not there.</exception>
    public static LocalGrader Create(JsonElement definition, GraderServices? services = null)
    {
        var reading = GraderReading.ForUse(services ?? new GraderServices());
        Grader? grader = GraderReader.Read(definition, reading);
        return reading.FirstError is { } problem ? throw new GraderException(problem) : new LocalGrader(grader!);
    }

    /// <summary>Grades one sample. A sample that cannot be graded gives a result with errors and the reward 0, not an
    /// exception.</summary>
    /// <param name="modelSample">The model's text.</param>
    /// <param name="item">The dataset item, an object; null if there is none.</param>
    /// <param name="cancellationToken">Ends the grading.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<GradeResult> GradeAsync(
        string modelSample,
        JsonElement? item,
        CancellationToken cancellationToken = default
    )
    {
        _ = modelSample ?? throw new ArgumentNullException(nameof(modelSample));
        cancellationToken.ThrowIfCancellationRequested();
        var watch = Stopwatch.StartNew();
        GradeRun run = new(new SampleScope(modelSample, item, cancellationToken));
        double reward = 0;
        GradeErrors errors = GradeErrors.None;
        try
        {
            reward = await _grader.GradeAsync(run, cancellationToken).ConfigureAwait(false);
        }
        catch (GradingException e)
        {
            errors = e.Errors;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Such as an item with text that is not valid Unicode. A job must not fail for one sample.
            errors = new GradeErrors { OtherError = true, Message = $"The sample cannot be graded: {e.Message}" };
        }

        return new GradeResult
        {
            Reward = reward,
            SubRewards = run.SubRewards,
            Errors = errors,
            Duration = watch.Elapsed,
            TokenUsage = run.Usage,
            SampledModel = run.SampledModel,
        };
    }
}
