using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Datasets;
using FineTuning.Core.Files.Uploading;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Checks and uploads files.</summary>
[Cmdlet(VerbsCommunications.Send, "FineTuningFile", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningFile))]
public sealed class SendFineTuningFileCommand : ApiCmdlet
{
    private const long Megabyte = 1024 * 1024;

    private UploadRun? _upload;

    /// <summary>Files; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "Path"
    )]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>Files by their exact names.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>What the files are for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PurposeCompleter))]
    [Words(typeof(PurposeCompleter))]
    public string Purpose { get; set; } = "fine-tune";

    /// <summary>Uploads without checking the lines first.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

    /// <summary>Sends files in parts of so many megabytes.</summary>
    [Parameter]
    [ValidateRange(1, (int)(UploadOptions.LargestPart / Megabyte))]
    public int PartSizeMB { get; set; }

    /// <summary>Sends files again that are at the service, and begins interrupted uploads anew.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool isLiteral = ParameterSetName == "LiteralPath";
        foreach (string pattern in isLiteral ? LiteralPath : Path)
        {
            foreach (string path in LocalPath.Expand(this, pattern, isLiteral))
            {
                if (ShouldProcess(path, $"Upload with purpose {Purpose}"))
                {
                    await SendAsync(path, cancellationToken);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnStopped()
    {
        if (_upload?.PendingMessage is string message)
        {
            TellHost(message);
        }

        base.OnStopped();
    }

    private Task SendAsync(string path, CancellationToken cancellationToken) =>
        TryAsync(
            "File",
            path,
            async () =>
            {
                if (!SkipCheck && Purpose == "fine-tune")
                {
                    // A file may be meant for validation, for which one example is enough.
                    var options = new DatasetCheckOptions { MinimumExamples = 1 };
                    if (
                        await DatasetUpload.CheckAsync(this, path, null, options, cancellationToken)
                        is ErrorRecord refusal
                    )
                    {
                        WriteError(refusal);
                        return;
                    }
                }

                _upload = new UploadRun(
                    this,
                    Client,
                    new UploadOptions
                    {
                        Purpose = Purpose,
                        PartBytes = PartSizeMB == 0 ? null : PartSizeMB * Megabyte,
                        Force = Force,
                    }
                );
                WriteObject(new FineTuningFile(await _upload.SendAsync(path, cancellationToken)));
                _upload = null;
            }
        );
}
