using FineTuning.Core.Wire;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>
/// What follows when a check or a run has come to its end. Each looks at the status as it is by then: a request may
/// have been faster. Whoever ends the run cleans up after the job.
/// </summary>
internal sealed class JobFinisher(Database database, DataFolder folder, FileStore files)
{
    public static JobError Unexpected(string what, Exception e) =>
        DiskFull.Is(e)
            ? new()
            {
                Code = "disk_full",
                Message = $"{what}: the disk that holds the server's data is full. Make room and create the job again.",
            }
            : new() { Code = "server_error", Message = $"{what} because of an unexpected error: {e.Message}" };

    public Task ValidatedAsync(JobRecord job, JobError? error)
    {
        if (error is not null)
        {
            return FailAsync(job, error);
        }

        return database.WriteAsync(session =>
        {
            if (JobStore.Find(session, job.Seq)!.Status != JobStatus.ValidatingFiles)
            {
                return;
            }

            // A file deleted during its check is gone: from here on its content would be kept for this job.
            if (
                FileStore.Find(session, job.TrainingFile) is null
                || (job.ValidationFile is { } id && FileStore.Find(session, id) is null)
            )
            {
                Fail(
                    session,
                    job,
                    new JobError
                    {
                        Code = "invalid_training_file",
                        Message = "A file of the job was deleted while it was being checked.",
                        Param = "training_file",
                    }
                );
                return;
            }

            JobStore.SetValidated(session, job);
            JobEvents.Validated(session, job);
        });
    }

    public Task FailAsync(JobRecord job, JobError error) =>
        database.WriteAsync(session =>
        {
            if (!JobStore.Find(session, job.Seq)!.Status.IsFinished)
            {
                Fail(session, job, error);
            }
        });

    /// <summary>The trainer came to a stop with its state saved: because of a request, or because the server
    /// stops.</summary>
    public Task PausedAsync(JobRecord job, TrainingOutcome outcome) =>
        database.WriteAsync(session =>
        {
            JobRecord now = JobStore.Find(session, job.Seq)!;
            if (now.Status.IsFinished)
            {
                return;
            }

            // Usually the trainer told of the state when it was written, and which step it is of.
            if (outcome.StatePath is { } path && now.StatePath != folder.Relative(path))
            {
                int step = (int)((long?)session.Scalar("SELECT max(step) FROM steps WHERE job_seq = $1", job.Seq) ?? 0);
                JobStore.SetState(session, job.Seq, folder.Relative(path), step);
            }

            // Resumed in the meantime, or running while the server stops: it goes on from here.
            if (now.Status == JobStatus.Pausing)
            {
                JobStore.SetStatus(session, job, JobStatus.Paused);
                JobEvents.Paused(session, job);
            }
        });

    public async Task SucceedAsync(JobRecord job, TrainingOutcome outcome, CheckpointInfo? last, string trainerName)
    {
        string model =
            outcome.ModelPath
            ?? last?.ModelPath
            ?? throw new InvalidOperationException("The trainer reported neither a pause nor a model.");
        using FileUpload upload = files.Begin();
        upload.Stream.Write(
            ResultFile.Encode(job.Method, database.Read(session => EventStore.Steps(session, job.Seq)))
        );
        FileResource result = files.Publish(upload, ResultFile.FileName, ResultFile.Purpose, lifetime: null);
        bool stored = await database.WriteAsync(session =>
        {
            if (JobStore.Find(session, job.Seq)!.Status.IsFinished)
            {
                return false;
            }

            if (last is not null)
            {
                CheckpointStore.Add(session, job.Seq, last.Step, job.ModelName, JobEvents.Metrics(last.Metrics));
            }

            FileStore.Insert(session, result);
            ModelStore.Put(session, job.ModelName, job, folder.Relative(model), trainerName);
            JobEvents.Succeeded(session, job);
            JobStore.Finish(
                session,
                job,
                JobStatus.Succeeded,
                resultFile: result.Id,
                trainedTokens: outcome.TrainedTokens
            );
            return true;
        });
        if (stored)
        {
            upload.Keep();
        }
    }

    /// <summary>Removes what an ended job leaves besides its models: training state, and contents of deleted
    /// files.</summary>
    public async Task CleanAsync(JobRecord job)
    {
        (JobRecord now, HashSet<string> models) = database.Read(session =>
            (JobStore.Find(session, job.Seq)!, ModelStore.PathsOfJob(session, job.Seq))
        );
        if (!now.Status.IsFinished)
        {
            return;
        }

        string work = Path.Combine(folder.Jobs, job.Id);
        if (models.Count == 0)
        {
            DataFolder.DeleteTree(work);
        }
        else
        {
            DataFolder.DeleteTreeBut(work, path => IsOf(models, folder.Relative(path)));
        }

        await files.ReleaseAsync(job);
        await database.WriteAsync(session =>
        {
            // A model that was deleted meanwhile has its file looked after by whoever deleted it, or by the next start.
            if (ModelStore.PathsOfJob(session, job.Seq).SetEquals(models))
            {
                JobStore.SetSwept(session, job);
            }
        });
    }

    /// <summary>At start: tidies up after jobs that ended, or lost a model, just before a kill.</summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        foreach (JobRecord job in database.Read(JobStore.Unswept))
        {
            if (stop.IsCancellationRequested)
            {
                return;
            }

            await CleanAsync(job);
        }
    }

    /// <summary>Whether a file is one of the models, or in the folder of one.</summary>
    private static bool IsOf(HashSet<string> models, string path)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (models.Contains(path[..end]))
            {
                return true;
            }
        }

        return false;
    }

    private static void Fail(Session session, JobRecord job, JobError error)
    {
        JobStore.Finish(session, job, JobStatus.Failed, error);
        JobEvents.Failed(session, job, error);
    }
}
