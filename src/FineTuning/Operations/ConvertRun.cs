using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Makes examples of what comes down the pipeline, and writes them to the file or, without one, to the
/// pipeline.</summary>
internal sealed class ConvertRun : IDisposable
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly ConvertOptions _options;
    private readonly ExampleConverter _converter;
    private readonly DatasetOutput? _output;
    private long _examples;
    private long _leftOut;
    private long _strangers;
    private int _inVain;

    private ConvertRun(AsyncCmdlet cmdlet, ConvertOptions options, ExampleConverter converter, DatasetOutput? output)
    {
        _cmdlet = cmdlet;
        _options = options;
        _converter = converter;
        _output = output;
    }

    /// <summary>Begins, or stops the cmdlet where the options or the file are no good.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="options">What to make of rows.</param>
    /// <param name="file">The file as the user named it; null writes to the pipeline.</param>
    /// <param name="adds">Whether to add to the file.</param>
    /// <param name="replaces">Whether to replace it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null where -WhatIf or the user said no.</returns>
    public static async Task<ConvertRun?> StartAsync(
        AsyncCmdlet cmdlet,
        ConvertOptions options,
        string? file,
        bool adds,
        bool replaces,
        CancellationToken cancellationToken
    )
    {
        ExampleConverter converter;
        try
        {
            converter = new ExampleConverter(options);
        }
        catch (ArgumentException e)
        {
            throw cmdlet.Stop(DatasetErrors.InvalidOptions(e, null));
        }

        if (file is null)
        {
            return new(cmdlet, options, converter, output: null);
        }

        string path = LocalPath.Target(cmdlet, file);
        if (DatasetOutput.Refuse(path, adds, replaces) is ErrorRecord refusal)
        {
            throw cmdlet.Stop(refusal);
        }

        bool isThere = adds && File.Exists(path);
        return cmdlet.ShouldProcess(path, isThere ? "Add examples to dataset" : "Write dataset")
            ? new(
                cmdlet,
                options,
                converter,
                await DatasetOutput.OpenAsync(cmdlet, path, options.Format, adds, replaces, cancellationToken)
            )
            : null;
    }

    /// <summary>Takes an object.</summary>
    public void Add(PSObject input)
    {
        if (InputRow.From(input) is not InputRow row)
        {
            _strangers++;
            LeaveOut(ConversionErrors.NotARow(input), isMisfit: true);
            return;
        }

        bool isFirst = _converter.Mapping is null;
        IReadOnlyList<ConvertResult> results = _converter.Add(row);
        if (isFirst && _converter.Mapping is string mapping)
        {
            _cmdlet.WriteVerbose($"Each example is made thus: {mapping}");
        }

        foreach (ConvertResult result in results)
        {
            Write(result, input);
        }
    }

    /// <summary>Ends the last conversation and puts the file at its place.</summary>
    /// <returns>The full path of the file; null if there is none.</returns>
    public string? Finish()
    {
        foreach (ConvertResult result in _converter.Finish())
        {
            Write(result, null);
        }

        if (_converter.ScatteredGroup is string group)
        {
            _cmdlet.WriteWarning(
                $"The rows with '{group}' in '{_options.GroupProperty}' do not all follow each other, so they make "
                    + $"several examples: sort by it first."
            );
        }

        if (_output is null)
        {
            return null;
        }

        if (_output.Examples == 0)
        {
            _cmdlet.WriteWarning(
                _converter.Rows == 0
                    ? "No rows came, so nothing was written."
                    : "No row became an example, so nothing was written."
            );
            return null;
        }

        _output.Commit();
        if (_leftOut > 0)
        {
            _cmdlet.WriteWarning(
                FormattableString.Invariant($"{_leftOut:N0} of {_converter.Rows + _strangers:N0} rows were left out, ")
                    + FormattableString.Invariant($"for the reasons told; {_output.Examples:N0} examples were written.")
            );
        }

        _cmdlet.WriteVerbose(
            FormattableString.Invariant(
                $"{_output.Examples} examples of {_converter.Rows} rows were written to '{_output.Path}'."
            )
        );
        return _output.Path;
    }

    /// <summary>Gives a file up that is not at its place.</summary>
    public void Dispose() => _output?.Dispose();

    private void Write(ConvertResult result, PSObject? input)
    {
        if (result.Problem is RowProblem problem)
        {
            // A conversation ends when the first row of the next one comes, which is not at fault.
            ErrorRecord record = ConversionErrors.Row(problem, problem.Row == _converter.Rows ? input : null);
            if (problem.IsSetUp)
            {
                _cmdlet.ThrowTerminatingError(record);
            }

            LeaveOut(record, isMisfit: problem.Id == "PropertyMissing");
            return;
        }

        _examples++;
        if (_output is null)
        {
            _cmdlet.WriteObject(result.Example);
        }
        else
        {
            _output.Write(result.Example!);
        }
    }

    private void LeaveOut(ErrorRecord record, bool isMisfit)
    {
        _leftOut++;
        _cmdlet.WriteError(record);
        if (_examples == 0 && isMisfit && ++_inVain == DatasetLimits.FirstRows)
        {
            _cmdlet.ThrowTerminatingError(ConversionErrors.NoRowFits(DatasetLimits.FirstRows));
        }
    }
}
