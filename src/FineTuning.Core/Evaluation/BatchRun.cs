using System.Diagnostics;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Threading;

namespace FineTuning.Core.Evaluation;

/// <summary>
/// Many requests at once, whose results come in the order of their inputs. A failure is told for its input and the
/// others go on, unless all others would fail in the same way. All callbacks come in the synchronization context in
/// which <see cref="AddAsync"/> and <see cref="FinishAsync"/> are awaited. For one caller at a time.
/// </summary>
/// <typeparam name="TIn">An input.</typeparam>
/// <typeparam name="TOut">Its result.</typeparam>
public sealed class BatchRun<TIn, TOut> : IDisposable
{
    // Each of them has had its repeats.
    private const int MaxConsecutive = 3;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly OrderedWork<(TIn Input, TOut? Result, FineTuningApiException? Failure)> _work;
    private readonly Func<TIn, CancellationToken, Task<TOut>> _do;
    private readonly Action<TIn, TOut> _onResult;
    private readonly Action<TIn, FineTuningApiException> _onFailure;
    private readonly AdaptiveRateLimiter _gate;
    private readonly Stopwatch _time = new();
    private int _failedInARow;
    private int _refused;

    /// <summary>Creates a run without inputs.</summary>
    /// <param name="gate">What the requests pass; it says how many run at a time.</param>
    /// <param name="work">Makes a result of an input, on any thread.</param>
    /// <param name="onResult">Gets the results in order.</param>
    /// <param name="onFailure">Gets each input that failed, in order, except one that ends the run.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public BatchRun(
        AdaptiveRateLimiter gate,
        Func<TIn, CancellationToken, Task<TOut>> work,
        Action<TIn, TOut> onResult,
        Action<TIn, FineTuningApiException> onFailure,
        CancellationToken cancellationToken
    )
    {
        _gate = gate ?? throw new ArgumentNullException(nameof(gate));
        _work = new(gate.Max, cancellationToken);
        (_do, _onResult, _onFailure) = (work, onResult, onFailure);
    }

    /// <summary>Runs before the first input is worked on.</summary>
    public Action? OnFirst { get; set; }

    /// <summary>Runs with each result, and each second while one is waited for.</summary>
    public Action? OnProgress { get; set; }

    /// <summary>Whether all inputs ask the same thing, so that if it is not there for one it is for none.</summary>
    public bool IsOneThing { get; init; } = true;

    /// <summary>The progress of the run.</summary>
    public BatchProgress Progress =>
        new(Done, Failed, _time.Elapsed.TotalSeconds > 0 ? Done / _time.Elapsed.TotalSeconds : 0, _gate.Pause);

    /// <summary>Inputs that have a result.</summary>
    public long Done { get; private set; }

    /// <summary>Inputs that failed.</summary>
    public long Failed { get; private set; }

    /// <summary>The time since the first input.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    /// <summary>The failure that ended it all; no more inputs are taken then. Null if it goes on.</summary>
    public BatchEnd<TIn>? End { get; private set; }

    /// <summary>Takes an input, and gives out the results that are ready.</summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public Task AddAsync(TIn input, CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            if (End is null)
            {
                OnFirst?.Invoke();
                OnFirst = null;
                _time.Start();
                await TakeReadyAsync(cancellationToken).ConfigureAwait(true);
            }

            if (End is null)
            {
                _work.Add(token => RunAsync(input, token));
                await TakeReadyAsync(cancellationToken).ConfigureAwait(true);
            }
        });

    /// <summary>Gives out all results that are left.</summary>
    /// <param name="cancellationToken">Ends it all.</param>
    public Task FinishAsync(CancellationToken cancellationToken = default) =>
        GuardAsync(async () =>
        {
            while (End is null && _work.Count > 0)
            {
                await TakeAsync(cancellationToken).ConfigureAwait(true);
            }
        });

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();

    private async Task<(TIn Input, TOut? Result, FineTuningApiException? Failure)> RunAsync(
        TIn input,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (input, await _do(input, cancellationToken).ConfigureAwait(false), null);
        }
        catch (FineTuningApiException e)
        {
            return (input, default, e);
        }
    }

    private async Task TakeReadyAsync(CancellationToken cancellationToken)
    {
        while (End is null && (_work.IsReady || _work.IsFull))
        {
            await TakeAsync(cancellationToken).ConfigureAwait(true);
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        Task<(TIn Input, TOut? Result, FineTuningApiException? Failure)> next = _work.TakeAsync(cancellationToken);
        do
        {
            OnProgress?.Invoke();
        } while (
            !next.IsCompleted
            && await Task.WhenAny(next, Task.Delay(s_tick, cancellationToken)).ConfigureAwait(true) != next
        );

        (TIn input, TOut? result, FineTuningApiException? failure) = await next.ConfigureAwait(true);
        if (failure is null)
        {
            _failedInARow = 0;
            Done++;
            _onResult(input, result!);
            return;
        }

        Failed++;
        _failedInARow++;
        if (IsForAll(failure))
        {
            await EndAsync(new(input, failure, 0), cancellationToken).ConfigureAwait(true);
            return;
        }

        _onFailure(input, failure);
        _refused += failure.Kind == ApiErrorKind.InvalidRequest || IsAboutOne(failure) ? 1 : 0;
        if (Done == 0 && _refused >= DatasetLimits.FirstRows)
        {
            await EndAsync(new(input, failure, Failed), cancellationToken).ConfigureAwait(true);
        }
    }

    /// <summary>Sends no more, and gives out what was done already: it may have been paid for.</summary>
    private async Task EndAsync(BatchEnd<TIn> end, CancellationToken cancellationToken)
    {
        End = end;
        _work.Cancel();
        while (_work.Count > 0)
        {
            try
            {
                (TIn input, TOut? result, FineTuningApiException? failure) = await _work
                    .TakeAsync(cancellationToken)
                    .ConfigureAwait(true);
                if (failure is null)
                {
                    Done++;
                    _onResult(input, result!);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It was cancelled by the error that ended the run, which is reported for it.
            }
        }
    }

    /// <summary>Whether every other request would fail in the same way. A network that fails once, after it has worked,
    /// may come back.</summary>
    private bool IsForAll(FineTuningApiException failure) =>
        IsAboutOne(failure)
            ? IsOneThing
            : failure.Kind switch
            {
                ApiErrorKind.AuthenticationFailed
                or ApiErrorKind.PermissionDenied
                or ApiErrorKind.NotEligible
                or ApiErrorKind.QuotaExhausted
                or ApiErrorKind.TlsFailed
                or ApiErrorKind.ProxyRefused
                or ApiErrorKind.Redirected => true,
                ApiErrorKind.ConnectionFailed or ApiErrorKind.TokenUnavailable => Done == 0
                    || _failedInARow >= MaxConsecutive,
                _ => false,
            };

    private static bool IsAboutOne(FineTuningApiException failure) =>
        failure.Kind is ApiErrorKind.NotFound or ApiErrorKind.ModelNotAvailable;

    /// <summary>Nothing goes on behind the caller's back, whatever ends it.</summary>
    private async Task GuardAsync(Func<Task> step)
    {
        try
        {
            await step().ConfigureAwait(true);
        }
        catch
        {
            await _work.StopAsync(CancellationToken.None).ConfigureAwait(true);
            throw;
        }
    }
}
