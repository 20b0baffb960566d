using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Http;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>What requests do to jobs. Each is committed before it is answered.</summary>
internal sealed class JobActions(Database database, JobRunner runner, JobFinisher finisher, ServerOptions options)
{
    public async Task<JobRecord> CreateAsync(JobRecord job)
    {
        JobRecord stored = await database.WriteAsync(session =>
        {
            if (JobStore.CountUnfinished(session) >= options.MaxUnfinishedJobs)
            {
                throw ApiErrors.TooManyJobs(options.MaxUnfinishedJobs);
            }

            JobRecord inserted = JobStore.Insert(session, job);
            JobEvents.Created(session, inserted, runner.TrainerName);
            return inserted;
        });
        runner.Wake();
        return stored;
    }

    public Task<JobRecord> PauseAsync(string id, Func<JobStatus, JobStatus?> pause) =>
        ChangeAsync(
            id,
            "paused",
            pause,
            (session, job) =>
            {
                JobEvents.PauseRequested(session, job);
                if (job.Status == JobStatus.Paused)
                {
                    JobEvents.Paused(session, job);
                }
            }
        );

    public Task<JobRecord> ResumeAsync(string id) =>
        ChangeAsync(id, "resumed", JobStateMachine.Resume, JobEvents.ResumeRequested);

    public async Task<JobRecord> CancelAsync(string id)
    {
        JobRecord job = await ChangeAsync(id, "cancelled", JobStateMachine.Cancel, JobEvents.Cancelled);
        if (!runner.IsActive(id))
        {
            await finisher.CleanAsync(job);
        }

        return job;
    }

    private async Task<JobRecord> ChangeAsync(
        string id,
        string verb,
        Func<JobStatus, JobStatus?> transition,
        Action<Session, JobRecord> report
    )
    {
        JobRecord job = await database.WriteAsync(session =>
        {
            JobRecord before = JobStore.Find(session, id) ?? throw ApiErrors.JobNotFound(id);
            JobStatus status = transition(before.Status) ?? throw ApiErrors.WrongState(before, verb);
            if (status.IsFinished)
            {
                JobStore.Finish(session, before, status);
            }
            else
            {
                JobStore.SetStatus(session, before, status);
            }

            report(session, before with { Status = status });
            return JobStore.Find(session, before.Seq)!;
        });
        runner.Apply(job);
        return job;
    }
}
