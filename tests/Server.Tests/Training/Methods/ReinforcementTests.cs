using System.Text.Json;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using Xunit;

namespace FineTuning.Server.Tests.Training.Methods;

public sealed class ReinforcementTests : IDisposable
{
    private readonly TrainingFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheRewardRisesAndTheAnswersAreLearnt()
    {
        (TrainingOutcome? outcome, RecordingSink? sink) = TrainerHarness.Train(
            Request() with
            {
                ValidationPath = _folder.WriteItems(Samples.UnseenTown),
            }
        );
        // Of four answers one is right, and which is not known yet.
        Assert.InRange(TrainerHarness.Mean(sink.Steps.Take(10), "train_reward_mean"), 0.05, 0.4);
        Assert.True(TrainerHarness.Mean(sink.Steps.TakeLast(10), "train_reward_mean") > 0.85);
        Assert.True(sink.Steps[^1].Extra!["full_valid_reward_mean"] > 0.7);
        Assert.All(sink.Steps, step => Assert.Null(step.TrainLoss));
        Assert.All(sink.Steps, step => Assert.InRange(step.Extra!["train_reward_std"], 0, 0.5));
        Assert.All(sink.Steps, step => Assert.DoesNotContain("train_grader_errors", step.Extra!.Keys));
        Assert.Equal(sink.Steps[^1].TrainedTokens, outcome.TrainedTokens);
        Assert.True(outcome.TrainedTokens > 4 * 8 * sink.Steps.Count);
        var model = NeuralModel.Load(outcome.ModelPath!);
        Assert.True(Samples.Town.Count(pair => TrainerHarness.Ask(model, pair.Prompt) == pair.Answer) >= 54);
    }

    [Fact]
    public void ParametersTakeEffect()
    {
        (int Samples, int Evaluations) Count(double compute, int interval, int evalSamples)
        {
            var check = new StringCheck();
            (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
                Request(check)
                    .With(
                        new()
                        {
                            EpochCount = 1,
                            BatchSize = 6,
                            ComputeMultiplier = compute,
                            EvalInterval = interval,
                            EvalSamples = evalSamples,
                        }
                    ) with
                {
                    ValidationPath = _folder.WriteItems(Samples.UnseenTown),
                    WorkFolder = _folder.NewFolder(),
                }
            );
            return (check.Samples.Count, sink.Steps.Count(step => step.Extra!.ContainsKey("valid_reward_mean")));
        }

        // Ten steps of six items; six validation items every so many steps, and twice at the end of the epoch.
        Assert.Equal(((60 * 8) + (6 * 3 * 2) + (6 * 2), 3), Count(1, 4, 2));
        Assert.Equal(((60 * 4) + (6 * 10) + 6, 10), Count(0.5, 1, 1));
        Assert.Equal(((60 * 2) + (6 * 2) + 6, 2), Count(0.0001, 5, 1));
    }

    [Fact]
    public void TooHighARateLosesTheReward()
    {
        double Reward(double multiplier) =>
            TrainerHarness.Mean(
                TrainerHarness
                    .Train(
                        Request().With(new() { LearningRateMultiplier = multiplier }) with
                        {
                            WorkFolder = _folder.NewFolder(),
                        }
                    )
                    .Sink.Steps.TakeLast(20),
                "train_reward_mean"
            );
        (double normal, double high) = (Reward(1), Reward(100));
        Assert.True(high < 0.6 * normal, $"normal {normal}, high {high}");
    }

    [Fact]
    public void AFailedGradingCountsAsNothingAndIsCounted()
    {
        // Every third sample cannot be graded, and one has a reward that is no number.
        var check = new StringCheck(
            (count, _) =>
                count == 4 ? Task.FromResult(new SampleReward(double.NaN))
                : count % 3 == 0 ? Task.FromResult(new SampleReward(0, "no"))
                : null
        );
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            Request(check)
                .With(
                    new()
                    {
                        BatchSize = 6,
                        EpochCount = 1,
                        ComputeMultiplier = 1,
                    }
                )
        );
        Assert.Equal(17, sink.Steps[0].Extra!["train_grader_errors"]);
        Assert.Equal(16, sink.Steps[1].Extra!["train_grader_errors"]);
        Assert.Equal(17.0 / 48, sink.Steps[0].Extra!["train_grader_error_share"]);

