using FineTuning.Server.Storage;

namespace FineTuning.Server.Jobs;

/// <summary>Checks an uploaded file before a job trains on it.</summary>
internal interface IDatasetValidator
{
    /// <returns>What is wrong, with the lines, in one or a few sentences; null if nothing is.</returns>
    Task<string?> CheckAsync(string path, JobRecord job, bool isTraining, CancellationToken cancellationToken);
}
