using System.Management.Automation;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Creates a job for a cmdlet and tells what becomes of it.</summary>
internal sealed class JobCreationRun(AsyncCmdlet cmdlet, FineTuningClient client, string? idempotencyKey)
{
    private readonly JobCreator _creator = new(client);
    private JobCreateProgress? _sent;

    /// <summary>What to say when the command was stopped; null if no creation was under way.</summary>
    public string? StopMessage =>
        _sent is null
            ? null
            : $"The command was stopped while the service created the job, which may exist and go on: "
                + $"'{HowToFind(_sent.RequestToken)}' shows it.";

    /// <summary>The command that shows the job of a creation whose answer was lost.</summary>
    public static string HowToFind(string? requestToken) =>
        requestToken is null
            ? "Get-FineTuningJob -First 5"
            : $"Get-FineTuningJob -Metadata @{{ {JobMetadata.TokenName} = '{requestToken}' }}";

    /// <summary>The job that carries the key already, before any file is sent for another one.</summary>
    /// <exception cref="FineTuningApiException">The jobs could not be listed.</exception>
    public async Task<JobResource?> FindByKeyAsync(JobCreateRequest request, CancellationToken cancellationToken)
    {
        JobResource? found = idempotencyKey is null
            ? null
            : await _creator.FindByKeyAsync(idempotencyKey, cancellationToken);
        if (found is not null)
        {
            TellFound(found, JobComparison.Differences(request, found));
        }

        return found;
    }

    /// <summary>Checks and sends the files, and creates the job.</summary>
    /// <returns>The job; null if something is wrong with its files, which was told.</returns>
    /// <exception cref="FineTuningApiException">The service refused, or the job may exist and was not
    /// found.</exception>
    public async Task<JobResource?> CreateAsync(
        JobCreateRequest request,
        JobFiles files,
        CancellationToken cancellationToken
    )
    {
        // Everything is checked before anything is sent: one uploaded file alone makes no job.
        if (await files.CheckAsync(cmdlet, request, cancellationToken) is ErrorRecord refusal)
        {
            cmdlet.WriteError(refusal);
            return null;
        }

        request = await files.UploadAsync(cmdlet, client, request, cancellationToken);
        try
        {
            return await CreateAsync(request, cancellationToken);
        }
        catch (FineTuningApiException e) when (Explain(e, files) is string explanation)
        {
            cmdlet.WriteError(ApiErrors.Make(e, "File", files.Training, client.Options.Endpoint, explanation));
            return null;
        }
    }

    /// <summary>Creates the job.</summary>
    /// <exception cref="FineTuningApiException">The service refused, or the job may exist and was not
    /// found.</exception>
    private async Task<JobResource> CreateAsync(JobCreateRequest request, CancellationToken cancellationToken)
    {
        using var line = new ProgressLine(cmdlet, "Creating fine-tuning job");
        JobCreation creation;
        try
        {
            creation = await _creator.CreateAsync(
                request,
                idempotencyKey,
                new Progress<JobCreateProgress>(step => Show(step, line)),
                cancellationToken
            );
            _sent = null;
        }
        catch (FineTuningApiException)
        {
            // The error says what became of it; a later Ctrl+C is about something else.
            _sent = null;
            throw;
        }

        Tell(creation);
        return creation.Job;
    }

    private static string? Explain(FineTuningApiException e, JobFiles files) =>
        e.MayHaveWorked
            ? $"A second job costs money again: look with {HowToFind(e.RequestToken)} before you repeat the command."
            : files.Explain(e);

    private void Show(JobCreateProgress step, ProgressLine line)
    {
        _sent = step;
        if (step is { CreationRecovery: FineTuningApiException lost, RequestToken: string token })
        {
            cmdlet.WriteWarning(
                $"{lost.Message} The job may have been created; it is looked for by its request token {token}."
            );
            line.Report("The answer was lost; looking for the job");
        }
    }

    private void Tell(JobCreation creation)
    {
        switch (creation.Origin)
        {
            case JobOrigin.FoundByToken:
                cmdlet.WriteWarning($"The job {creation.Job.Id} was created after all.");
                break;
            case JobOrigin.FoundByKey when creation.CancelledDuplicate is null && creation.RunningDuplicate is null:
                TellFound(creation.Job, creation.Differences);
                break;
        }

        string sameMoment = $"Another run created {creation.Job.Id} with the key '{idempotencyKey}' at the same moment";
        if (creation.CancelledDuplicate is string cancelled)
        {
            cmdlet.WriteWarning($"{sameMoment}; the own job {cancelled} was cancelled.");
        }

        if (creation.RunningDuplicate is string running)
        {
            cmdlet.WriteWarning(
                $"{sameMoment}, and the own job {running} could not be cancelled: 'Stop-FineTuningJob {running}' "
                    + $"ends it."
            );
        }

        if (!creation.IsSettled)
        {
            cmdlet.WriteWarning(
                $"It could not be made sure that no other run created a job with the key '{idempotencyKey}' at the "
                    + $"same moment: 'Get-FineTuningJob -Metadata @{{ {JobMetadata.KeyName} = "
                    + $"'{idempotencyKey?.Replace("'", "''")}' }}' lists them."
            );
        }

        // A key that was not kept is warned of below; this is said once per service.
        if (
            !creation.KeepsToken
            && creation.KeepsKey
            && RunspaceState.Current.WithoutMetadata.Add(client.Options.Endpoint)
        )
        {
            cmdlet.WriteWarning(
                "This service keeps no metadata with a job. A job whose answer is lost could not be told from "
                    + "others: after an error look with 'Get-FineTuningJob -First 5' before you create it again. "
                    + "This is told once."
            );
        }

        if (!creation.KeepsKey)
        {
            cmdlet.WriteWarning(
                $"The service did not keep the key '{idempotencyKey}' in the metadata of {creation.Job.Id}: another "
                    + $"run with it creates another job."
            );
        }
    }

    private void TellFound(JobResource job, IReadOnlyList<string> differences)
    {
        cmdlet.WriteVerbose($"The job {job.Id} carries the key '{idempotencyKey}' already; none was created.");
        if (differences.Count > 0)
        {
            cmdlet.WriteWarning(
                $"The job {job.Id} carries the key '{idempotencyKey}' already, but {string.Join(", ", differences)}. "
                    + $"None was created; another key creates a new one."
            );
        }

        if (job.HasEnded && job.Status != JobStatus.Succeeded)
        {
            cmdlet.WriteWarning(
                $"The job {job.Id} with the key '{idempotencyKey}' is {job.Status} and is not repeated; another key "
                    + $"creates a new one."
            );
        }
    }
}
