using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>One run of a job: what the program reports is checked, and passed on to the sink.</summary>
internal sealed partial class TrainRun : ProgramRun<TrainingOutcome>
{
    /// <summary>Names by which a step's own numbers go, here or in the API: another number under one of them could not
    /// be told.</summary>
    private static readonly HashSet<string> s_ownNumbers = new(StringComparer.Ordinal)
    {
        "step",
        "total_steps",
        "train_loss",
        "train_accuracy",
        "train_mean_token_accuracy",
        "valid_loss",
        "valid_accuracy",
        "valid_mean_token_accuracy",
        "full_valid_loss",
        "full_valid_accuracy",
        "full_valid_mean_token_accuracy",
    };

    private readonly ILogger _log;
    private readonly TrainingPlan _plan;
    private readonly ITrainingSink _sink;
    private readonly TrainingControl _control;
    private readonly Dictionary<string, int> _stepOfModel = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _grades;
    private string? _statePath;
    private bool _isOwnState;
    private int _stateStep;
    private StepReport? _last;
    private int _step;
    private long _trainedTokens;

    public TrainRun(
        ExternalProgram program,
        ExternalLimits limits,
        ILogger log,
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control
    )
        : base(program, limits, log, request, "the training program")
    {
        (_log, _plan, _sink, _control, _statePath) = (log, plan, sink, control, request.ResumeFrom);
        _grades = new SemaphoreSlim(limits.PendingGrades);
    }

    protected override int Progress => _stateStep;

    protected override JsonObject FirstMessage()
    {
        // Steps after the state are done and told again.
        _step = _stateStep;
        return RequestMessage.Train(Request, _plan, _statePath);
    }

    /// <summary>
    /// A program that was to pause and died, or was killed for not answering, has paused, too: the job goes on from its
    /// last state one day. Ctrl+C in a terminal reaches it as well as the server.
    /// </summary>
    protected override TrainingOutcome? AtEnd() =>
        _control.PauseRequested
            ? new TrainingOutcome(IsPaused: true, ModelPath: null, _statePath, _trainedTokens)
            : null;

    protected override async ValueTask<TrainingOutcome?> TakeAsync(
        ProgramProcess process,
        ProgramMessage message,
        CancellationToken cancellationToken
    )
    {
        switch (message.Type)
        {
            case "step":
                _sink.Step(_last = ReadStep(message));
                return null;
            case "checkpoint":
                TakeCheckpoint(message);
                return null;
            case "state":
                TakeState(message);
                return null;
            case "grade":
                await TakeSampleAsync(process, message, cancellationToken);
                return null;
            case "paused":
                return TakePause(message);
            case "done":
                return TakeModel(message);
            default:
                process.LogIgnored(message);
                return null;
        }
    }

    /// <summary>Passes a pause on.</summary>
    protected override async Task AccompanyAsync(ProgramProcess process, CancellationToken ended)
    {
        try
        {
            await _control.Pause.WaitAsync(ended);
            process.Send(new JsonObject { ["type"] = "pause" });
            await Task.Delay(Limits.PauseTimeout, ended);
            LogPauseExpired(What);
            process.Kill();
        }
        catch (OperationCanceledException)
        {
            // The program has ended.
        }
    }

    private StepReport ReadStep(ProgramMessage message)
    {
        _step = message.Int("step", _step + 1, _plan.TotalSteps);
        _trainedTokens = message.LongOr("trained_tokens", _trainedTokens);
        return new StepReport
        {
            Step = _step,
            TotalSteps = _plan.TotalSteps,
            Epoch = message.Number("epoch") ?? (double)_step * _plan.EpochCount / _plan.TotalSteps,
            TrainLoss = message.Number("train_loss"),
            TrainAccuracy = message.Number("train_accuracy"),
            ValidLoss = message.Number("valid_loss"),
            ValidAccuracy = message.Number("valid_accuracy"),
            FullValidLoss = message.Number("full_valid_loss"),
            FullValidAccuracy = message.Number("full_valid_accuracy"),
            Extra = message.Numbers("extra", s_ownNumbers),
            TrainedTokens = _trainedTokens,
        };
    }

