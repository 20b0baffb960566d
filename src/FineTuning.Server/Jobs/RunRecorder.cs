using System.Diagnostics;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>
/// Writes down what the trainer reports. Steps are gathered while the previous ones are being written, so that the
/// trainer does not wait for the disk and thousands of steps cost few commits. A saved state is committed together with
/// all steps before it.
/// </summary>
internal sealed class RunRecorder(JobRun run, Database database, DataFolder folder, string trainerName) : ITrainingSink
{
    // Only a disk much slower than the trainer gets there.
    private const int MaxPending = 20_000;
    private readonly Lock _gate = new();
    private readonly long _seq = run.Job.Seq;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly FinishEstimate _estimate = new();
    private List<StepReport> _pending = [];
    private Task? _writing;
    private volatile Exception? _failure;

    /// <summary>The finished model's checkpoint: it becomes known together with the job's success.</summary>
    public CheckpointInfo? Last { get; private set; }

    public void Step(StepReport metrics)
    {
        Task? wait = null;
        lock (_gate)
        {
            ThrowIfFailed();
            _pending.Add(metrics);
            if (_writing is null)
            {
                _writing = WriteStepsAsync();
            }
            else if (_pending.Count >= MaxPending)
            {
                wait = _writing;
            }
        }

        Estimate(metrics);
        wait?.GetAwaiter().GetResult();
    }

    public void Checkpoint(CheckpointInfo checkpoint)
    {
        if (checkpoint.IsLast)
        {
            Last = checkpoint;
            return;
        }

        JobRecord job = run.Job;
        string name =
            $"{job.ModelName}:ckpt-step-{checkpoint.Step.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        WriteInOrder(session =>
        {
            ModelStore.Put(session, name, job, folder.Relative(checkpoint.ModelPath), trainerName);
            if (CheckpointStore.Add(session, job.Seq, checkpoint.Step, name, JobEvents.Metrics(checkpoint.Metrics)))
            {
                JobEvents.Checkpoint(session, job, checkpoint.Step);
            }
        });
    }

    public void StateSaved(string path, int step) =>
        WriteInOrder(session => JobStore.SetState(session, _seq, folder.Relative(path), step));

    /// <summary>Waits until every step is committed.</summary>
    public void Flush() => WriteInOrder(_ => { });

    private void WriteInOrder(Action<Session> work)
    {
        Task write;
        lock (_gate)
        {
            ThrowIfFailed();
            List<StepReport> steps = Take();

            // Writes are committed in the order they were handed over, so this one follows the batch that is under way.
            write = database.WriteAsync(session =>
            {
                Store(session, steps);
                work(session);
            });
        }

        write.GetAwaiter().GetResult();
    }

    private async Task WriteStepsAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                Task write;
                lock (_gate)
                {
                    List<StepReport> steps = Take();
                    if (steps.Count == 0)
                    {
                        _writing = null;
                        return;
                    }

                    write = database.WriteAsync(session => Store(session, steps));
                }

                await write.ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            // The trainer learns of it at its next report.
            _failure = e;
        }
    }

    private List<StepReport> Take()
    {
        List<StepReport> steps = _pending;
        _pending = [];
        return steps;
    }

    private void Store(Session session, List<StepReport> steps)
    {
        foreach (StepReport metrics in steps)
        {
            if (EventStore.AddStep(session, _seq, metrics))
            {
                JobEvents.Step(session, _seq, metrics);
                foreach (string warning in metrics.Warnings)
                {
                    JobEvents.Warning(session, _seq, warning);
                }
            }
        }
    }

    private void Estimate(StepReport metrics)
    {
        if (_estimate.Next(metrics.Step, metrics.TotalSteps, Stopwatch.GetElapsedTime(_startedAt)) is { } left)
        {
            run.EstimatedFinish = DateTimeOffset.UtcNow + left;
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("The job's progress cannot be stored: " + failure.Message, failure);
        }
    }
}
