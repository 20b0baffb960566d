using System.Management.Automation;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet that reads datasets, one after the other, and changes none of them.</summary>
public abstract class DatasetFilesCmdlet : AsyncCmdlet
{
    /// <summary>The files; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "Path"
    )]
    [Alias("TrainingPath", "TrainingFile")]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files by their exact names.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "FullName")]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        bool isLiteral = ParameterSetName == "LiteralPath";
        foreach (string pattern in isLiteral ? LiteralPath : Path)
        {
            foreach (string path in LocalPath.Expand(this, pattern, isLiteral))
            {
                await TryReadAsync(path, cancellationToken);
            }
        }
    }

    /// <summary>Reads one file. What cannot be read becomes an error record, and the next one is read.</summary>
    protected abstract Task ReadAsync(string path, CancellationToken cancellationToken);

    private async Task TryReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WriteError(FileErrors.NotRead(e, path));
        }
    }
}
