using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;

namespace FineTuning.Server.Training;

/// <summary>One supervised run, from its first step or from a saved state to its end or its next pause.</summary>
internal sealed class SupervisedRun
{
    /// <summary>Steps between two looks at the validation data.</summary>
    private const int ValidationInterval = 10;

    private const int SmallestValidationBatch = 8;
    private const int LargestValidationBatch = 32;

    /// <summary>The last epochs whose models are kept.</summary>
    private const int KeptCheckpoints = 3;

    /// <summary>Epochs may take hours; a state is saved at least this often. It only tells how much work a crash can cost.</summary>
    private static readonly TimeSpan StateInterval = TimeSpan.FromMinutes(1);

    private readonly TrainingRequest _request;
    private readonly TrainingPlan _plan;
    private readonly ITrainingSink _sink;
    private readonly TrainingData _data;
    private readonly Learner _learner;
    private readonly Validator? _validator;
    private readonly ulong _fingerprint;
    private readonly int _stepsPerEpoch;
    private readonly int[] _order;
    private int _step;
    private long _trainedTokens;
    private string? _previousState;

    private SupervisedRun(TrainingRequest request, TrainingPlan plan, ITrainingSink sink, TrainingData data, Learner learner)
    {
        _request = request;
        _plan = plan;
        _sink = sink;
        _data = data;
        _learner = learner;
        _validator = data.Validation is null
            ? null
            : new Validator(data.Model, data.Validation, Math.Clamp(plan.BatchSize, SmallestValidationBatch, LargestValidationBatch));
        _fingerprint = data.Training.Fingerprint();
        _stepsPerEpoch = (plan.ExampleCount + plan.BatchSize - 1) / plan.BatchSize;
        _order = new int[plan.ExampleCount];
        if (data.Training.Count != plan.ExampleCount || plan.TotalSteps != _stepsPerEpoch * plan.EpochCount)
        {
            throw new TrainingException("The training file is not the one that the job was planned for.");
        }
    }

    public static SupervisedRun Start(TrainingRequest request, TrainingPlan plan, ITrainingSink sink, CancellationToken cancellationToken)
    {
        var data = TrainingData.ForNewModel(request, cancellationToken);
        return new SupervisedRun(request, plan, sink, data, new Learner(data.Model));
    }

    /// <summary>Goes on from <see cref="TrainingRequest.ResumeFrom"/>.</summary>
    public static SupervisedRun Resume(TrainingRequest request, TrainingPlan plan, ITrainingSink sink, CancellationToken cancellationToken)
    {
        var path = request.ResumeFrom!;
        try
        {
            var (state, model, learner) = TrainingState.Load(path);
            var run = new SupervisedRun(request, plan, sink, TrainingData.ForModel(request, model, cancellationToken), learner)
            {
                _step = state.Step,
                _trainedTokens = state.TrainedTokens,
                _previousState = path,
            };
            return state.Plan == plan && state.Seed == request.Seed && state.Method == request.Method && state.DataFingerprint == run._fingerprint
                ? run
                : throw new TrainingException("The saved training state belongs to another job or to other data.", "invalid_state", null);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainingException($"The saved training state cannot be used: {e.Message}", "invalid_state", null, e);
        }
    }

    /// <summary>Trains until the plan is done or a pause is asked for.</summary>
    public TrainingOutcome Go(TrainingControl control, CancellationToken cancellationToken)
    {
        var sinceState = Stopwatch.StartNew();
        Shuffle(_step / _stepsPerEpoch);
        while (true)
        {
            var metrics = DoStep(cancellationToken);
            _sink.Step(metrics);
            var isEpochEnd = _step % _stepsPerEpoch == 0;
            if (isEpochEnd)
            {
                var modelPath = EndEpoch(metrics);
                if (_step == _plan.TotalSteps)
                {
                    return new TrainingOutcome(IsPaused: false, modelPath, StatePath: null, _trainedTokens);
                }

                Shuffle(_step / _stepsPerEpoch);
            }

            if (isEpochEnd || control.PauseRequested || sinceState.Elapsed > StateInterval)
            {
                var path = SaveState();
                sinceState.Restart();
                if (control.PauseRequested)
                {
                    return new TrainingOutcome(IsPaused: true, ModelPath: null, path, _trainedTokens);
                }
            }
        }
    }

    private StepMetrics DoStep(CancellationToken cancellationToken)
    {
        var rate = Rate(_step + 1);
        var first = _step % _stepsPerEpoch * _plan.BatchSize;
        var score = default(SequenceScore);
        foreach (var example in _order.AsSpan(first, Math.Min(_plan.BatchSize, _order.Length - first)))
        {
            var (sequence, end) = _data.Training.SequencesOf(example);
            for (; sequence < end; sequence++)
            {
                score += _learner.Learn(_data.Training.Sequence(sequence), 1, rate, cancellationToken);
            }
        }

        _step++;
        _learner.EndBatch(_step, rate);
        _trainedTokens += score.Tokens;
        if (!double.IsFinite(score.Loss))
        {
            throw new TrainingException(
                $"The training diverged at step {_step}: the loss is no longer a number. Use a lower learning_rate_multiplier.",
                "training_diverged",
                "learning_rate_multiplier");
        }

        var isEpochEnd = _step % _stepsPerEpoch == 0;
        SequenceScore? valid = _validator is not null && (isEpochEnd || _step % ValidationInterval == 0)
            ? _validator.ScoreBatch(_step / ValidationInterval, cancellationToken)
            : null;
        SequenceScore? fullValid = _validator is not null && isEpochEnd ? _validator.ScoreAll(cancellationToken) : null;
        return new StepMetrics
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
            TrainedTokens = _trainedTokens,
        };
    }

    /// <summary>A short rise, then linearly down to nearly nothing.</summary>
    private double Rate(int step)
    {
        var warmUp = Math.Clamp(_plan.TotalSteps / 20, 1, 100);
        var rise = Math.Min(1.0, (double)step / warmUp);
        var fall = (double)(_plan.TotalSteps - step + 1) / _plan.TotalSteps;
        return _plan.LearningRateMultiplier * rise * fall;
    }

    /// <summary>The order of an epoch depends on nothing but the seed and its number, so a state need not hold it.</summary>
    private void Shuffle(int epoch)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }

        var random = SplitMix64.Create(_request.Seed, 1 + (ulong)epoch);
        random.Shuffle(_order);
    }

    /// <summary>Keeps the model of one of the last epochs; returns its path.</summary>
    private string? EndEpoch(StepMetrics metrics)
    {
        if (_step / _stepsPerEpoch <= _plan.EpochCount - KeptCheckpoints)
        {
            return null;
        }

        var path = PathOf("model");
        _data.Model.Save(path);
        _sink.Checkpoint(new CheckpointInfo(_step, path, metrics, IsLast: _step == _plan.TotalSteps));
        return path;
    }

    private string SaveState()
    {
        var path = PathOf("state");
        var state = new TrainingState
        {
            Plan = _plan,
            Seed = _request.Seed,
            Method = _request.Method,
            DataFingerprint = _fingerprint,
            Step = _step,
            TrainedTokens = _trainedTokens,
        };
        state.Save(path, _data.Model, _learner);
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
