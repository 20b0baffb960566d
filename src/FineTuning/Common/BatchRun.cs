using System;
using System.Diagnostics;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Common;

namespace FineTuning.Common;

/// <summary>
/// Many requests of one cmdlet at once, whose results come in the order of their inputs. A failure is told for its input and the others go
/// on, unless all others would fail in the same way.
/// </summary>
/// <typeparam name="TIn">An input.</typeparam>
/// <typeparam name="TOut">Its result.</typeparam>
internal sealed class BatchRun<TIn, TOut> : IDisposable
{
    // When none of so many first inputs is taken, it is not them, and a thousand errors would say no more.
    private const int MostInVain = 10;

    private readonly OrderedWork<(TIn Input, TOut? Result, FineTuningApiException? Failure)> _work;
    private readonly Func<TIn, CancellationToken, Task<TOut>> _do;
    private readonly Action<TIn, TOut> _onResult;
    private readonly Func<TIn, FineTuningApiException, ErrorRecord> _describe;
    private readonly AsyncCmdlet _cmdlet;
    private readonly RateGate _gate;
    private readonly Stopwatch _time = new();

    /// <param name="cmdlet">What writes.</param>
    /// <param name="gate">What the requests pass; it says how many run at a time.</param>
    /// <param name="work">Makes a result of an input, on any thread.</param>
    /// <param name="onResult">Gets the results in order, on the pipeline thread.</param>
    /// <param name="describe">Makes the error of an input that failed.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public BatchRun(
        AsyncCmdlet cmdlet,
        RateGate gate,
        Func<TIn, CancellationToken, Task<TOut>> work,
        Action<TIn, TOut> onResult,
        Func<TIn, FineTuningApiException, ErrorRecord> describe,
        CancellationToken cancellationToken)
    {
        _work = new(gate.Most, cancellationToken);
        _gate = gate;
        (_cmdlet, _do, _onResult, _describe) = (cmdlet, work, onResult, describe);
    }

    /// <summary>Runs on the pipeline thread before the first input is worked on.</summary>
    public Action? OnFirst { get; set; }

    /// <summary>Whether all inputs ask the same thing, so that if it is not there for one it is for none.</summary>
    public bool IsOneThing { get; init; } = true;

    /// <summary>How fast it is, and what it waits for, for people.</summary>
    public string Pace => _gate.Pause is TimeSpan pause && pause > TimeSpan.Zero
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
    public async Task AddAsync(TIn input)
    {
        await GuardAsync(async () =>
        {
            if (End is not null)
            {
                return;
            }

            OnFirst?.Invoke();
            OnFirst = null;
            _time.Start();
            while (_work.IsReady || _work.IsFull)
            {
                await TakeAsync();
            }

            _work.Add(cancellationToken => RunAsync(input, cancellationToken));

            // Alone, it has nothing to wait for; the first of a slow pipeline is not to come only with the second.
            while (_work.IsReady || _work.IsFull)
            {
                await TakeAsync();
            }
        });
    }

    /// <summary>Gives out all results that are left.</summary>
    public Task FinishAsync() => GuardAsync(async () =>
    {
        while (_work.Count > 0)
        {
            await TakeAsync();
        }
    });

    public void Dispose() => _work.Dispose();

    private async Task<(TIn Input, TOut? Result, FineTuningApiException? Failure)> RunAsync(TIn input, CancellationToken cancellationToken)
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

    private async Task TakeAsync()
    {
        (TIn input, TOut? result, FineTuningApiException? failure) = await _work.TakeAsync();
        if (failure is null)
        {
            Done++;
            _onResult(input, result!);
            return;
        }

        Failed++;
        ErrorRecord record = _describe(input, failure);
        if (WouldRepeat(failure) && (IsOneThing || !IsAboutOne(failure)))
        {
            End = record;
            await _work.StopAsync();
            return;
        }

        _cmdlet.WriteError(record);
        if (Done == 0 && Failed == MostInVain && (failure.Kind == ApiErrorKind.InvalidRequest || IsAboutOne(failure)))
        {
            End = ErrorRecords.Invalid(
                "NothingWorks", FormattableString.Invariant($"Each of the first {MostInVain} requests was refused, so the rest was not sent. The last refusal: {failure.Message}"),
                "Look at the errors before this one: what is the same in all requests is at fault.", null, ErrorCategory.InvalidData);
            await _work.StopAsync();
        }
    }

    private static bool IsAboutOne(FineTuningApiException failure) => failure.Kind is ApiErrorKind.NotFound or ApiErrorKind.ModelNotAvailable;

    private static bool WouldRepeat(FineTuningApiException failure) => failure.Kind
        is ApiErrorKind.AuthenticationFailed or ApiErrorKind.PermissionDenied or ApiErrorKind.TokenUnavailable
        or ApiErrorKind.NotEligible or ApiErrorKind.NotFound or ApiErrorKind.ModelNotAvailable or ApiErrorKind.QuotaExhausted
        or ApiErrorKind.ConnectionFailed or ApiErrorKind.TlsFailed or ApiErrorKind.ProxyRefused or ApiErrorKind.Redirected;

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
