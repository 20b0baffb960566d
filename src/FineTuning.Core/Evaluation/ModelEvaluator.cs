using FineTuning.Core.Datasets;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;

namespace FineTuning.Core.Evaluation;

/// <summary>Lets models answer the examples of a file, and grades the answers, many at once.</summary>
/// <param name="asker">Asks the models.</param>
/// <param name="path">The dataset, as JSONL; it is read in constant memory.</param>
/// <param name="gate">Says how many examples are worked on at a time; the clients should pass it as well.</param>
public sealed class ModelEvaluator(ModelAsker asker, string path, AdaptiveRateLimiter gate)
{
    /// <summary>Evaluates one model.</summary>
    /// <param name="request">The model and its grader.</param>
    /// <param name="observer">Gets every example, graded or failed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came out; null if it ended before, which the observer was told.</returns>
    /// <exception cref="NoExamplesException">None of the first lines is an example.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public async Task<EvaluationResult?> EvaluateAsync(
        EvaluationRequest request,
        IEvaluationObserver observer,
        CancellationToken cancellationToken = default
    )
    {
        _ = request ?? throw new ArgumentNullException(nameof(request));
        _ = observer ?? throw new ArgumentNullException(nameof(observer));
        var totals = new Totals();
        using var run = new BatchRun<ExampleQuestion, (ModelResponse Response, GradeResult Grade)>(
            gate,
            (example, token) => AnswerAsync(request, example, token),
            (example, done) =>
            {
                totals.Add(done.Response, done.Grade);
                observer.OnGraded(example, done.Response, done.Grade);
            },
            observer.OnFailed,
            cancellationToken
        );
        run.OnProgress = () => observer.OnProgress(run.Progress, totals.Scores);
        long unread = await AddExamplesAsync(run, request.SystemMessage, observer, cancellationToken)
            .ConfigureAwait(true);
        await run.FinishAsync(cancellationToken).ConfigureAwait(true);
        if (run.End is { } end)
        {
            observer.OnEnded(end);
            return null;
        }

        return new EvaluationResult(request.Model, totals.Scores)
        {
            Failed = run.Failed + unread,
            Duration = run.Elapsed,
            PromptTokens = totals.PromptTokens,
            CompletionTokens = totals.CompletionTokens,
            FirstError = totals.FirstError,
        };
    }

    // Gives the number of lines that are no examples.
    private async Task<long> AddExamplesAsync(
        BatchRun<ExampleQuestion, (ModelResponse Response, GradeResult Grade)> run,
        string? system,
        IEvaluationObserver observer,
        CancellationToken cancellationToken
    )
    {
        var first = new FirstRows();
        long unread = 0;
        await foreach (JsonLine line in JsonLineFile.ReadAsync(path, cancellationToken).ConfigureAwait(true))
        {
            ModelQuestion question;
            try
            {
                question = ModelQuestion.FromExample(line.ToObject(), system);
            }
            catch (FormatException e)
            {
                observer.OnUnread(line.Number, e);
                unread++;
                if (first.AreHopeless())
                {
                    throw new NoExamplesException(path);
                }

                continue;
            }

            first.Used();
            await run.AddAsync(new ExampleQuestion(line.Number, question), cancellationToken).ConfigureAwait(true);
            if (run.End is not null)
            {
                break;
            }
        }

        return unread;
    }

    private async Task<(ModelResponse Response, GradeResult Grade)> AnswerAsync(
        EvaluationRequest request,
        ExampleQuestion example,
        CancellationToken cancellationToken
    )
    {
        ModelResponse response = await asker
            .AskAsync(request.Client, request.Model, example.Question, null, cancellationToken)
            .ConfigureAwait(false);
        GradeResult grade = await request
            .Grader.GradeAsync(response.Text, example.Question.Item, cancellationToken)
            .ConfigureAwait(false);
        return (response, grade);
    }

    /// <summary>What adds up over the examples.</summary>
    private sealed class Totals
    {
        public ScoreMeter Scores { get; } = new();

        public long? PromptTokens { get; private set; }

        public long? CompletionTokens { get; private set; }

        public string? FirstError { get; private set; }

        public void Add(ModelResponse response, GradeResult grade)
        {
            Scores.Add(grade);
            FirstError ??= grade.Errors.Any ? grade.Errors.Message ?? grade.Errors.Kind : null;
            PromptTokens = Sum(PromptTokens, response.PromptTokens);
            CompletionTokens = Sum(CompletionTokens, response.CompletionTokens);
        }

        private static long? Sum(long? sum, long? more) => more is null ? sum : (sum ?? 0) + more;
    }
}
