using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Datasets.Converting.Sources;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Makes examples of files in the formats of other trainers, and writes them to a file or, without one, to the
/// pipeline.</summary>
internal sealed class SourceConvertRun : IDisposable
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly SourceFormat? _from;
    private readonly SourceOptions _options;
    private readonly string? _path;
    private readonly bool _adds;
    private readonly bool _replaces;
    private DatasetOutput? _output;
    private DatasetFormat? _target;
    private long _examples;
    private long _rows;
    private long _leftOut;

    private SourceConvertRun(
        AsyncCmdlet cmdlet,
        SourceFormat? from,
        SourceOptions options,
        string? path,
        bool adds,
        bool replaces
    )
    {
        _cmdlet = cmdlet;
        _from = from;
        _options = options;
        _path = path;
        _adds = adds;
        _replaces = replaces;
    }

    /// <summary>Begins, or stops the cmdlet where the file to write is no good.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="from">The format of the rows; null finds it for each file.</param>
    /// <param name="options">What to make of the rows; its format does not count.</param>
    /// <param name="file">The file as the user named it; null writes to the pipeline.</param>
    /// <param name="adds">Whether to add to the file.</param>
    /// <param name="replaces">Whether to replace it.</param>
    /// <returns>Null where -WhatIf or the user said no.</returns>
    public static SourceConvertRun? Start(
        AsyncCmdlet cmdlet,
        SourceFormat? from,
        SourceOptions options,
        string? file,
        bool adds,
        bool replaces
    )
    {
        if (file is null)
        {
            return new(cmdlet, from, options, null, adds, replaces);
        }

        string path = LocalPath.Target(cmdlet, file);
        if (DatasetOutput.Refuse(path, adds, replaces) is ErrorRecord refusal)
        {
            throw cmdlet.Stop(refusal);
        }

        return cmdlet.ShouldProcess(path, adds && File.Exists(path) ? "Add examples to dataset" : "Write dataset")
            ? new(cmdlet, from, options, path, adds, replaces)
            : null;
    }

    /// <summary>Converts a file. One whose format is not known is an error, and the next one can be
    /// converted.</summary>
    public async Task AddAsync(string source, CancellationToken cancellationToken)
    {
        try
        {
            if (Format(source) is not SourceFormat from)
            {
                return;
            }

            SourceOptions options = _options with { From = from };
            DatasetFormat target = SourceFile.TargetOf(source, options);
            if (_target is DatasetFormat other && other != target)
            {
                _cmdlet.WriteError(ConversionErrors.OtherKind(source, $"{target}", $"{other}"));
                return;
            }

            _target = target;
            await OpenAsync(source, target, cancellationToken);
            using var line = new ProgressLine(_cmdlet, $"Converting {Path.GetFileName(source)}");
            await foreach (
                SourceBatch batch in SourceFile.ConvertAsync(
                    source,
                    options,
                    DatasetProgressLine.For(line, isOnePass: true),
                    cancellationToken
                )
            )
            {
                Write(batch, source);
            }
        }
        catch (ArgumentException e)
        {
            throw _cmdlet.Stop(DatasetErrors.InvalidOptions(e, source));
        }
        catch (InvalidDataException e)
        {
            throw _cmdlet.Stop(ConversionErrors.NotRows(e, source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw _cmdlet.Stop(FileErrors.NotRead(e, source));
        }
    }

    /// <summary>Puts the file at its place.</summary>
    /// <returns>The full path of the file; null if there is none.</returns>
    public string? Finish()
    {
        if (_path is null)
        {
            return null;
        }

        if (_examples == 0)
        {
            _cmdlet.WriteWarning(
                _rows == 0
                    ? "No rows came, so nothing was written."
                    : "No row became an example, so nothing was written."
            );
            return null;
        }

        _output!.Commit();
        if (_leftOut > 0)
        {
            _cmdlet.WriteWarning(
                FormattableString.Invariant($"{_leftOut:N0} of {_rows:N0} rows were left out, ")
                    + FormattableString.Invariant($"for the reasons told; {_examples:N0} examples were written.")
            );
        }

        return _path;
    }

    /// <summary>Gives a file up that is not at its place.</summary>
    public void Dispose() => _output?.Dispose();

    private SourceFormat? Format(string source)
    {
        if (_from is SourceFormat given)
        {
            return given;
        }

        (SourceFormat? found, string? reason) = SourceFile.Recognise(source);
        if (found is null)
        {
            _cmdlet.WriteError(ConversionErrors.FormatUnknown(source, reason));
        }
        else
        {
            _cmdlet.WriteVerbose($"The rows of '{source}' are of the format {found}.");
        }

        return found;
    }

    private async Task OpenAsync(string source, DatasetFormat target, CancellationToken cancellationToken)
    {
        if (_path is null || _output is not null)
        {
            return;
        }

        if (string.Equals(_path, source, LocalPath.Comparison))
        {
            throw _cmdlet.Stop(ConversionErrors.OntoItself(source));
        }

        _output = await DatasetOutput.OpenAsync(_cmdlet, _path, target, _adds, _replaces, cancellationToken);
    }

    private void Write(SourceBatch batch, string source)
    {
        _rows += batch.Rows;
        _examples += batch.Examples;
        if (_output is not null)
        {
            _output.Write(batch);
        }
        else
        {
            foreach (string text in batch.Texts())
            {
                _cmdlet.WriteObject(text);
            }
        }

        foreach (RowProblem problem in batch.Problems)
        {
            _cmdlet.WriteError(ConversionErrors.SourceRow(problem, source));
            if (++_leftOut == DatasetLimits.FirstRows && _examples == 0)
            {
                _cmdlet.ThrowTerminatingError(ConversionErrors.NoRowFits(DatasetLimits.FirstRows));
            }
        }
    }
}
