using System.Collections.Concurrent;
using System.Threading.Channels;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>
/// Checks, queues and trains. The database is the queue: a worker picks the oldest waiting job in a transaction, and
/// every change of a status goes through the one writer, so that a request and a worker never disagree about who was
/// first.
/// </summary>
internal sealed partial class JobRunner(
    Database database,
    DataFolder folder,
    JobFinisher finisher,
    JobChecks checks,
    JobTraining training,
    ServerOptions options,
    ILogger<JobRunner> log
) : IHostedLifecycleService
{
    private static readonly TimeSpan s_pauseTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_minRest = TimeSpan.FromSeconds(1),
        s_maxRest = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, JobRun> _active = new(StringComparer.Ordinal);
    private volatile Channel<bool>[] _bells = [];
    private readonly CancellationTokenSource _stop = new();
    private Task[] _workers = [];
    private Task _stopped = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes up what an earlier server left, then starts to work. Listening comes first: a port that is taken
    /// must not start any training.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await database.WriteAsync(session =>
        {
            foreach (JobRecord job in JobStore.WithStatus(session, JobStatus.Running, JobStatus.Pausing))
            {
                JobStore.SetStatus(session, job, JobStateMachine.AfterRestart(job.Status));
                JobEvents.Restarted(session, job);
            }
        });

        // All bells are there before the first worker: requests ring already.
        Func<Task<bool>>[] work = [ValidateNextAsync, .. Enumerable.Repeat(TrainNextAsync, options.Trainers)];
        Channel<bool>[] bells =
        [
            .. work.Select(_ =>
                Channel.CreateBounded<bool>(
                    new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
                )
            ),
        ];
        _bells = bells;
        _workers = [SweepAsync(), .. work.Select((next, i) => WorkAsync(next, bells[i]))];
    }

    /// <summary>Tells the workers that a job may be waiting.</summary>
    public void Wake()
    {
        foreach (Channel<bool> bell in _bells)
        {
            bell.Writer.TryWrite(true);
        }
    }

    /// <summary>Carries out a committed change of status on the run that is under way, if there is one, and wakes the
    /// workers.</summary>
    public void Apply(JobRecord job)
    {
        if (_active.TryGetValue(job.Id, out JobRun? run))
        {
            if (job.Status == JobStatus.Pausing)
            {
                run.Control.RequestPause();
            }
            else if (job.Status == JobStatus.Cancelled || job.Status == JobStatus.Paused)
            {
                run.Cancel();
            }
        }

        Wake();
    }

    public string TrainerName => training.TrainerName;

    public bool IsActive(string jobId) => _active.ContainsKey(jobId);

    /// <summary>When a running job will end, going by its speed.</summary>
    public DateTimeOffset? EstimatedFinish(string jobId) =>
        _active.TryGetValue(jobId, out JobRun? run) ? run.EstimatedFinish : null;

    /// <summary>Asks the runs to stop, while requests that are under way still come to their end.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopped = StopAsync();
        return Task.CompletedTask;
    }

    /// <summary>Waits for the runs, however long the server may take to stop: what they have not saved is
    /// lost.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _stopped;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Lets the runs save their state and come to a stop; a later start goes on from there.</summary>
    private async Task StopAsync()
    {
        await _stop.CancelAsync();
        foreach (JobRun run in _active.Values)
        {
            run.Control.RequestPause();
        }

        var all = Task.WhenAll(_workers);
        if (await Task.WhenAny(all, Task.Delay(s_pauseTimeout)) != all)
        {
            foreach (JobRun run in _active.Values)
            {
                run.Cancel();
            }
        }

        await all;
    }

    /// <summary>Tidying up may take a while and nothing waits for it; what it does not come to, the next start
    /// does.</summary>
    private async Task SweepAsync()
    {
        await Task.Yield();
        try
        {
            await finisher.SweepAsync(_stop.Token);
        }
        catch (Exception e)
        {
            LogWorkerFailed(e);
        }
    }

    private async Task WorkAsync(Func<Task<bool>> next, Channel<bool> bell)
    {
        await Task.Yield();
        TimeSpan rest = s_minRest;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!await next())
                {
                    await bell.Reader.ReadAsync(_stop.Token);
                }

                rest = s_minRest;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The storage failed, on a full disk for one. What was under way is taken up again, and nobody may ring
                // in the meantime.
                LogWorkerFailed(e);
                await Task.Delay(rest, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                rest = rest < s_maxRest ? rest * 2 : rest;
            }
        }
    }

    /// <summary>Takes the oldest job that waits for this kind of work. The run is known before the change of status is
    /// committed.</summary>
    private async Task<JobRun?> PickAsync(Func<Session, int, List<string>> waiting, JobStatus next)
    {
        JobRun? picked = null;
        try
        {
            return await database.WriteAsync(session =>
            {
                // A resumed job whose earlier run has not come to its stop yet waits for that.
                string? id = waiting(session, _active.Count + 1).Find(candidate => !_active.ContainsKey(candidate));
                if (id is null)
                {
                    return null;
                }

                JobRecord job = JobStore.Find(session, id)!;
                if (job.Validated && job.Status == JobStatus.Queued && job.StatePath is null)
                {
                    JobEvents.Started(session, job);
                }
                else if (job.Validated)
                {
                    JobEvents.GoesOn(session, job);
                }

                JobStore.SetStatus(session, job, next);
                _active[id] = picked = new JobRun(job with { Status = next });
                return picked;
            });
        }
        catch when (picked is not null)
        {
            // The change was not committed: the job waits as before.
            _active.TryRemove(picked.Job.Id, out _);
            picked.Dispose();
            throw;
        }
    }

    private async Task<bool> ValidateNextAsync()
    {
        using JobRun? run = await PickAsync(JobStore.ToValidate, JobStatus.ValidatingFiles);
        if (run is null)
        {
            return false;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(run.Cancelled, _stop.Token);
        try
        {
            JobError? error = await Task.Run(() => checks.FindFaultAsync(run.Job, either.Token));
            await finisher.ValidatedAsync(run.Job, error);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Paused, cancelled or stopped: whoever did it has set the status.
        }
        catch (Exception e)
        {
            LogJobFailed(e, run.Job.Id);
            await finisher.FailAsync(run.Job, JobFinisher.Unexpected("The files could not be checked", e));
        }
        finally
        {
            await LeaveAsync(run.Job);
        }

        return true;
    }

    private async Task<bool> TrainNextAsync()
    {
        using JobRun? run = await PickAsync(JobStore.ToTrain, JobStatus.Running);
        if (run is null)
        {
            return false;
        }

        // A stop that came between the choice and this line found no run to ask.
        if (_stop.IsCancellationRequested)
        {
            run.Control.RequestPause();
        }

        try
        {
            RunRecorder recorder = new(run, database, folder, training.TrainerName);
            TrainingOutcome outcome = await TrainingThread.RunAsync(
                "trainer " + run.Job.Id,
                () => training.Train(run, recorder)
            );
            if (outcome.IsPaused)
            {
                await finisher.PausedAsync(run.Job, outcome);
            }
            else
            {
                await finisher.SucceedAsync(run.Job, outcome, recorder.Last, training.TrainerName);
            }
        }
        catch (OperationCanceledException) when (run.Cancelled.IsCancellationRequested)
        {
            // Cancelled: whoever did it has set the status.
        }
        catch (TrainingException e)
        {
            await finisher.FailAsync(
                run.Job,
                new JobError
                {
                    Code = e.Code,
                    Message = e.Message,
                    Param = e.Param,
                }
            );
        }
        catch (Exception e)
        {
            LogJobFailed(e, run.Job.Id);
            await finisher.FailAsync(run.Job, JobFinisher.Unexpected("The trainer stopped", e));
        }
        finally
        {
            await LeaveAsync(run.Job);
        }

        return true;
    }

    /// <summary>Ends the run. A cancel that met it has left the tidying up to it.</summary>
    private async Task LeaveAsync(JobRecord job)
    {
        _active.TryRemove(job.Id, out _);
        Wake();
        try
        {
            await finisher.CleanAsync(job);
        }
        catch (Exception e)
        {
            // The next start tries again; what the run itself failed with matters more.
            LogNotCleaned(e, job.Id);
        }
    }

    [LoggerMessage(LogLevel.Error, "A worker failed")]
    private partial void LogWorkerFailed(Exception e);

    [LoggerMessage(LogLevel.Error, "Job {JobId} failed")]
    private partial void LogJobFailed(Exception e, string jobId);

    [LoggerMessage(LogLevel.Error, "What job {JobId} left could not be removed")]
    private partial void LogNotCleaned(Exception e, string jobId);
}
