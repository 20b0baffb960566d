using System.Collections.Concurrent;
using System.Globalization;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Tests.Shared.Server;

/// <summary>
/// A trainer without arithmetic. Its numbers follow from seed and step. Unless it is free, a step waits until the test
/// lets it pass.
/// </summary>
internal sealed class TestTrainer : ITrainer
{
    private readonly SemaphoreSlim _permits;

    public TestTrainer(bool free = true) => _permits = new SemaphoreSlim(free ? 1_000_000 : 0);

    public string Name => "test";

    public int Steps { get; init; } = 6;

    /// <summary>Every this many steps are an epoch.</summary>
    public int StepsPerEpoch { get; init; } = 2;

    /// <summary>What the first try does instead of its first step.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Waited for while a model is opened.</summary>
    public Func<Task>? Opening { get; init; }

    /// <summary>What its models do before each word.</summary>
    public Func<int, CancellationToken, Task>? BeforeWord { get; init; }

    /// <summary>Every model that was opened, in order.</summary>
    public ConcurrentQueue<TestModel> Opened { get; } = new();

    /// <summary>Every call, in order.</summary>
    public ConcurrentQueue<TrainingRequest> Calls { get; } = new();

    public ConcurrentQueue<string?> ThreadNames { get; } = new();

    /// <summary>Steps done over all calls.</summary>
    public int StepsDone;

    public static double Loss(int seed, int step) => Math.Round(4.0 / step + (seed % 97 / 1000.0), 6);

    public void Allow(int steps) => _permits.Release(steps);

    public TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default) =>
        new(
            request.Hyperparameters.EpochCount?.Value ?? 3,
            request.Hyperparameters.BatchSize?.Value ?? 4,
            request.Hyperparameters.LearningRateMultiplier?.Value ?? 1.5,
            10,
            Steps
        );

    public async Task<TrainingOutcome> TrainAsync(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control,
        CancellationToken cancellationToken
    )
    {
        Calls.Enqueue(request);
        ThreadNames.Enqueue(Thread.CurrentThread.Name);
        if (Failure is not null)
        {
            throw Failure;
        }

        int step = request.ResumeFrom is { } state
            ? int.Parse(File.ReadAllText(state), CultureInfo.InvariantCulture)
            : 0;
        while (step < Steps)
        {
            if (!await WaitForPermitAsync(control, cancellationToken))
            {
                string path = Path.Combine(request.WorkFolder, $"state-{step}");
                Save(path, step);
                sink.StateSaved(path, step);
                return new TrainingOutcome(true, null, path, step * 10);
            }

            step++;
            Interlocked.Increment(ref StepsDone);
            StepReport metrics = Metrics(request, step);
            sink.Step(metrics);
            if (step % StepsPerEpoch == 0)
            {
                EndEpoch(request, sink, step, metrics);
            }
        }

        return new TrainingOutcome(false, ModelPath(request, step), null, step * 10);
    }

    /// <summary>Its models answer with the last message and their step.</summary>
    public async Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken)
    {
        TestModel model = new(File.ReadAllText(modelPath)) { BeforeWord = BeforeWord };
        Opened.Enqueue(model);
        if (Opening is not null)
        {
            await Opening();
        }

        return model;
    }

    private static void Save(string path, int step) =>
        File.WriteAllText(path, step.ToString(CultureInfo.InvariantCulture));

    private static string ModelPath(TrainingRequest request, int step) =>
        Path.Combine(request.WorkFolder, $"model-{step}");

    private void EndEpoch(TrainingRequest request, ITrainingSink sink, int step, StepReport metrics)
    {
        if (step > Steps - (3 * StepsPerEpoch))
        {
            Save(ModelPath(request, step), step);
            sink.Checkpoint(new CheckpointInfo(step, ModelPath(request, step), metrics, step == Steps));
        }

        string state = Path.Combine(request.WorkFolder, $"state-{step}");
        Save(state, step);
        sink.StateSaved(state, step);
    }

    private StepReport Metrics(TrainingRequest request, int step)
    {
        bool validates = request.ValidationPath is not null && step % StepsPerEpoch == 0;
        return new StepReport
        {
            Step = step,
            TotalSteps = Steps,
            Epoch = (double)step / StepsPerEpoch,
            TrainLoss = Loss(request.Seed, step),
            TrainAccuracy = 0.5,
            ValidLoss = validates ? 1.25 : null,
            ValidAccuracy = validates ? 0.25 : null,
            FullValidLoss = validates ? 1.5 : null,
            FullValidAccuracy = validates ? 0.125 : null,
            TrainedTokens = step * 10,
        };
    }

    /// <returns>Whether the step may be done; false asks for a stop with the state saved.</returns>
    private async Task<bool> WaitForPermitAsync(TrainingControl control, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (control.PauseRequested)
            {
                return false;
            }

            if (await _permits.WaitAsync(TimeSpan.FromMilliseconds(5), cancellationToken))
            {
                return true;
            }
        }
    }
}
