using FineTuning.Core.Wire;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Jobs;

/// <summary>
/// The fine-tuned models that jobs go on from. A job gets a copy of its own when its files are checked, so that the
/// model may be deleted while the job waits or trains.
/// </summary>
internal sealed class JobBases(Database database, DataFolder folder, ITrainer trainer)
{
    private const string CopyName = "base";

    /// <summary>The job's copy; null if it starts from nothing.</summary>
    /// <exception cref="TrainingException">The copy is gone.</exception>
    public string? PathOf(JobRecord job)
    {
        if (!BaseModels.IsFineTuned(job.Model))
        {
            return null;
        }

        string path = Path.Combine(folder.JobFolder(job.Id), CopyName);
        return Path.Exists(path)
            ? path
            : throw new TrainingException(
                $"The job's copy of the model '{job.Model}' is gone. Create the job again.",
                "invalid_model",
                "model"
            );
    }

    /// <summary>Makes the job's copy if it needs one and has none.</summary>
    /// <returns>Why the job cannot go on from its model; null if it can.</returns>
    public JobError? Keep(JobRecord job)
    {
        if (!BaseModels.IsFineTuned(job.Model))
        {
            return null;
        }

        string copy = Path.Combine(folder.JobFolder(job.Id), CopyName);
        if (Path.Exists(copy))
        {
            return null;
        }

        if (database.Read(session => ModelStore.Find(session, job.Model)) is not { } model)
        {
            return Deleted(job);
        }

        if (model.Trainer != trainer.Name)
        {
            return Unusable(
                $"The model '{job.Model}' was made by the trainer '{model.Trainer}', and this server trains with "
                    + $"'{trainer.Name}'. "
                    + "Start the server with the trainer that made the model, or use another base model."
            );
        }

        try
        {
            // A kill in between leaves a name that nobody looks at.
            string partial = copy + ".part";
            DataFolder.DeletePath(partial);
            Copy(folder.Absolute(model.Path), partial);
            if (database.Read(session => ModelStore.Find(session, job.Model)) is null)
            {
                // Its folder may have been deleted while it was copied, which leaves a part of it.
                DataFolder.DeletePath(partial);
                return Deleted(job);
            }

            Directory.Move(partial, copy);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Deleted(job);
        }
    }

    private static JobError Deleted(JobRecord job) =>
        Unusable($"The model '{job.Model}' was deleted before the job could use it.");

    private static JobError Unusable(string message) =>
        new()
        {
            Code = "invalid_model",
            Message = message,
            Param = "model",
        };

    private static void Copy(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            File.Copy(from, to);
            return;
        }

        Directory.CreateDirectory(to);
        foreach (string entry in Directory.EnumerateFileSystemEntries(from))
        {
            // A link could lead anywhere; models have no need of one.
            if (!File.GetAttributes(entry).HasFlag(FileAttributes.ReparsePoint))
            {
                Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
            }
        }
    }
}
