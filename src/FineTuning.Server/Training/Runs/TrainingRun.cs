using System.Diagnostics;
using System.Globalization;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Methods;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Runs;

/// <summary>One run of any method, from its first step or from a saved state to its end or its next pause.</summary>
internal sealed class TrainingRun
{
    /// <summary>The last epochs whose models are kept.</summary>
    private const int KeptCheckpoints = 3;

    /// <summary>Epochs may take hours; a state is saved at least this often. It only tells how much work a crash can
    /// cost.</summary>
    private static readonly TimeSpan s_stateInterval = TimeSpan.FromMinutes(1);

    private readonly TrainingRequest _request;
    private readonly TrainingPlan _plan;
    private readonly ITrainingSink _sink;
    private readonly TrainingMethod _method;
    private readonly ulong _fingerprint;
    private readonly int _stepsPerEpoch;
    private readonly int[] _order;
    private int _step;
    private long _trainedTokens;
    private string? _previousState;

    private TrainingRun(TrainingRequest request, TrainingPlan plan, ITrainingSink sink, TrainingMethod method)
    {
        _request = request;
        _plan = plan;
        _sink = sink;
        _method = method;
        _fingerprint = method.Fingerprint();
        _stepsPerEpoch = (plan.ExampleCount + plan.BatchSize - 1) / plan.BatchSize;
        _order = new int[plan.ExampleCount];
        if (method.ExampleCount != plan.ExampleCount || plan.TotalSteps != _stepsPerEpoch * plan.EpochCount)
        {
            throw new TrainingException("The training file is not the one that the job was planned for.");
        }
    }

    public static TrainingRun Start(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        CancellationToken cancellationToken
    ) => new(request, plan, sink, TrainingMethods.Start(request, plan, cancellationToken));

    /// <summary>Goes on from <see cref="TrainingRequest.ResumeFrom"/>.</summary>
    public static TrainingRun Resume(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        CancellationToken cancellationToken
    )
    {
        string path = request.ResumeFrom!;
        try
        {
            (TrainingState? state, NeuralModel? model, Optimizer? learner) = TrainingState.Load(path);
            if (state.Plan != plan || state.Seed != request.Seed || state.Method != request.Method)
            {
                throw OfAnotherJob();
            }

            TrainingMethod method = TrainingMethods.Resume(request, plan, model, learner, cancellationToken);
            var run = new TrainingRun(request, plan, sink, method)
            {
                _step = state.Step,
                _trainedTokens = state.TrainedTokens,
                _previousState = path,
            };
            if (state.DataFingerprint != run._fingerprint)
            {
                throw OfAnotherJob();
            }

            state.Restore(method);
            return run;
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainingException(
                $"The saved training state cannot be used: {e.Message}",
                "invalid_state",
                null,
                e
            );
        }
    }

    /// <summary>Trains until the plan is done or a pause is asked for.</summary>
    public TrainingOutcome Go(TrainingControl control, CancellationToken cancellationToken)
    {
        var sinceState = Stopwatch.StartNew();
        Shuffle(_step / _stepsPerEpoch);
        while (true)
        {
            StepReport metrics = DoStep(cancellationToken);
            _sink.Step(metrics);
            bool isEpochEnd = _step % _stepsPerEpoch == 0;
            if (isEpochEnd)
            {
                string? modelPath = EndEpoch(metrics);
                if (_step == _plan.TotalSteps)
                {
                    return new TrainingOutcome(IsPaused: false, modelPath, StatePath: null, _trainedTokens);
                }

                Shuffle(_step / _stepsPerEpoch);
            }

            if (isEpochEnd || control.PauseRequested || sinceState.Elapsed > s_stateInterval)
            {
                string path = SaveState();
                sinceState.Restart();
                if (control.PauseRequested)
                {
                    return new TrainingOutcome(IsPaused: true, ModelPath: null, path, _trainedTokens);
                }
            }
        }
    }

    private static TrainingException OfAnotherJob() =>
        new("The saved training state belongs to another job or to other data.", "invalid_state", null);

