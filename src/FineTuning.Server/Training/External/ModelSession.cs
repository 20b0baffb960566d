using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.External;

/// <summary>A program that holds a model, from its start to its end. It makes as many answers at once as it said it
/// can.</summary>
internal sealed class ModelSession : IAsyncDisposable
{
    private const int MaxConcurrent = 256;
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(2);
    private readonly ProgramProcess _process;
    private readonly ExternalLimits _limits;
    private readonly string _name;
    private readonly ConcurrentDictionary<long, PendingAnswer> _answers = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _pump;
    private SemaphoreSlim _slots = null!;
    private volatile Exception? _failure;
    private long _lastId;

    private ModelSession(ProgramProcess process, ExternalLimits limits, string name)
    {
        (_process, _limits, _name) = (process, limits, name);
        _pump = PumpAsync();
    }

    /// <summary>About how many bytes it holds, as the program says.</summary>
    public long Size { get; private set; }

    /// <summary>It cannot answer any more.</summary>
    public bool HasEnded => _failure is not null;

    /// <summary>Starts the program and waits until its model is ready.</summary>
    /// <exception cref="InvalidDataException">The program refuses the model.</exception>
    /// <exception cref="ModelUnavailableException">The program failed.</exception>
    public static async Task<ModelSession> StartAsync(
        ExternalProgram program,
        ExternalLimits limits,
        ILogger log,
        string modelPath,
        CancellationToken cancellationToken
    )
    {
        var first = new JsonObject
        {
            ["type"] = "serve",
            ["protocol"] = RequestMessage.Protocol,
            ["model_path"] = modelPath,
        };
        ProgramProcess process;
        try
        {
            process = ProgramProcess.Start(
                program,
                limits,
                log,
                $"Model {ProgramText.OneLine(Path.GetFileName(modelPath), 100)}: the serving program",
                first
            );
        }
        catch (ProgramStartException e)
        {
            throw new ModelUnavailableException(e.Message, e);
        }

        var session = new ModelSession(process, limits, program.Name);
        try
        {
            await session._ready.Task.WaitAsync(limits.OpenTimeout, cancellationToken);
            return session;
        }
        catch (Exception e)
        {
            process.Kill();
            await session.DisposeAsync();
            throw e is TimeoutException
                ? new ModelUnavailableException(
                    $"The external trainer '{program.Name}' had no model ready after "
                        + $"{limits.OpenTimeout.TotalMinutes:0.#} minutes.",
                    e
                )
                : e;
        }
    }

    /// <inheritdoc cref="IChatModel.AnswerAsync"/>
    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    )
    {
        await _slots.WaitAsync(cancellationToken);
        long id = Interlocked.Increment(ref _lastId);
        PendingAnswer answer = _answers[id] = new PendingAnswer();
        _ = ReleaseAsync(id, answer);
        if (_failure is { } failure)
        {
            // The pump may have ended before it could see this one.
            answer.Fail(failure);
        }

        try
        {
            _process.Send(Question(id, messages, options));
            return await PassOnAsync(answer, options, () => Cancel(id, answer), onText, cancellationToken);
        }
        finally
        {
            Cancel(id, answer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.KillAfter(s_closeTimeout);
        await _process.DisposeAsync();
        await _pump;
    }

    private static async Task<ChatOutcome> PassOnAsync(
        PendingAnswer answer,
        GenerationOptions options,
        Action enough,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    )
    {
        // A program need not know stop texts: what comes after one is not passed on.
        var filter = new StopFilter(options.Stop);
        await foreach (string piece in answer.Pieces.ReadAllAsync(cancellationToken))
        {
            bool wasStopped = filter.IsStopped;
            if (filter.Add(piece) is { Length: > 0 } text)
            {
                await onText(text);
            }

            if (filter.IsStopped && !wasStopped)
            {
                enough();
            }
        }

        ChatOutcome outcome = await answer.Outcome;
        if (filter.Finish() is { Length: > 0 } rest)
        {
            await onText(rest);
        }

        return filter.IsStopped ? outcome with { FinishReason = "stop" } : outcome;
    }

    private static JsonObject Question(long id, IReadOnlyList<ChatTurn> messages, GenerationOptions options) =>
        new()
        {
            ["type"] = "generate",
            ["id"] = id,
            ["messages"] = new JsonArray([
                .. messages.Select(turn => new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content }),
            ]),
            ["temperature"] = options.Temperature,
            ["top_p"] = options.TopP,
            ["max_tokens"] = options.MaxTokens,
            ["seed"] = options.Seed,
            ["stop"] = new JsonArray([.. options.Stop.Select(text => JsonValue.Create(text))]),
        };

    /// <summary>A slot is free again when the program has ended the answer, not when the reader has gone.</summary>
    private async Task ReleaseAsync(long id, PendingAnswer answer)
    {
        await answer.Outcome.ContinueWith(_ => { }, TaskScheduler.Default);
        _answers.TryRemove(id, out _);
        _slots.Release();
    }

    private void Cancel(long id, PendingAnswer answer)
    {
        if (!answer.Outcome.IsCompleted)
        {
            _process.Send(new JsonObject { ["type"] = "cancel", ["id"] = id });
            _ = KillUnlessEndedAsync(answer);
        }
    }

    private async Task KillUnlessEndedAsync(PendingAnswer answer)
    {
        if (await Task.WhenAny(answer.Outcome, Task.Delay(_limits.AnswerCancelTimeout)) != answer.Outcome)
        {
            _process.Kill();
        }
    }

    private async Task PumpAsync()
    {
        Exception failure;
        try
        {
            while (await _process.ReadAsync() is { } message)
            {
                Take(message);
            }

            failure = new ModelUnavailableException(
                $"The external trainer '{_name}' ended while it held the model: {await _process.DescribeEndAsync()}"
            );
        }
        catch (InvalidDataException e)
        {
            failure = e;
        }
        catch (Exception e)
        {
            failure = new ModelUnavailableException($"The external trainer '{_name}' failed: {e.Message}", e);
        }

        _process.Kill();
        _failure = failure;
        _ready.TrySetException(failure);
        foreach (PendingAnswer answer in _answers.Values)
        {
            answer.Fail(failure);
        }
    }

    private void Take(ProgramMessage message)
    {
        if (message.Type == "ready")
        {
            Size = Math.Clamp(message.LongOr("size_bytes", long.MaxValue), 1, _limits.ModelBytes);
            _slots ??= new SemaphoreSlim(message.OptionalInt("concurrent", 1, MaxConcurrent) ?? 1);
            _ready.TrySetResult();
        }
        else if (message.Type == "error" && !message.Has("id"))
        {
            throw new InvalidDataException(ProgramText.OneLine(message.Text("message", int.MaxValue), 4000));
        }
        else if (!(message.Type is "text" or "end" or "error"))
        {
            _process.LogIgnored(message);
        }
        else if (
            message.Id() is { ValueKind: JsonValueKind.Number } id
            && id.TryGetInt64(out long number)
            && _answers.TryGetValue(number, out PendingAnswer? answer)
        )
        {
            answer.Take(message);
        }
        else
        {
            throw message.Wrong("'id' is none of an answer that is under way");
        }
    }
}
