using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Lists files, or shows some.</summary>
[Cmdlet(VerbsCommon.Get, "FineTuningFile", DefaultParameterSetName = "List", SupportsPaging = true)]
[OutputType(typeof(FineTuningFile))]
public sealed class GetFineTuningFileCommand : ApiCmdlet
{
    /// <summary>The files to show.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "Id"
    )]
    [Alias("FileId")]
    [ArgumentCompleter(typeof(FileIdCompleter))]
    public FileIdentity[] Id { get; set; } = [];

    /// <summary>Only files with this purpose.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PurposeCompleter))]
    [Words(typeof(PurposeCompleter))]
    public string? Purpose { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "List")
        {
            var query = new FileQuery
            {
                Purpose = Purpose,
                Limit = PageSize(),
                LooksAhead = IsManyPages(),
            };
            await TryAsync(
                "Endpoint",
                null,
                () =>
                    WriteListAsync(
                        Client.EnumerateFilesAsync(query, cancellationToken),
                        file => new FineTuningFile(file),
                        cancellationToken
                    )
            );
            return;
        }

        foreach (FileIdentity id in Id)
        {
            await ForEachAsync(
                "File",
                id,
                async () => WriteObject(new FineTuningFile(await Client.GetFileAsync(id.Id, cancellationToken)))
            );
        }
    }
}