    private StepReport DoStep(CancellationToken cancellationToken)
    {
        int first = _step % _stepsPerEpoch * _plan.BatchSize;
        Span<int> batch = _order.AsSpan(first, Math.Min(_plan.BatchSize, _order.Length - first));
        _step++;
        MethodScore score = _method.Step(batch, _step, Rate(_step), cancellationToken);
        _trainedTokens += score.Tokens;
        if (!double.IsFinite(score.Health))
        {
            throw new TrainingException(
                $"The training diverged at step {_step}: the loss is no longer a number. Use a lower "
                    + $"learning_rate_multiplier.",
                "training_diverged",
                "learning_rate_multiplier"
            );
        }

        bool isEpochEnd = _step % _stepsPerEpoch == 0;
        MethodScore? valid =
            _method.HasValidation && (isEpochEnd || _step % _method.ValidationInterval == 0)
                ? _method.Validate(_step, cancellationToken)
                : null;
        MethodScore? fullValid =
            _method.HasValidation && isEpochEnd ? _method.ValidateAll(_step, cancellationToken) : null;
        return new StepReport
        {
            Step = _step,
            TotalSteps = _plan.TotalSteps,
            Epoch = (double)_step / _stepsPerEpoch,
            TrainLoss = score.Loss,
            TrainAccuracy = score.Accuracy,
            ValidLoss = valid?.Loss,
            ValidAccuracy = valid?.Accuracy,
            FullValidLoss = fullValid?.Loss,
            FullValidAccuracy = fullValid?.Accuracy,
            Extra = Further(("train_", score), ("valid_", valid), ("full_valid_", fullValid)),
            Warnings = [.. score.Warnings, .. valid?.Warnings ?? [], .. fullValid?.Warnings ?? []],
            TrainedTokens = _trainedTokens,
        };
    }

    private static Dictionary<string, double>? Further(params ReadOnlySpan<(string Prefix, MethodScore? Score)> scores)
    {
        Dictionary<string, double>? further = null;
        foreach ((string? prefix, MethodScore? score) in scores)
        {
            foreach ((string? name, double value) in score?.Further ?? [])
            {
                (further ??= new Dictionary<string, double>(StringComparer.Ordinal)).Add(prefix + name, value);
            }
        }

        return further;
    }

    /// <summary>A short rise, then linearly down to nearly nothing.</summary>
    private double Rate(int step)
    {
        int warmUp = Math.Clamp(_plan.TotalSteps / 20, 1, 100);
        double rise = Math.Min(1.0, (double)step / warmUp);
        double fall = (double)(_plan.TotalSteps - step + 1) / _plan.TotalSteps;
        return _plan.LearningRateMultiplier * rise * fall;
    }

    /// <summary>The order of an epoch depends on nothing but the seed and its number, so a state need not hold
    /// it.</summary>
    private void Shuffle(int epoch)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        var random = SplitMix64.Create(_request.Seed, 1 + (ulong)epoch);
        random.Shuffle(_order);
    }

    /// <summary>Keeps the model of one of the last epochs; returns its path.</summary>
    private string? EndEpoch(StepReport metrics)
    {
        if (_step / _stepsPerEpoch <= _plan.EpochCount - KeptCheckpoints)
        {
            return null;
        }

        string path = PathOf("model");
        _method.Model.Save(path);
        _sink.Checkpoint(new CheckpointInfo(_step, path, metrics, IsLast: _step == _plan.TotalSteps));
        return path;
    }

    private string SaveState()
    {
        string path = PathOf("state");
        var state = new TrainingState
        {
            Plan = _plan,
            Seed = _request.Seed,
            Method = _request.Method,
            DataFingerprint = _fingerprint,
            Step = _step,
            TrainedTokens = _trainedTokens,
        };
        state.Save(path, _method);
        _sink.StateSaved(path, _step);
        // Only now is the one before it no longer needed: the sink has written down where to go on from.
        if (_previousState is not null && _previousState != path)
        {
            File.Delete(_previousState);
        }

        return _previousState = path;
    }

    private string PathOf(string kind) =>
        Path.Combine(_request.WorkFolder, string.Create(CultureInfo.InvariantCulture, $"{kind}-{_step}.bin"));
}