        // Told when it begins and summed up at the end, not at every step.
        Assert.Equal(
            ["The grader failed for 17 of 48 samples of step 1; they count as 0. The first failure: no"],
            sink.Steps[0].Warnings
        );
        Assert.All(sink.Steps.Skip(1).SkipLast(1), step => Assert.Empty(step.Warnings));
        Assert.Equal(
            ["The grader failed for 161 of 480 samples of this training (33.5 %). Each of them counted as 0."],
            sink.Steps[^1].Warnings
        );
    }

    [Fact]
    public void AValidationFileThatTheGraderCannotUseIsToldOnce()
    {
        string valid = _folder.WriteLines(TrainingFolder.Item("nobody knows this", "unknown"));
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            Request(new KnownCheck()).With(new() { EpochCount = 2, EvalSamples = 3 }) with
            {
                ValidationPath = valid,
            }
        );
        string warning = Assert.Single(sink.Steps.SelectMany(step => step.Warnings));
        Assert.Matches(
            "^The grader failed for all 3 validation samples at step [0-9]+; they count as 0. The first failure: "
                + "there is no answer$",
            warning
        );
        Assert.Equal(1, sink.Steps[^1].Extra!["full_valid_grader_error_share"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void RewardsThatNeverDifferAreToldAndTeachNothing(double reward)
    {
        var alike = new StringCheck((_, _) => Task.FromResult(new SampleReward(reward)));
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(Request(alike).With(new() { EpochCount = 2 }));
        (int step, string? warning) = Assert.Single(
            sink.Steps.SelectMany(step => step.Warnings.Select(warning => (step.Step, warning)))
        );
        Assert.Equal(10, step);
        Assert.StartsWith("There was nothing to learn from in the first 10 steps", warning, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"all {reward:0.00}"), warning, StringComparison.Ordinal);

        // One sample that differs from the others of its item is something to learn.
        var once = new StringCheck((count, _) => Task.FromResult(new SampleReward(count == 30 ? 0.5 : reward)));
        Assert.All(
            TrainerHarness
                .Train(Request(once).With(new() { EpochCount = 2 }) with { WorkFolder = _folder.NewFolder() })
                .Sink.Steps,
            step => Assert.Empty(step.Warnings)
        );
    }

    [Fact]
    public void WhatWasToldIsNotToldAgainAfterAPause()
    {
        StringCheck Check() =>
            new((count, _) => count % 2 == 0 ? Task.FromResult(new SampleReward(0, "every other")) : null);
        TrainingRequest request = Request(Check()).With(new() { EpochCount = 2, BatchSize = 6 });
        RecordingSink whole = TrainerHarness.Train(request).Sink;
        request = request with { WorkFolder = _folder.NewFolder(), Rewards = Check() };
        var first = new RecordingSink();
        var control = new TrainingControl();
        control.RequestPause();
        (TrainingOutcome Outcome, RecordingSink Sink) paused = TrainerHarness.Train(request, first, control);
        (TrainingOutcome _, RecordingSink? rest) = TrainerHarness.Train(
            request with
            {
                ResumeFrom = paused.Outcome.StatePath,
            }
        );
        Assert.True(paused.Outcome.IsPaused);
        Assert.Equal(2, whole.Steps.Sum(step => step.Warnings.Count));
        Assert.Equal(
            whole.Steps.SelectMany(step => step.Warnings),
            first.Steps.Concat(rest.Steps).SelectMany(step => step.Warnings)
        );
    }

    [Fact]
    public void AGraderThatFailsFromTheStartFailsTheJobInItsOwnWords()
    {
        var sink = new RecordingSink();
        var broken = new StringCheck((_, _) => Task.FromResult(new SampleReward(0, "item.nothing is not there")));
        TrainingException e = Assert.Throws<TrainingException>(() => TrainerHarness.Train(Request(broken), sink));
        Assert.Equal(
            "The grader failed for all 96 samples of the 3 steps up to step 3, so nothing can be learnt. The first "
                + "failure: item.nothing is not there "
                + "Try the grader on an item of the training file before the next job.",
            e.Message
        );
        Assert.Equal("grader_failed", e.Code);
        Assert.Equal(2, sink.Steps.Count);

        // One sample that could be graded is enough.
        var late = new StringCheck((count, _) => count < 70 ? Task.FromResult(new SampleReward(0, "not yet")) : null);
        Assert.False(TrainerHarness.Train(Request(late).With(new() { EpochCount = 1 })).Outcome.IsPaused);

        // One that stops working later is given more time, but not for ever.
        var gone = new StringCheck(
            (count, _) => count > 320 ? Task.FromResult(new SampleReward(0, "the model was deleted")) : null
        );
        var after = new RecordingSink();
        Assert.Matches(
            "^The grader failed for all 640 samples of the 20 steps up to step 30, and for 640 of 960 \\(66.7 %\\) "
                + "since the training began.*was deleted",
            Assert.Throws<TrainingException>(() => TrainerHarness.Train(Request(gone), after)).Message
        );
        Assert.Equal(29, after.Steps.Count);
    }

    [Fact]
    public void ACancelDoesNotWaitForTheGrader()
    {
        using var cancellation = new CancellationTokenSource();
        var never = new TaskCompletionSource<SampleReward>();
        var deaf = new StringCheck(
            (_, _) =>
            {
                cancellation.Cancel();
                return never.Task;
            }
        );
        Assert.ThrowsAny<OperationCanceledException>(() =>
            TrainerHarness.Train(Request(deaf), cancellationToken: cancellation.Token)
        );
        Assert.Single(deaf.Samples);
    }

    [Fact]
    public void SlowGradersRunSideBySideAndTheirOrderDoesNotMatter()
    {
        (TrainingOutcome Outcome, RecordingSink Sink) quick = TrainerHarness.Train(
            Request().With(new() { EpochCount = 1 })
        );
        int running = 0;
        int most = 0;
        var slow = new SlowCheck(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        });
        (TrainingOutcome Outcome, RecordingSink Sink) same = TrainerHarness.Train(
            Request(slow).With(new() { EpochCount = 1 }) with
            {
                WorkFolder = _folder.NewFolder(),
            }
        );
        Assert.Equal(TrainerHarness.Bits(quick.Sink.Steps), TrainerHarness.Bits(same.Sink.Steps));
        Assert.True(most <= 8, $"{most}");
    }

    [Fact]
    public void TheFirstSamplesAreAnswersOfTheItemsWithoutTheirOrder()
    {
        var check = new StringCheck();
        TrainerHarness.Train(Request(check).With(new() { EpochCount = 1, BatchSize = 60 }));
        var known = Samples.Town.Select(pair => pair.Answer).ToHashSet();
        Assert.True(check.Samples.Count(known.Contains) > 0.7 * check.Samples.Count);
        Assert.All(
            known,
            answer =>
                Assert.InRange(
                    check.Samples.Count(sample => sample == answer),
                    check.Samples.Count / 12,
                    check.Samples.Count / 2
                )
        );
    }

    [Theory]
    [InlineData(
        """{"type":"string_check","input":"{{ sample.output_text }}","reference":"{{item.answer}}"}""",
        "yes,no"
    )]
    [InlineData("""{"type":"python","source":"return item['nested']['x']"}""", "deep")]
    [InlineData("""{"type":"string_check","reference":"fixed"}""", "fixed")]
    [InlineData("""{"type":"text_similarity"}""", "yes,deep,7,no")]
    [InlineData("null", "yes,deep,7,no")]
    public void ThePoolHoldsWhatTheGraderCompares(string grader, string answers)
    {
        string path = _folder.WriteLines(
            """{"messages":[{"role":"user","content":"q"}],"answer":"yes","nested":{"x":["deep"]},"id":7}""",
            """{"messages":[{"role":"user","content":"q"}],"answer":"no","tools":[{"type":"function"}]}""",
            """{"messages":[{"role":"user","content":"q"}],"answer":"yes"}"""
        );
        var pool = new AnswerPool(grader == "null" ? null : JsonElement.Parse(grader));
        foreach (RewardItem item in RewardExamples.Read(path, "training_file", default))
        {
            pool.Add(item);
        }

        Assert.Equal(answers.Split(','), pool.Answers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void ItemsWithoutAnswersOfAUsableLengthAreTrainedOnToo(int length)
    {
        string item = TrainingFolder.Item(
            "a" + string.Concat(Enumerable.Repeat("😀", length / 2)),
            new string('y', 5000)
        );
        string path = _folder.WriteLines(length == 0 ? item.Replace("\"content\":\"a\"", "\"content\":\"\"") : item);
        var pool = new AnswerPool(
            JsonElement.Parse("""{"type":"string_check","reference":"{{item.reference_answer}}"}""")
        );
        foreach (RewardItem read in RewardExamples.Read(path, "training_file", default))
        {
            pool.Add(read);
        }

        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            Request().With(new() { EpochCount = 1 }) with
            {
                TrainingPath = path,
            }
        );
        Assert.Equal(length == 0 ? [] : ["a" + string.Concat(Enumerable.Repeat("😀", 999))], pool.Answers);
        Assert.Equal(0, sink.Steps[^1].Extra!["train_reward_mean"]);
    }

    [Fact]
    public void AFineTunedBaseStartsWithWhatItKnows()
    {
        string basis = TrainerHarness
            .Train(TrainerHarness.Request(_folder, _folder.WritePairs(Samples.Town), epochs: 10))
            .Outcome.ModelPath!;
        (TrainingOutcome _, RecordingSink? sink) = TrainerHarness.Train(
            Request().With(new() { EpochCount = 1 }) with
            {
                BaseModelPath = basis,
            }
        );
        Assert.True(TrainerHarness.Mean(sink.Steps.Take(5), "train_reward_mean") > 0.8);
        Assert.True(TrainerHarness.Mean(sink.Steps.TakeLast(5), "train_reward_mean") > 0.8);
    }

    private TrainingRequest Request(IRewardSource? rewards = null) =>
        TrainerHarness.Request(_folder, _folder.WriteItems(Samples.Town)) with
        {
            Method = "reinforcement",
            Rewards = rewards ?? new StringCheck(),
        };

    /// <summary>Fails for the answer "unknown".</summary>
    private sealed class KnownCheck : IRewardSource
    {
        public Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken) =>
            Task.FromResult(
                item.GetProperty("reference_answer").GetString() is var answer && answer == "unknown"
                    ? new SampleReward(0, "there is no answer")
                    : new SampleReward(sample == answer ? 1 : 0)
            );
    }

    private sealed class SlowCheck(Func<Task> wait) : IRewardSource
    {
        private readonly StringCheck _check = new();

        public async Task<SampleReward> GradeAsync(string sample, JsonElement item, CancellationToken cancellationToken)
        {
            await wait();
            Task<SampleReward> grading;
            lock (_check)
            {
                grading = _check.GradeAsync(sample, item, cancellationToken);
            }

            return await grading;
        }
    }
}
