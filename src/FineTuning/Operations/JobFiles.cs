using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Datasets;
using FineTuning.Core.Errors;
using FineTuning.Core.Files;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>The files of a new job, each either here, to be checked and sent, or at the service already.</summary>
internal sealed class JobFiles
{
    private readonly JobFile _training;
    private readonly JobFile? _validation;
    private readonly string? _trainingPath;
    private readonly string? _validationPath;
    private UploadRun? _upload;

    private JobFiles(JobFile training, string? trainingPath, JobFile? validation, string? validationPath)
    {
        _training = training;
        _trainingPath = trainingPath;
        _validation = validation;
        _validationPath = validationPath;
    }

    /// <summary>The training file as it was named.</summary>
    public JobFile Training => _training;

    /// <summary>What to say of an upload that was stopped; null if nothing of it is left to go on from.</summary>
    public string? StopMessage => _upload?.PendingMessage;

    /// <summary>Finds out which files are here and which are at the service.</summary>
    /// <exception cref="FileNotFoundException">One can only be a path, and there is no such file.</exception>
    /// <exception cref="PSArgumentException">One is no file at all.</exception>
    public static JobFiles Resolve(PSCmdlet cmdlet, JobFile training, JobFile? validation) =>
        new(training, PathOf(cmdlet, training), validation, validation is null ? null : PathOf(cmdlet, validation));

    /// <summary>
    /// Checks what is here: the training file for itself, with the validation file and for what they have in common;
    /// and both with the grader.
    /// </summary>
    /// <returns>The error record, or null if the service can take them.</returns>
    public async Task<ErrorRecord?> CheckAsync(
        AsyncCmdlet cmdlet,
        JobCreateRequest request,
        CancellationToken cancellationToken
    )
    {
        JsonElement? grader = request.Method?.Reinforcement?.Grader;
        var options = new DatasetCheckOptions
        {
            Method = request.Method?.Type ?? "supervised",
            Model = request.Model,
            CheckItemFields = grader is null,
            MinimumExamples = _trainingPath is null ? 1 : DatasetLimits.MinTrainingExamples,
        };
        string[] paths = [.. new[] { _trainingPath, _validationPath }.OfType<string>()];
        if (paths.Length == 0)
        {
            return null;
        }

        ErrorRecord? refusal = await DatasetUpload.CheckAsync(
            cmdlet,
            paths[0],
            paths.Skip(1).FirstOrDefault(),
            options,
            cancellationToken
        );
        if (refusal is null && grader is JsonElement definition)
        {
            foreach (string path in paths)
            {
                IReadOnlyList<GraderProblem> problems = await GraderCheck.CheckRowsAsync(
                    cmdlet,
                    definition,
                    path,
                    cancellationToken
                );
                GraderCheck.Warn(problems, cmdlet.WriteWarning);
                refusal ??= GraderErrors.Refuse(problems, path, " Nothing was sent.");
            }
        }

        return refusal;
    }

    /// <summary>Sends what is here and not at the service yet, and names the files as the service does.</summary>
    /// <exception cref="FineTuningApiException">An upload failed.</exception>
    /// <exception cref="FineTuning.Core.Files.Uploading.UploadException">An upload cannot go on.</exception>
    public async Task<JobCreateRequest> UploadAsync(
        AsyncCmdlet cmdlet,
        FineTuningClient client,
        JobCreateRequest request,
        CancellationToken cancellationToken
    )
    {
        var upload = new UploadRun(cmdlet, client);
        _upload = upload;
        string training = await SendAsync(_trainingPath, request.TrainingFile);
        string? validation = request.ValidationFile is null
            ? null
            : await SendAsync(_validationPath, request.ValidationFile);
        _upload = null;
        return request with { TrainingFile = training, ValidationFile = validation };

        async Task<string> SendAsync(string? path, string id)
        {
            FileResource? file = path is null
                ? await LookAsync(client, id, cancellationToken)
                : await upload.SendAsync(path, cancellationToken);
            if (file is not null && FileReadiness.IsUnderWay(file))
            {
                using var line = new ProgressLine(cmdlet, $"Waiting for {file.FileName}");
                line.Report("The service processes it");
                await FileReadiness.WaitAsync(client, file, cancellationToken);
            }

            return file?.Id ?? id;
        }
    }

    /// <summary>What a refusal of a file means where it was named by something that is neither a file here nor one
    /// there.</summary>
    public string? Explain(FineTuningApiException refusal) =>
        refusal.Param switch
        {
            "training_file" when _trainingPath is null => Explain(_training),
            "validation_file" when _validationPath is null && _validation is not null => Explain(_validation),
            _ => null,
        };

    /// <summary>Azure takes a file over after it has answered the upload, and makes no job with it before: there, and
    /// there alone, it is looked at.</summary>
    private static async Task<FileResource?> LookAsync(
        FineTuningClient client,
        string id,
        CancellationToken cancellationToken
    )
    {
        if (client.Options.Dialect != ApiDialect.Azure)
        {
            return null;
        }

        try
        {
            return await client.GetFileAsync(id, cancellationToken);
        }
        catch (FineTuningApiException e) when (e.Kind is ApiErrorKind.NotFound or ApiErrorKind.InvalidRequest)
        {
            // The creation of the job reports what is wrong with it.
            return null;
        }
    }

    private static string Explain(JobFile file) =>
        $"'{file}' is not a file here, so it was sent as the id of a file at the service. Get-FineTuningFile lists "
        + $"those.";

    private static string? PathOf(PSCmdlet cmdlet, JobFile file) =>
        file.Refusal is string refusal ? throw new PSArgumentException(refusal) : file.LocalPath(cmdlet);
}
