using FineTuning.Core.Wire;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>Looks at all that a job was made of before it is queued.</summary>
internal sealed class JobChecks(Database database, FileStore files, IDatasetValidator validator, JobBases bases)
{
    /// <returns>Why the job cannot be trained; null if it can.</returns>
    public async Task<JobError?> FindFaultAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (bases.Keep(job) is { } fault)
        {
            return fault;
        }

        return await FindFaultAsync(job, job.TrainingFile, "training_file", cancellationToken)
            ?? (
                job.ValidationFile is { } id
                    ? await FindFaultAsync(job, id, "validation_file", cancellationToken)
                    : null
            );
    }

    private async Task<JobError?> FindFaultAsync(
        JobRecord job,
        string id,
        string param,
        CancellationToken cancellationToken
    )
    {
        string what = param == "training_file" ? "training file" : "validation file";
        string? fault = database.Read(session => FileStore.Find(session, id)) is null
            ? $"File '{id}' does not exist any more."
            : await validator.CheckAsync(files.PathOf(id), job, param == "training_file", cancellationToken);
        return fault is null
            ? null
            : new JobError
            {
                Code = "invalid_" + param,
                Message = $"The job failed due to an invalid {what}. {fault}",
                Param = param,
            };
    }
}
