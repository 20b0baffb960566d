using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Lets models answer the examples of a file, and grades the answers, many at once.</summary>
internal sealed class ModelEvaluator(
    ApiCmdlet cmdlet,
    ModelAsker asker,
    string path,
    AdaptiveRateLimiter gate,
    bool keepsResults
)
{
    /// <summary>Evaluates one model.</summary>
    /// <param name="client">Where the model is asked.</param>
    /// <param name="model">The model.</param>
    /// <param name="grader">Grades its answers.</param>
    /// <param name="graderName">The grader's name.</param>
    /// <param name="system">What the system says first.</param>
    /// <param name="baseline">The score to compare with.</param>
    /// <param name="describe">Makes the error of an example.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came out; null if it ended before, which was told.</returns>
    public async Task<ModelEvaluation?> RunAsync(
        FineTuningClient client,
        string model,
        ISampleGrader grader,
        string graderName,
        string? system,
        double? baseline,
        Func<object, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken
    )
    {
        var scores = new ScoreMeter();
        List<GraderResult>? results = keepsResults ? [] : null;
        long? promptTokens = null,
            completionTokens = null;
        var first = new FirstRows();
        long unread = 0;
        string? firstError = null;
        using var progress = new ProgressLine(cmdlet, $"Evaluating {model}");
        using var run = new BatchRun<(long Number, ModelQuestion Question), (ModelAnswer Answer, GradeResult Grade)>(
            cmdlet,
            gate,
            AnswerAsync,
            Add,
            (input, e) => describe(input.Question.Item!, e),
            cancellationToken
        );
        run.OnProgress = () =>
            progress.Report(
                FormattableString.Invariant(
                    $"{run.Done:N0} answered and graded{(run.Failed > 0 ? $", {run.Failed:N0} failed" : string.Empty)}, {run.Pace}{(scores.Count > 0 ? $", score {scores.Mean:0.###}" : string.Empty)}"
                )
            );
        await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken))
        {
            if (Read(line, system) is not ModelQuestion question)
            {
                unread++;
                if (first.AreHopeless())
                {
                    throw cmdlet.Stop(FirstRows.NoExamples(path));
                }

                continue;
            }

            first.Used();
            await run.AddAsync((line.Number, question), cancellationToken);
            if (run.End is not null)
            {
                break;
            }
        }

        await run.FinishAsync(cancellationToken);
        if (run.End is ErrorRecord end)
        {
            cmdlet.WriteError(end);
            return null;
        }

        if (scores.Errors > 0)
        {
            cmdlet.WriteWarning(
                FormattableString.Invariant(
                    $"{model}: {scores.Errors:N0} of {scores.Count:N0} answers were graded with errors, and count with the reward that came of it, as a rule 0. The first: {firstError}"
                )
            );
        }

        return new ModelEvaluation(model, graderName, scores, run.Failed + unread, run.Elapsed, baseline)
        {
            PromptTokens = promptTokens,
            CompletionTokens = completionTokens,
            Results = results?.ToArray(),
        };

        async Task<(ModelAnswer Answer, GradeResult Grade)> AnswerAsync(
            (long Number, ModelQuestion Question) input,
            CancellationToken token
        )
        {
            ModelAnswer answer = await asker.AskAsync(client, model, input.Question, null, token).ConfigureAwait(false);
            return (answer, await grader.GradeAsync(answer.Text, input.Question.ItemJson, token).ConfigureAwait(false));
        }

        void Add((long Number, ModelQuestion Question) input, (ModelAnswer Answer, GradeResult Grade) done)
        {
            scores.Add(done.Grade);
            firstError ??= done.Grade.Errors.Any ? done.Grade.Errors.Message ?? done.Grade.Errors.Kind : null;
            promptTokens = done.Answer.PromptTokens is long read ? (promptTokens ?? 0) + read : promptTokens;
            completionTokens = done.Answer.CompletionTokens is long written
                ? (completionTokens ?? 0) + written
                : completionTokens;
            results?.Add(
                new GraderResult(
                    input.Number,
                    new SampleRow(done.Answer.Text, input.Question.Item, null),
                    graderName,
                    done.Grade
                )
            );
        }
    }

    private ModelQuestion? Read(JsonLine line, string? system)
    {
        try
        {
            return ModelQuestion.FromExample(line.ToObject(), null, system);
        }
        catch (FormatException e)
        {
            cmdlet.WriteError(
                ErrorRecords.Invalid(
                    "ExampleNotRead",
                    FormattableString.Invariant($"Line {line.Number} of '{path}' cannot be asked. {e.Message}"),
                    "Test-FineTuningDataset finds what is wrong with the file.",
                    path,
                    ErrorCategory.InvalidData
                )
            );
            return null;
        }
    }
}
