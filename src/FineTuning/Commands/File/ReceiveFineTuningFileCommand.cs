using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Errors;
using FineTuning.Core.Files;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Downloads files.</summary>
[Cmdlet(VerbsCommunications.Receive, "FineTuningFile", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ReceiveFineTuningFileCommand : ApiCmdlet
{
    private FileDownload? _download;

    /// <summary>The files to download.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileIdCompleter))]
    public FileIdentity[] Id { get; set; } = [];

    /// <summary>A folder, or the name of the new file; the current location by default.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = ".";

    /// <summary>Keeps a result file as the service sends it, in base64.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Replaces existing files.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private string? PendingMessage =>
        _download?.Pending is PendingDownload pending
            ? $"{ByteSize.Text(pending.Bytes)} are kept in '{pending.Path}': the same command goes on from there."
            : null;

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (FileIdentity id in Id)
        {
            await ForEachAsync("File", id, () => ReceiveAsync(id.Id, cancellationToken));
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (PendingMessage is string message)
        {
            TellHost(message);
        }

        base.OnStopped();
    }

    private async Task ReceiveAsync(string id, CancellationToken cancellationToken)
    {
        string target = LocalPath.Target(this, Path);
        if (!ShouldProcess($"{id} to {target}", "Download file"))
        {
            return;
        }

        FileResource file = await Client.GetFileAsync(id, cancellationToken);
        if (Directory.Exists(target))
        {
            target = System.IO.Path.Combine(target, SafeName.For(file));
        }
        else if (System.IO.Path.GetDirectoryName(target) is string folder && !Directory.Exists(folder))
        {
            WriteError(FileErrors.NoFolderForPath(folder));
            return;
        }

        using var line = new ProgressLine(this, $"Downloading {file.FileName}");
        var progress = new SynchronousProgress<long>(got =>
            line.Report(
                $"{ByteSize.Text(got)} of {ByteSize.Text(file.Bytes)}",
                file.Bytes is > 0 ? (double)got / file.Bytes.Value : null
            )
        );
        try
        {
            _download = new FileDownload(Client) { Overwrite = Force, DecodeResults = !Raw };
            await _download.RunAsync(file, target, progress, cancellationToken);
            LocalPath.Write(this, target);
        }
        catch (FineTuningApiException) when (PendingMessage is string message)
        {
            WriteWarning(message);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(
                File.Exists(target) && !Force ? FileErrors.Exists(e, target) : FileErrors.NotWrittenToPath(e, target)
            );
        }
    }
}
