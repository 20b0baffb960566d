using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Datasets.Converting.Sources;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>The file that a cmdlet writes examples to. What goes wrong with it ends the cmdlet with an error that says
/// what to do.</summary>
internal sealed class DatasetOutput : IDisposable
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly DatasetWriter _writer;
    private readonly ProgressLine _progress;

    private DatasetOutput(AsyncCmdlet cmdlet, string path, DatasetWriter writer)
    {
        _cmdlet = cmdlet;
        _writer = writer;
        Path = path;
        _progress = new ProgressLine(cmdlet, $"Writing {System.IO.Path.GetFileName(path)}");
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>How many examples were written.</summary>
    public long Examples => _writer.Examples;

    /// <summary>Says why examples cannot be written to a place; null if they can.</summary>
    public static ErrorRecord? Refuse(string path, bool adds, bool replaces) =>
        adds && replaces
            ? DatasetErrors.AppendAndForce(path)
            : FileErrors.Refuse(
                path,
                adds || replaces,
                "Use -Force to replace it, -Append to add to it, or -Path to choose another place."
            );

    /// <summary>Begins the file, or with -Append a copy of it.</summary>
    public static async Task<DatasetOutput?> OpenAsync(
        AsyncCmdlet cmdlet,
        string path,
        DatasetFormat format,
        bool adds,
        bool replaces,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return new(
                cmdlet,
                path,
                adds
                    ? await DatasetWriter.AppendAsync(path, format, cancellationToken)
                    : DatasetWriter.Create(path, replaces)
            );
        }
        catch (Exception e) when (Error(e, path) is ErrorRecord error)
        {
            cmdlet.ThrowTerminatingError(error);
            return null;
        }
    }

    /// <summary>Adds an example.</summary>
    public void Write(string example)
    {
        Guard(() => _writer.Write(example));
        _progress.Report(FormattableString.Invariant($"{_writer.Examples} examples"));
    }

    /// <summary>Adds the examples of a batch.</summary>
    public void Write(SourceBatch batch) => Guard(() => _writer.Write(batch.Lines, batch.Examples));

    /// <summary>Puts the file at its place.</summary>
    public void Commit() => Guard(_writer.Commit);

    /// <summary>Gives the file up unless it is at its place.</summary>
    public void Dispose()
    {
        _progress.Dispose();
        _writer.Dispose();
    }

    private static ErrorRecord? Error(Exception e, string path) =>
        e switch
        {
            InvalidDataException => DatasetErrors.CannotAppend(e, path),
            DatasetChangedException => FileErrors.ChangedWhileAdding(e, path),
            IOException or UnauthorizedAccessException => FileErrors.NotWritten(e, path),
            _ => null,
        };

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (Error(e, Path) is ErrorRecord error)
        {
            _cmdlet.ThrowTerminatingError(error);
        }
    }
}
