using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

namespace FineTuning.Server.Training.External;

/// <summary>A model that a program holds. If the program has died, the next question starts it again.</summary>
internal sealed class ExternalChatModel(ExternalProgram program, ExternalLimits limits, ILogger log, string modelPath) : IChatModel
{
    private readonly SemaphoreSlim _gate = new(1);
    private ModelSession? _session;
    private bool _isDisposed;

    public long Size => _session?.Size ?? 0;

    /// <summary>Starts the program, so that a model that it refuses is known at once.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => SessionAsync(cancellationToken);

    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages, GenerationOptions options, Func<string, ValueTask> onText, CancellationToken cancellationToken)
    {
        var session = await SessionAsync(cancellationToken);
        return await session.AnswerAsync(messages, options, onText, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _isDisposed = true;
            if (_session is { } session)
            {
                await session.DisposeAsync();
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
            if (_session is { HasEnded: true } ended)
            {
                _session = null;
                await ended.DisposeAsync();
            }

            return _session ??= await ModelSession.StartAsync(program, limits, log, modelPath, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
