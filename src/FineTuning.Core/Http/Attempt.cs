using System.Runtime.ExceptionServices;

namespace FineTuning.Core.Http;

/// <summary>One sending of a request. Its token ends when the caller cancels or when nothing has moved for the
/// time-out.</summary>
internal sealed class Attempt : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _timeout;

    public Attempt(int number, TimeSpan timeout, CancellationToken caller)
    {
        Number = number;
        _timeout = timeout;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        _source.CancelAfter(timeout);
        Token = _source.Token;
    }

    public int Number { get; }

    public CancellationToken Token { get; }

    public bool TimedOut => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>The status of the answer, once its headers came.</summary>
    public int? StatusCode { get; private set; }

    /// <summary>The service's name for the request, once the headers of the answer came.</summary>
    public string? RequestId { get; private set; }

    /// <summary>What broke in the caller's own stream: no fault of the connection, so it is neither repeated nor
    /// translated.</summary>
    public ExceptionDispatchInfo? LocalFault { get; private set; }

    /// <summary>Notes a local fault. Made for exception filters: the stack stays, and nothing is caught.</summary>
    /// <returns>Always false.</returns>
    public bool NoteLocalFault(Exception e)
    {
        if (e is not OperationCanceledException)
        {
            LocalFault ??= ExceptionDispatchInfo.Capture(e);
        }

        return false;
    }

    /// <summary>The headers of an answer came; its body can still be lost.</summary>
    public void Answered(int statusCode, string? requestId)
    {
        StatusCode = statusCode;
        RequestId = requestId;
        Touch();
    }

    /// <summary>Something moved: the time-out starts again.</summary>
    public void Touch()
    {
        if (!_source.IsCancellationRequested)
        {
            _source.CancelAfter(_timeout);
        }
    }

    public void Dispose() => _source.Dispose();
}
