using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>A model that a program holds. If the program has died, or was ended because nobody asked, the next question
/// starts it again.</summary>
internal sealed class ExternalChatModel(ExternalProgram program, ExternalLimits limits, ILogger log, string modelPath)
    : IChatModel
{
    private readonly SemaphoreSlim _gate = new(1);
    private ModelSession? _session;
    private bool _isDisposed;
    private int _questions;
    private int _underWay;

    public long Size => _session?.Size ?? 0;

    /// <summary>Starts the program, so that a model that it refuses is known at once.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => SessionAsync(cancellationToken);

    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    )
    {
        Interlocked.Increment(ref _questions);
        Interlocked.Increment(ref _underWay);
        try
        {
            ModelSession session = await SessionAsync(cancellationToken);
            return await session.AnswerAsync(messages, options, onText, cancellationToken);
        }
        finally
        {
            if (Interlocked.Decrement(ref _underWay) == 0)
            {
                _ = EndWhenIdleAsync(Volatile.Read(ref _questions));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _isDisposed = true;
            await EndAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task EndAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }

    private async Task EndWhenIdleAsync(int questions)
    {
        await Task.Delay(limits.IdleTimeout);
        await _gate.WaitAsync();
        try
        {
            // Who asks is counted before it waits for the gate.
            if (Volatile.Read(ref _questions) == questions && Volatile.Read(ref _underWay) == 0)
            {
                await EndAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ModelSession> SessionAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_session is { HasEnded: true })
            {
                await EndAsync();
            }

            return _session ??= await ModelSession.StartAsync(program, limits, log, modelPath, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