    private void TakeCheckpoint(ProgramMessage message)
    {
        if (_last is null || message.Int("step", 1, _plan.TotalSteps) != _last.Step)
        {
            throw message.Wrong("'step' must be the one that was told of last");
        }

        string path = WorkPaths.Find(message, Request.WorkFolder);
        if (!_stepOfModel.TryAdd(path, _last.Step) && _stepOfModel[path] != _last.Step)
        {
            throw message.Wrong("'path' is that of the checkpoint of another step");
        }

        // The last one becomes known with the job's success, under the job's own name.
        if (_last.Step < _plan.TotalSteps)
        {
            _sink.Checkpoint(new CheckpointInfo(_last.Step, path, _last, IsLast: false));
        }
    }

    private void TakeState(ProgramMessage message)
    {
        int step = message.Int("step", 1, _last is null ? _plan.TotalSteps : _step);
        string path = WorkPaths.Find(message, Request.WorkFolder);

        // From a state after the last step there would be nothing to go on to: a restart repeats from the one before.
        if (step < _plan.TotalSteps)
        {
            _sink.StateSaved(path, step);
            DeleteState(except: path);
            (_statePath, _stateStep, _isOwnState) = (path, step, true);
        }
    }

    /// <summary>A state of an earlier run of the server may be a model, too: that one goes when the job has
    /// ended.</summary>
    private void DeleteState(string except)
    {
        if (_isOwnState && _statePath is { } old && !WorkPaths.Overlap(old, except) && !IsModel(old))
        {
            DataFolder.DeletePath(old);
        }
    }

    private bool IsModel(string path)
    {
        foreach (string model in _stepOfModel.Keys)
        {
            if (WorkPaths.Overlap(path, model))
            {
                return true;
            }
        }

        return false;
    }

    private TrainingOutcome TakePause(ProgramMessage message)
    {
        if (!_control.PauseRequested)
        {
            throw message.Wrong("nobody asked for a pause");
        }

        // Before its first step it has none of its own.
        if (message.Has("path"))
        {
            TakeState(message);
        }

        return new TrainingOutcome(
            IsPaused: true,
            ModelPath: null,
            _statePath,
            message.LongOr("trained_tokens", _trainedTokens)
        );
    }

    private TrainingOutcome TakeModel(ProgramMessage message)
    {
        string path = WorkPaths.Find(message, Request.WorkFolder);
        if (_last is not null)
        {
            _sink.Checkpoint(new CheckpointInfo(_last.Step, path, _last, IsLast: true));
        }

        return new TrainingOutcome(
            IsPaused: false,
            path,
            StatePath: null,
            message.LongOr("trained_tokens", _trainedTokens)
        );
    }

    /// <summary>Grades a sample while the program goes on. When many are under way, its next messages wait.</summary>
    private async Task TakeSampleAsync(
        ProgramProcess process,
        ProgramMessage message,
        CancellationToken cancellationToken
    )
    {
        if (Request.Rewards is null)
        {
            throw message.Wrong("the job has no grader");
        }

        JsonElement id = message.Id();
        string sample = message.Text("sample", int.MaxValue);
        JsonElement item = message.Object("item");
        await _grades.WaitAsync(cancellationToken);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    SampleReward reward = await Request.Rewards.GradeAsync(sample, item, cancellationToken);
                    process.Send(Reward(reward.Reward, reward.Error));
                }
                catch (Exception e)
                {
                    process.Send(Reward(0, e.Message));
                }
                finally
                {
                    _grades.Release();
                }
            },
            CancellationToken.None
        );

        JsonObject Reward(double reward, string? error) =>
            new()
            {
                ["type"] = "reward",
                ["id"] = JsonNode.Parse(id.GetRawText()),
                ["reward"] = double.IsFinite(reward) ? reward : 0,
                ["error"] = error,
            };
    }

    [LoggerMessage(
        LogLevel.Warning,
        "{What} did not pause in time and was killed: the job will go on from its last state"
    )]
    private partial void LogPauseExpired(string what);
}
