using System.Diagnostics;
using System.Management.Automation;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Threading;
using FineTuning.Errors;

namespace FineTuning.Runtime;

/// <summary>
/// Many requests of one cmdlet at once, whose results come in the order of their inputs. A failure is told for its
/// input and the others go on, unless all others would fail in the same way.
/// </summary>
/// <typeparam name="TIn">An input.</typeparam>
/// <typeparam name="TOut">Its result.</typeparam>
internal sealed class BatchRun<TIn, TOut> : IDisposable
{
    // When none of so many first inputs is taken, it is not them, and a thousand errors would say no more.
    private const int MaxUnusable = 10;

    // Each of them has had its repeats.
    private const int MaxConsecutive = 3;

    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly OrderedWork<(TIn Input, TOut? Result, FineTuningApiException? Failure)> _work;
    private readonly Func<TIn, CancellationToken, Task<TOut>> _do;
    private readonly Action<TIn, TOut> _onResult;
    private readonly Func<TIn, FineTuningApiException, ErrorRecord> _describe;
    private readonly AsyncCmdlet _cmdlet;
    private readonly AdaptiveRateLimiter _gate;
    private readonly Stopwatch _time = new();
    private int _failedInARow;
    private int _refused;

    /// <param name="cmdlet">What writes.</param>
    /// <param name="gate">What the requests pass; it says how many run at a time.</param>
    /// <param name="work">Makes a result of an input, on any thread.</param>
    /// <param name="onResult">Gets the results in order, on the pipeline thread.</param>
    /// <param name="describe">Makes the error of an input that failed.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public BatchRun(
        AsyncCmdlet cmdlet,
        AdaptiveRateLimiter gate,
        Func<TIn, CancellationToken, Task<TOut>> work,
        Action<TIn, TOut> onResult,
        Func<TIn, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken
    )
    {
        _work = new(gate.Max, cancellationToken);
        _gate = gate;
        (_cmdlet, _do, _onResult, _describe) = (cmdlet, work, onResult, describe);
    }

    /// <summary>Runs on the pipeline thread before the first input is worked on.</summary>
    public Action? OnFirst { get; set; }

    /// <summary>Runs on the pipeline thread with each result, and each second while one is waited for.</summary>
    public Action? OnProgress { get; set; }

    /// <summary>Whether all inputs ask the same thing, so that if it is not there for one it is for none.</summary>
    public bool IsOneThing { get; init; } = true;

    /// <summary>How fast it is, and what it waits for, for people.</summary>
    public string Pace =>
        _gate.Pause is TimeSpan pause && pause > TimeSpan.Zero
            ? FormattableString.Invariant($"{Rate:0.#}/s, {Math.Ceiling(pause.TotalSeconds):0} s for the rate limit")
            : FormattableString.Invariant($"{Rate:0.#}/s");

    /// <summary>Inputs that have a result.</summary>
    public long Done { get; private set; }

    /// <summary>Inputs that failed.</summary>
    public long Failed { get; private set; }

    private double Rate => _time.Elapsed.TotalSeconds > 0 ? Done / _time.Elapsed.TotalSeconds : 0;

    /// <summary>Since the first input.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    /// <summary>The error that ended it all; no more inputs are taken then. Null if it goes on.</summary>
    public ErrorRecord? End { get; private set; }

    /// <summary>Takes an input, and gives out the results that are ready.</summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public Task AddAsync(TIn input, CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            if (End is null)
            {
                OnFirst?.Invoke();
                OnFirst = null;
                _time.Start();
                await TakeReadyAsync(cancellationToken);
            }

            if (End is null)
            {
                _work.Add(token => RunAsync(input, token));
                await TakeReadyAsync(cancellationToken);
            }
        });

    /// <summary>Gives out all results that are left.</summary>
    /// <param name="cancellationToken">Ends it all.</param>
    public Task FinishAsync(CancellationToken cancellationToken) =>
        GuardAsync(async () =>
        {
            while (End is null && _work.Count > 0)
            {
                await TakeAsync(cancellationToken);
            }
        });

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
            await TakeAsync(cancellationToken);
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        Task<(TIn Input, TOut? Result, FineTuningApiException? Failure)> next = _work.TakeAsync(cancellationToken);
        do
        {
            OnProgress?.Invoke();
        } while (!next.IsCompleted && await Task.WhenAny(next, Task.Delay(s_tick, cancellationToken)) != next);

        (TIn input, TOut? result, FineTuningApiException? failure) = await next;
        if (failure is null)
        {
            _failedInARow = 0;
            Done++;
            _onResult(input, result!);
            return;
        }

        Failed++;
        _failedInARow++;
        ErrorRecord record = _describe(input, failure);
        if (IsForAll(failure))
        {
            await EndAsync(record, cancellationToken);
            return;
        }

        _cmdlet.WriteError(record);
        _refused += failure.Kind == ApiErrorKind.InvalidRequest || IsAboutOne(failure) ? 1 : 0;
        if (Done == 0 && _refused >= MaxUnusable)
        {
            string message = FormattableString.Invariant(
                $"Of the first {Failed} requests none was taken, so the rest was not sent. The last refusal: {failure.Message}"
            );
            await EndAsync(
                ErrorRecords.Invalid(
                    "NothingWorks",
                    message,
                    "Look at the errors before this one: what is the same in all requests is at fault.",
                    null,
                    ErrorCategory.InvalidData
                ),
                cancellationToken
            );
        }
    }

    /// <summary>Sends no more, and gives out what was done already: it may have been paid for.</summary>
    private async Task EndAsync(ErrorRecord end, CancellationToken cancellationToken)
    {
        End = end;
        _work.Cancel();
        while (_work.Count > 0)
        {
            try
            {
                (TIn input, TOut? result, FineTuningApiException? failure) = await _work.TakeAsync(cancellationToken);
                if (failure is null)
                {
                    Done++;
                    _onResult(input, result!);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It was on its way, and the error that ended it all stands for it.
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

    /// <summary>Nothing goes on behind the prompt's back, whatever ends it.</summary>
    private async Task GuardAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch
        {
            await _work.StopAsync();
            throw;
        }
    }
}
