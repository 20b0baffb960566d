using System.Globalization;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Uploads files for a cmdlet, with progress, and tells what becomes of them.</summary>
internal sealed class UploadRun
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly FileUploader _uploader;
    private readonly SynchronizationContext _pipeline = SynchronizationContext.Current!;
    private readonly bool _isForced;
    private string _name = string.Empty;

    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="client">Where files go.</param>
    /// <param name="options">How. The state is kept in the user's folder.</param>
    public UploadRun(AsyncCmdlet cmdlet, FineTuningClient client, UploadOptions? options = null)
    {
        _cmdlet = cmdlet;
        _isForced = options?.Force == true;
        _uploader = new FileUploader(
            client,
            (options ?? new UploadOptions()) with
            {
                StateFolder = Path.Combine(UserFolder.Path, "uploads"),
                Notice = text => _pipeline.Post(_ => cmdlet.WriteVerbose(text), null),
            }
        );
    }

    /// <summary>What to say of an upload that was stopped or failed; null if nothing of it is left to go on
    /// from.</summary>
    public string? PendingMessage =>
        _uploader.Pending is not PendingUpload pending
            ? null
            : FormattableString.Invariant(
                $"{pending.Parts} of {pending.PartCount} parts of '{_name}' are at the service: the same "
            )
                + FormattableString.Invariant(
                    $"command{(_isForced ? " without -Force" : string.Empty)} goes on from there until "
                )
                + FormattableString.Invariant($"{Text(pending.ExpiresAt.LocalDateTime)}.");

    /// <summary>Uploads a file, or finds it at the service.</summary>
    /// <exception cref="FineTuningApiException">The upload failed.</exception>
    /// <exception cref="UploadException">It cannot go on.</exception>
    public async Task<FileResource> SendAsync(string path, CancellationToken cancellationToken)
    {
        _name = Path.GetFileName(path);
        using var line = new ProgressLine(_cmdlet, $"Uploading {_name}");
        UploadResult result;
        try
        {
            result = await _uploader.UploadAsync(
                path,
                new SynchronousProgress<UploadProgress>(progress => Show(progress, line)),
                cancellationToken
            );
        }
        catch (FineTuningApiException) when (PendingMessage is string message)
        {
            _cmdlet.WriteWarning(message);
            throw;
        }

        if (result.Reused)
        {
            // Shown at the prompt as Write-Host does it, and no output.
            string found =
                $"{_name} is at the service already, as {result.File.Id}"
                + (
                    Display.LocalTime(result.File.CreatedAt) is DateTime time
                        ? FormattableString.Invariant($" since {time:yyyy-MM-dd HH:mm}")
                        : string.Empty
                )
                + ": nothing was sent.";
            _cmdlet.WriteHostLine(found);
            _cmdlet.WriteVerbose($"SHA-256 {result.Sha256}. Send-FineTuningFile -Force sends it again.");
        }

        return result.File;
    }

    private static string Text(DateTime time) =>
        time.ToString(time.Date == DateTime.Today ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static void Show(UploadProgress progress, ProgressLine line)
    {
        string bytes = $"{ByteSize.Text(progress.Bytes)} of {ByteSize.Text(progress.TotalBytes)}";
        string parts =
            progress.PartCount == 0
                ? string.Empty
                : FormattableString.Invariant($", {progress.Parts} of {progress.PartCount} parts");
        string rate = progress.BytesPerSecond is double speed ? $", {ByteSize.Text((long)speed)}/s" : string.Empty;

        // The time left is not computed from the share: a resumed upload does not begin at 0.
        line.Report(
            progress.Stage switch
            {
                UploadStage.Comparing => $"Comparing: {bytes}{rate}",
                UploadStage.Completing => $"{bytes}{parts}; the service puts them together",
                _ => $"{bytes}{parts}{rate}",
            },
            (double)progress.Bytes / progress.TotalBytes,
            progress.TimeLeft ?? TimeSpan.Zero
        );
    }
}
