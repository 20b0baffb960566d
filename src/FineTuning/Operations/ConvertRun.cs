using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>Makes examples of what comes down the pipeline, and writes them to the file or, without one, to the
/// pipeline.</summary>
internal sealed class ConvertRun(
    AsyncCmdlet cmdlet,
    ConvertOptions options,
    ExampleConverter converter,
    DatasetOutput? output
)
{
    private long _examples;
    private long _leftOut;
    private long _strangers;
    private int _inVain;

    /// <summary>Takes an object.</summary>
    public void Add(PSObject input)
    {
        if (InputRow.From(input) is not InputRow row)
        {
            _strangers++;
            LeaveOut(ConversionErrors.NotARow(input), isMisfit: true);
            return;
        }

        bool isFirst = converter.Mapping is null;
        IReadOnlyList<ConvertResult> results = converter.Add(row);
        if (isFirst && converter.Mapping is string mapping)
        {
            cmdlet.WriteVerbose($"Each example is made thus: {mapping}");
        }

        foreach (ConvertResult result in results)
        {
            Write(result, input);
        }
    }

    /// <summary>Ends the last conversation and puts the file at its place.</summary>
    /// <returns>Whether there is a file now.</returns>
    public bool Finish()
    {
        foreach (ConvertResult result in converter.Finish())
        {
            Write(result, null);
        }

        if (converter.ScatteredGroup is string group)
        {
            cmdlet.WriteWarning(
                $"The rows with '{group}' in '{options.GroupProperty}' do not all follow each other, so they make "
                    + $"several examples: sort by it first."
            );
        }

        if (output is null)
        {
            return false;
        }

        if (output.Examples == 0)
        {
            cmdlet.WriteWarning(
                converter.Rows == 0
                    ? "No rows came, so nothing was written."
                    : "No row became an example, so nothing was written."
            );
            return false;
        }

        output.Commit();
        if (_leftOut > 0)
        {
            cmdlet.WriteWarning(
                FormattableString.Invariant($"{_leftOut:N0} of {converter.Rows + _strangers:N0} rows were left out, ")
                    + FormattableString.Invariant($"for the reasons told; {output.Examples:N0} examples were written.")
            );
        }

        cmdlet.WriteVerbose(
            FormattableString.Invariant(
                $"{output.Examples} examples of {converter.Rows} rows were written to '{output.Path}'."
            )
        );
        return true;
    }

    private void Write(ConvertResult result, PSObject? input)
    {
        if (result.Problem is RowProblem problem)
        {
            // A conversation ends when the first row of the next one comes, which is not at fault.
            ErrorRecord record = ConversionErrors.Row(problem, problem.Row == converter.Rows ? input : null);
            if (problem.IsSetUp)
            {
                cmdlet.ThrowTerminatingError(record);
            }

            LeaveOut(record, isMisfit: problem.Id == "PropertyMissing");
            return;
        }

        _examples++;
        if (output is null)
        {
            cmdlet.WriteObject(result.Example);
        }
        else
        {
            output.Write(result.Example!);
        }
    }

    private void LeaveOut(ErrorRecord record, bool isMisfit)
    {
        _leftOut++;
        cmdlet.WriteError(record);
        if (_examples == 0 && isMisfit && ++_inVain == DatasetLimits.FirstRows)
        {
            cmdlet.ThrowTerminatingError(ConversionErrors.NoRowFits(DatasetLimits.FirstRows));
        }
    }
}
