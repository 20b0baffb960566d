using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Completers;
using FineTuning.Core.Datasets;
using FineTuning.Files;

namespace FineTuning.Commands;

/// <summary>Checks and uploads files.</summary>
[Cmdlet(VerbsCommunications.Send, "FineTuningFile", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
[OutputType(typeof(FineTuningFile))]
public sealed class SendFineTuningFileCommand : ApiCmdlet
{
    /// <summary>Files; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "Path")]
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
    public string Purpose { get; set; } = "fine-tune";

    /// <summary>Uploads without checking the lines first.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

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

    private Task SendAsync(string path, CancellationToken cancellationToken) => TryAsync("File", path, async () =>
    {
        if (!SkipCheck && Purpose == "fine-tune")
        {
            // A file may be meant for validation, which needs no ten examples.
            var options = new DatasetCheckOptions { MinimumExamples = 1 };
            if (await DatasetUpload.CheckAsync(this, path, null, options, cancellationToken) is ErrorRecord refusal)
            {
                WriteError(refusal);
                return;
            }
        }

        WriteObject(new FineTuningFile(await DatasetUpload.SendAsync(this, Client, path, Purpose, cancellationToken)));
    });
}
