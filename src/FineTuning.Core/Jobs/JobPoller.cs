using System.Diagnostics;
using System.Runtime.CompilerServices;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Looks at many jobs again and again, a few at a time and each at its own pace, until the time is up. Outages are
/// waited out in here: only answers come out. A job that was looked at is left alone until <see cref="Again"/> is
/// called for it.
/// </summary>
/// <typeparam name="T">What a look sees.</typeparam>
internal sealed class JobPoller<T>
    where T : class
{
    /// <summary>Looks at a time: hundreds of jobs keep their pace, and the service is not flooded.</summary>
    private const int AtOnce = 8;

    // These run by the machine's clock whatever the client's is. They are guards against a server that hangs, and how
    // long it hangs is real.
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_timeout = PollDeadline.LookTime;

    // A service that asks for a longer pause is asked again after this one: its answer may be a mistake.
    private static readonly TimeSpan s_maxRequestedPause = TimeSpan.FromMinutes(10);

    private readonly FineTuningClient _client;
    private readonly IClock _clock;
    private readonly Func<string, CancellationToken, Task<T>> _look;
    private readonly TimeSpan? _pollInterval;
    private readonly OutageDetector _outages;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Entry> _resting = [];
    private readonly List<Running> _running = [];
    private readonly List<Running> _undecided = [];
    private readonly List<Running> _abandoned = [];
    private PollDeadline _deadline;

    /// <param name="client">Where the jobs are.</param>
    /// <param name="pollInterval">Time between two looks; null adapts it to what happens.</param>
    /// <param name="outages">Is told of outages.</param>
    /// <param name="look">Looks at a job. It may run on any thread.</param>
    public JobPoller(
        FineTuningClient client,
        TimeSpan? pollInterval,
        IProgress<ServiceOutage>? outages,
        Func<string, CancellationToken, Task<T>> look
    )
    {
        _client = client;
        _clock = client.Options.Clock;
        _deadline = new PollDeadline(_clock, timeout: null);
        _pollInterval = pollInterval;
        _outages = new OutageDetector(_clock, outages);
        _look = look;
    }

    /// <summary>Is told which job's look failed in an outage, and why, each time.</summary>
    public Action<string, FineTuningApiException>? OnOutage { get; init; }

    /// <summary>Says that the service is known to be where requests go, although the client has not heard it.</summary>
    public bool WasReached { private get; init; }

    /// <summary>Whether silence is an outage. Where nothing was ever heard it is an error: the address may be
    /// wrong.</summary>
    private bool IsReached => WasReached || _client.WasReached;

    /// <summary>Gives answers in the order in which the looks began, which is that of the ids at first.</summary>
    /// <param name="jobIds">The jobs, each once.</param>
    /// <param name="timeout"> The longest time; null has no end. Every job is looked at once, also without any time,
    /// unless the service hangs over it for long.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<PollResult<T>> RunAsync(
        IEnumerable<string> jobIds,
        TimeSpan? timeout,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        _deadline = new PollDeadline(_clock, timeout);
        foreach (string id in jobIds)
        {
            _entries.Add(
                id,
                new Entry(id, _entries.Count, new PollSchedule(_pollInterval, _client.Options.Endpoint.IsLoopback))
            );
            _resting.Add(_entries[id]);
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (_resting.Count + _running.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                StartDue(stopping.Token);
                if (TakeAnswered() is Running done)
                {
                    if (Settle(done) is PollResult<T> look)
                    {
                        yield return look;
                    }
                }
                else if (_running.Count == 0)
                {
                    if (_deadline.IsUp())
                    {
                        break;
                    }

                    await _clock.DelayAsync(UntilNext(), cancellationToken).ConfigureAwait(false);
                }
                else if (!_deadline.IsUp() || !AbandonSlow())
                {
                    IEnumerable<Task> open = _running.Where(r => !r.Task.IsCompleted).Select(r => (Task)r.Task);
                    await Task.WhenAny([.. open, Task.Delay(s_tick, cancellationToken)]).ConfigureAwait(false);
                }
            }

            // No look was answered, so the address may be wrong.
            foreach (Running silent in _undecided)
            {
                yield return new PollResult<T>(silent.Entry.JobId, null, silent.Task.Result.Failure);
            }
        }
        finally
        {
            // All looks end before the caller goes on.
            stopping.Cancel();
            await Task.WhenAll(
                    _running
                        .Concat(_abandoned)
                        .Select(r =>
                            r.Task.ContinueWith(
                                static task => _ = task.Exception,
                                CancellationToken.None,
                                TaskContinuationOptions.None,
                                TaskScheduler.Default
                            )
                        )
                )
                .ConfigureAwait(false);
            _running.Concat(_abandoned).ToList().ForEach(r => r.Stop.Dispose());
        }
    }

    /// <summary>Looks at a job again after a while.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="job">As it was seen.</param>
    /// <param name="changed">Something happened, so more may come soon.</param>
    /// <param name="maxPause">The longest pause; null leaves it to what happens.</param>
    public void Again(string jobId, JobResource? job, bool changed, TimeSpan? maxPause = null)
    {
        Entry entry = _entries[jobId];
        if (changed)
        {
            entry.Schedule.Changed();
        }

        TimeSpan pause = entry.Schedule.Next(job, _clock.UtcNow);
        entry.Job = job;
        Rest(entry, pause > maxPause ? maxPause.Value : pause);
    }

    /// <param name="entry">Was looked at.</param>
    /// <param name="pause">How long to leave it alone.</param>
    /// <param name="asked">How long from now on the service asks to be left alone.</param>
    private void Rest(Entry entry, TimeSpan pause, TimeSpan asked = default)
    {
        // From the beginning of the look, so that many jobs, or a slow service, do not stretch the interval; but never
        // at once again.
        DateTimeOffset now = _clock.UtcNow;
        entry.Due = Max(Max(entry.Began!.Value + pause, now + TimeSpan.FromTicks(pause.Ticks / 2)), now + asked);
        _resting.Add(entry);
    }

    private void StartDue(CancellationToken cancellationToken)
    {
        bool isTimeUp = _deadline.IsUp();
        DateTimeOffset now = _clock.UtcNow;
        while (_running.Count < AtOnce && FirstDue(isTimeUp, now) is Entry entry)
        {
            _resting.Remove(entry);
            entry.Began = now;
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _running.Add(new Running(entry, stop, LookAsync(entry.JobId, stop.Token)));
        }
    }

    /// <summary>The one that has been due the longest; of several, the first in the order of the ids.</summary>
    private Entry? FirstDue(bool isTimeUp, DateTimeOffset now)
    {
        Entry? first = null;
        foreach (Entry entry in _resting)
        {
            bool isDue = isTimeUp ? _deadline.AllowsLastLook(entry.Began) : entry.Due <= now;
            if (isDue && (first is null || (entry.Due, entry.Index).CompareTo((first.Due, first.Index)) < 0))
            {
                first = entry;
            }
        }

        return first;
    }

    /// <summary>
    /// When the time is up, a look that hangs is given up, so that it does not keep the others from theirs. Says
    /// whether there was one.
    /// </summary>
    private bool AbandonSlow()
    {
        List<Running> slow = _running.FindAll(r => !r.Task.IsCompleted && r.Real.Elapsed >= s_timeout);
        slow.ForEach(r => r.Stop.Cancel());
        _abandoned.AddRange(slow);
        return _running.RemoveAll(slow.Contains) > 0;
    }

    private TimeSpan UntilNext()
    {
        DateTimeOffset next = _resting.Min(e => e.Due);
        TimeSpan pause = _deadline.Before(next) - _clock.UtcNow;
        return pause > TimeSpan.Zero ? pause : TimeSpan.Zero;
    }

    /// <summary>
    /// The next look that has its answer. One that has overtaken an earlier one is held back for a moment, so that the
    /// order does not depend on the network.
    /// </summary>
    private Running? TakeAnswered()
    {
        int index = _running.FindIndex(r => r.Task.IsCompleted);
        return index < 0 || (index > 0 && _running[0].Real.Elapsed < s_timeout) ? null : _running[index];
    }

    private PollResult<T>? Settle(Running done)
    {
        _running.Remove(done);
        done.Stop.Dispose();
        (T? seen, FineTuningApiException? failure) = done.Task.GetAwaiter().GetResult();
        if (IsReached)
        {
            _undecided.ForEach(Survive);
            _undecided.Clear();
        }

        if (failure is null || !OutageDetector.IsOutage(failure))
        {
            _outages.Answered(done.Entry.JobId);
            return new PollResult<T>(done.Entry.JobId, seen, failure);
        }

        if (IsReached || OutageDetector.SpeaksOfService(failure))
        {
            Survive(done);
        }
        else
        {
            // Another job may still show that the service is there.
            _undecided.Add(done);
        }

        return null;
    }

    private void Survive(Running silent)
    {
        FineTuningApiException failure = silent.Task.Result.Failure!;
        _outages.Failed(silent.Entry.JobId, silent.Entry.Began!.Value, failure);
        OnOutage?.Invoke(silent.Entry.JobId, failure);
        TimeSpan pause = silent.Entry.Schedule.Next(silent.Entry.Job, _clock.UtcNow);
        TimeSpan asked = failure.RetryAfter ?? TimeSpan.Zero;
        Rest(silent.Entry, pause, asked > s_maxRequestedPause ? s_maxRequestedPause : asked);
    }

    private async Task<(T? Seen, FineTuningApiException? Failure)> LookAsync(
        string jobId,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return (await _look(jobId, cancellationToken).ConfigureAwait(false), null);
        }
        catch (FineTuningApiException e)
        {
            return (null, e);
        }
    }

    private static TValue Max<TValue>(TValue a, TValue b)
        where TValue : IComparable<TValue> => a.CompareTo(b) > 0 ? a : b;

    private sealed class Entry(string jobId, int index, PollSchedule schedule)
    {
        public string JobId { get; } = jobId;

        public int Index { get; } = index;

        public PollSchedule Schedule { get; } = schedule;

        public JobResource? Job { get; set; }

        public DateTimeOffset Due { get; set; } = DateTimeOffset.MinValue;

        /// <summary>When the last look began.</summary>
        public DateTimeOffset? Began { get; set; }
    }

    private sealed record Running(
        Entry Entry,
        CancellationTokenSource Stop,
        Task<(T? Seen, FineTuningApiException? Failure)> Task
    )
    {
        public Stopwatch Real { get; } = Stopwatch.StartNew();
    }
}
