using System.Globalization;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Core.Grading;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Evaluation;

public sealed class ModelEvaluatorTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    private readonly LocalGrader _grader = LocalGrader.Create(
        Testing.Parse(
            """{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"{{item.reference}}","operation":"eq"}"""
        )
    );

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_model_is_asked_every_example_and_scored()
    {
        WriteExamples("a", "b", "a");
        await File.AppendAllTextAsync(_file, "no JSON\n");
        await using var server = StubServer.Answers(_ => Reply.Json(Chat("a")));
        using FineTuningClient client = Testing.Client(server);
        var seen = new Observed();
        EvaluationResult? result = await Evaluator(4).EvaluateAsync(new(client, "m", _grader), seen);
        Assert.NotNull(result);
        Assert.Equal(("m", 3, 0.667), (result.Model, result.Scores.Count, Math.Round(result.Score!.Value, 3)));
        Assert.Equal((1L, 9L, 6L), (result.Failed, result.PromptTokens!.Value, result.CompletionTokens!.Value));
        Assert.Equal([(1L, 1d), (2L, 0d), (3L, 1d)], seen.Graded);
        Assert.Equal([4L], seen.Unread);
        Assert.Empty(seen.Failed);
        Assert.True(seen.Progress > 0);
    }

    [Fact]
    public async Task An_example_that_is_refused_fails_alone()
    {
        WriteExamples("a", "b", "a");
        await using var server = StubServer.Answers(request =>
            request.Text.Contains("question 2") ? Reply.Error(400) : Reply.Json(Chat("a"))
        );
        using FineTuningClient client = Testing.Client(server);
        var seen = new Observed();
        EvaluationResult? result = await Evaluator(2).EvaluateAsync(new(client, "m", _grader), seen);
        Assert.Equal((1L, 1d), (result!.Failed, result.Score!.Value));
        Assert.Equal([(2L, ApiErrorKind.InvalidRequest)], seen.Failed);
        Assert.Null(seen.End);
    }

    [Fact]
    public async Task A_failure_that_all_would_share_ends_the_evaluation()
    {
        WriteExamples([.. Enumerable.Repeat("a", 50)]);
        await using var server = StubServer.Replies(Reply.Error(401));
        using FineTuningClient client = Testing.Client(server);
        var seen = new Observed();
        Assert.Null(await Evaluator(1).EvaluateAsync(new(client, "m", _grader), seen));
        Assert.Equal(
            (1L, ApiErrorKind.AuthenticationFailed, 0L),
            (seen.End!.Input.Line, seen.End.Failure.Kind, seen.End.Refused)
        );
        Assert.Empty(seen.Failed);
        Assert.True(server.Count < 50);
    }

    [Fact]
    public async Task When_none_of_the_first_requests_is_taken_the_rest_is_not_sent()
    {
        WriteExamples([.. Enumerable.Repeat("a", 50)]);
        await using var server = StubServer.Replies(Reply.Error(400));
        using FineTuningClient client = Testing.Client(server);
        var seen = new Observed();
        Assert.Null(await Evaluator(1).EvaluateAsync(new(client, "m", _grader), seen));
        Assert.Equal((10L, 10), (seen.End!.Refused, seen.Failed.Count));
    }

    [Fact]
    public async Task A_file_without_examples_is_no_dataset()
    {
        await File.WriteAllTextAsync(_file, string.Concat(Enumerable.Repeat("{}\n", 20)));
        await using var server = StubServer.Replies(Reply.Error(500));
        using FineTuningClient client = Testing.Client(server);
        var seen = new Observed();
        NoExamplesException e = await Assert.ThrowsAsync<NoExamplesException>(() =>
            Evaluator(1).EvaluateAsync(new(client, "m", _grader), seen)
        );
        Assert.Equal((_file, DatasetLimits.FirstRows, 0), (e.Path, seen.Unread.Count, server.Count));
    }

    [Fact]
    public async Task Models_are_scored_once_and_compared_with_the_first()
    {
        WriteExamples("a", "b");
        await using var server = StubServer.Answers(request =>
            Reply.Json(Chat(request.Text.Contains("\"tuned\"") ? "a" : "x"))
        );
        using FineTuningClient client = Testing.Client(server);
        var comparer = new ModelComparer(client, Evaluator(2), _grader, compared: "base");
        List<EvaluationResult> results = [];
        foreach (string model in new[] { "tuned", "base", "tuned" })
        {
            await foreach (EvaluationResult result in comparer.EvaluateAsync(model, _ => new Observed()))
            {
                results.Add(result);
            }
        }

        Assert.Equal(
            [("base", 0d, null), ("tuned", 0.5, 0d)],
            results.Select(result => (result.Model, result.Score!.Value, result.Baseline))
        );
        Assert.Equal((4, true, false), (server.Count, comparer.HasScored("tuned"), comparer.HasScored("other")));
    }

    private static string Chat(string text) =>
        $$$"""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"{{{text}}}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}""";

    private ModelEvaluator Evaluator(int atOnce) => new(new ModelAsker(), _file, new AdaptiveRateLimiter(atOnce));

    private void WriteExamples(params string[] answers) =>
        File.WriteAllLines(
            _file,
            answers.Select(
                (answer, i) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"messages":[{"role":"user","content":"question {{i + 1}}"},{"role":"assistant","content":"{{answer}}"}]}"""
                    )
            )
        );

    /// <summary>Keeps what an evaluation tells.</summary>
    private sealed class Observed : IEvaluationObserver
    {
        public List<(long Line, double Reward)> Graded { get; } = [];

        public List<(long Line, ApiErrorKind Kind)> Failed { get; } = [];

        public List<long> Unread { get; } = [];

        public BatchEnd<ExampleQuestion>? End { get; private set; }

        public int Progress { get; private set; }

        public void OnUnread(long line, FormatException fault) => Unread.Add(line);

        public void OnGraded(ExampleQuestion example, ModelResponse response, GradeResult grade) =>
            Graded.Add((example.Line, grade.Reward));

        public void OnFailed(ExampleQuestion example, FineTuningApiException failure) =>
            Failed.Add((example.Line, failure.Kind));

        public void OnEnded(BatchEnd<ExampleQuestion> end) => End = end;

        public void OnProgress(BatchProgress progress, ScoreMeter scores) => Progress++;
    }
}
