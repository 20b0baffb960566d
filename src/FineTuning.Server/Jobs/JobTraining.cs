using FineTuning.Core.Grading;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>Hands a job to the trainer, from its first step or its last saved state.</summary>
/// <param name="database">Keeps the settled numbers.</param>
/// <param name="folder">Where the job works.</param>
/// <param name="files">Where its data are.</param>
/// <param name="bases">What it goes on from.</param>
/// <param name="graders">Score samples.</param>
/// <param name="trainer">Trains.</param>
internal sealed class JobTraining(
    Database database,
    DataFolder folder,
    FileStore files,
    JobBases bases,
    GraderServices graders,
    ITrainer trainer
)
{
    private const string UnusableState = "invalid_state";

    public string TrainerName => trainer.Name;

    /// <summary>Trains on the caller's thread until the job is done, paused or cancelled.</summary>
    public TrainingOutcome Train(JobRun run, RunRecorder recorder)
    {
        JobRecord job = run.Job;
        TrainingRequest request = Request(job);
        TrainingPlan? plan = job.Plan;
        if (plan is null)
        {
            TrainingPlan settled = plan = trainer.Plan(request, run.Cancelled);
            database
                .WriteAsync(session => JobStore.SetPlan(session, job, settled, trainer.Name))
                .GetAwaiter()
                .GetResult();
        }
        else if (job.PlannedBy != trainer.Name)
        {
            throw new TrainingException(
                $"The job was begun by the trainer '{job.PlannedBy}', and this server trains with '{trainer.Name}'. "
                    + "Create the job again, or start the server with the same trainer before you resume one.",
                "trainer_not_configured",
                null
            );
        }

        if (job.StatePath is not null && request.ResumeFrom is null)
        {
            StartOver(job, "The saved training state is missing from the server's data folder.");
        }

        TrainingOutcome outcome;
        try
        {
            outcome = trainer.TrainAsync(request, plan, recorder, run.Control, run.Cancelled).GetAwaiter().GetResult();
        }
        catch (TrainingException e) when (e.Code == UnusableState && HasState(job))
        {
            // A damaged state costs time, not the job.
            StartOver(job, e.Message);
            request = request with { ResumeFrom = null };
            outcome = trainer.TrainAsync(request, plan, recorder, run.Control, run.Cancelled).GetAwaiter().GetResult();
        }

        recorder.Flush();
        return outcome;
    }

    /// <summary>By now: a program that died may have been started again from a state that this run has saved.</summary>
    private bool HasState(JobRecord job) =>
        database.Read(session => JobStore.Find(session, job.Seq)!.StatePath) is not null;

    private void StartOver(JobRecord job, string reason) =>
        database
            .WriteAsync(session =>
            {
                JobStore.SetState(session, job.Seq, null, 0);
                JobEvents.StartsOver(session, job, reason);
            })
            .GetAwaiter()
            .GetResult();

    private TrainingRequest Request(JobRecord job) =>
        new()
        {
            JobId = job.Id,
            BaseModel = job.Model,
            Method = job.Method,
            TrainingPath = files.PathOf(job.TrainingFile),
            ValidationPath = job.ValidationFile is { } id ? files.PathOf(id) : null,
            Hyperparameters = job.Requested,
            Grader = job.Grader,
            Rewards = job.Grader is { } grader ? GraderRewards.Create(grader, graders) : null,
            BaseModelPath = bases.PathOf(job),
            Seed = job.Seed,
            WorkFolder = folder.JobFolder(job.Id),
            ResumeFrom = job.StatePath is { } path && Path.Exists(folder.Absolute(path)) ? folder.Absolute(path) : null,
        };
}
