using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Reliability.Tests.Support;
using FineTuning.Tests.Shared;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>One operation with one fault, which hits once or for as long as it is tried.</summary>
internal sealed class Cell : IDisposable
{
    /// <summary>How long a lasting fault lasts where something waits for its end.</summary>
    public static readonly TimeSpan Outage = TimeSpan.FromMinutes(10);

    // Real: a time-out is not a matter of the clock. Where the machine was too slow for it, the cell is run again with
    // the next.
    private static readonly TimeSpan[] s_shortTimeouts =
    [
        TimeSpan.FromSeconds(0.8),
        TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(15),
    ];
    private static readonly TimeSpan s_longTimeout = TimeSpan.FromSeconds(60),
        s_timeout = TimeSpan.FromSeconds(120);

    private readonly SendingCounter _counter = new();
    private readonly TimeSpan _timeout;
    private readonly FineTuningClient _client;
    private DateTimeOffset? _faultBegan;
    private long _hits;

    private Cell(Lane lane, Operation operation, Fault fault, bool lasts, TimeSpan timeout)
    {
        (Lane, Operation, Fault, Lasts, _timeout) = (lane, operation, fault, lasts, timeout);
        Name = $"cell-{++lane.NextCell}";
        Clock = new SkippingClock { OnDelay = OnDelayAsync };
        Options = new ClientOptions
        {
            Endpoint = fault.Place switch
            {
                FaultPlace.Gate => lane.Gate.Url,
                FaultPlace.Tls => lane.Tls.Url,
                _ => new Uri(lane.Server.Host.Url),
            },
            Clock = Clock,
            Timeout = timeout,
        };
        _client = new FineTuningClient(Options, lane.Credential);
        Client = _client.WithObserver(_counter);
    }

    public Lane Lane { get; }

    public Operation Operation { get; }

    public Fault Fault { get; }

    public bool Lasts { get; }

    public SkippingClock Clock { get; }

    public ClientOptions Options { get; }

    /// <summary>The client that meets the fault.</summary>
    public FineTuningClient Client { get; }

    /// <summary>A name for what the cell makes.</summary>
    public string Name { get; }

    /// <summary>Names what the operation is about, made before.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Called with the number of each delay of the clock, after the fault had its turn.</summary>
    public Action<int>? OnDelay { get; set; }

    /// <summary>Called when it worked, when the requests are counted: looks at the result in ways that ask the
    /// server.</summary>
    public Func<Task>? Verify { get; set; }

    /// <summary>Called when the cell is done, whatever came of it.</summary>
    public Func<Task>? CleanUp { get; set; }

    public static async Task<CellResult> RunAsync(Lane lane, Operation operation, Fault fault, bool lasts)
    {
        if (!fault.NeedsShortTimeout)
        {
            using Cell cell = new(lane, operation, fault, lasts, s_longTimeout);
            return await cell.RunAsync()
                ?? throw new TimeoutException($"{cell} took more than {s_longTimeout} for one request.");
        }

        foreach (TimeSpan timeout in s_shortTimeouts)
        {
            using Cell cell = new(lane, operation, fault, lasts, timeout);
            if (await cell.RunAsync() is { } result)
            {
                return result;
            }
        }

        throw new TimeoutException(
            $"{operation}, {fault}: the server was slower than {s_shortTimeouts[^1]} without any fault."
        );
    }

    public void Dispose() => _client.Dispose();

    public override string ToString() => $"{Operation}, {Fault}, {(Lasts ? "lasting" : "once")}";

    /// <returns>Null if a request was too slow that no fault had slowed down.</returns>
    private async Task<CellResult?> RunAsync()
    {
        await Operation.Prepare(this);
        try
        {
            bool passes = Fault.Place == FaultPlace.Server || (Fault.Place == FaultPlace.Gate && Operation.Waits);
            if (passes && !Operation.IsUnheard)
            {
                // A connection that has been used before: its end can mean another thing than that of a new one.
                await _client.ListModelsAsync();
            }

            await Lane.ClearRequestLogAsync();
            if (!Operation.BeginsLater)
            {
                await BeginFaultAsync();
            }

            Exception? failure = null;
            try
            {
                await Operation.Run(this).WaitAsync(s_timeout);
            }
            catch (Exception e) when (e is FineTuningApiException or UploadException)
            {
                failure = e;
            }

            return await SumUpAsync(failure);
        }
        finally
        {
            await EndFaultAsync();
            if (CleanUp is not null)
            {
                await CleanUp();
            }
        }
    }

    private async Task<CellResult?> SumUpAsync(Exception? failure)
    {
        _hits += await Lane.HitsAsync();
        int timeouts = _counter.TimeOuts + (SendingCounter.IsTimeOut(failure?.Message) ? 1 : 0);
        if (timeouts > (Fault.IsHarmless ? 0 : _hits))
        {
            return null;
        }

        if (Fault.NeedsShortTimeout)
        {
            await Until.TrueAsync(
                $"the server has noticed that the client has gone ({this})",
                async () => (await Lane.RequestLogAsync()).Count >= _counter.Sendings
            );
        }

        List<RequestLogLine> requestLog = await Lane.RequestLogAsync();
        await EndFaultAsync();
        if (failure is null && Verify is not null)
        {
            await Verify();
        }

        return new CellResult
        {
            Error = failure is null ? null : Words.ErrorId(failure),
            Message = failure is null ? null : Words.Normalise(failure.Message, Name),
            MayHaveWorked =
                failure
                    is FineTuningApiException { MayHaveWorked: true }
                        or UploadException { Fault: UploadFault.OutcomeUnknown },
            Sent = _counter.Sendings,
            Requests = requestLog.Count(line => line.Operation == Operation.Point),
            Looks = requestLog.Count(line =>
                Operation.PollResult is not null
                && line.Path.Contains(Operation.PollResult, StringComparison.Ordinal)
                && line.Method == "GET"
            ),
            AllRequests = requestLog.Count,
            Count = Operation.Count is null ? null : await Operation.Count(this),
        };
    }

    private async Task BeginFaultAsync()
    {
        _faultBegan = Clock.UtcNow;
        if (Fault.Place == FaultPlace.Gate)
        {
            Lane.Gate.Close();
        }
        else if (Fault.Place == FaultPlace.Server)
        {
            string rule = Fault.RuleFor(Operation.Point, once: !Lasts, Lane.Other.Url);
            await Lane.SetFaultsAsync(Operation.Also is null ? [rule] : [rule, Operation.Also]);
        }
    }

    private Task EndFaultAsync()
    {
        Lane.Gate.Open();
        return Lane.SetFaultsAsync();
    }

    private async Task OnDelayAsync(int number)
    {
        if (_faultBegan is null)
        {
            await BeginFaultAsync();
        }
        else if (Operation.Waits && Lasts && Clock.UtcNow - _faultBegan > Outage)
        {
            _hits += await Lane.HitsAsync();
            await EndFaultAsync();
        }
        else if (!Lasts)
        {
            // The gate was closed for the one attempt before this delay; rules count by themselves.
            Lane.Gate.Open();
        }

        OnDelay?.Invoke(number);
    }
}
