using System;
using System.Collections.Generic;
using System.Management.Automation;
using FineTuning.Common;
using FineTuning.Core.Datasets.Converting;

namespace FineTuning.Datasets;

/// <summary>Makes examples of what comes down the pipeline, and writes them to the file or, without one, to the pipeline.</summary>
internal sealed class ConvertRun(AsyncCmdlet cmdlet, ConvertOptions options, ExampleConverter converter, DatasetOutput? output)
{
    /// <summary>Takes an object.</summary>
    public void Add(PSObject input)
    {
        if (InputRow.From(input) is not InputRow row)
        {
            cmdlet.WriteError(ErrorRecords.Invalid(
                "NotARow", $"A {input.BaseObject.GetType().Name} has no properties to make an example of.",
                "Pipe objects, such as those of Import-Csv or ConvertFrom-Json.", input, ErrorCategory.InvalidType));
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
                $"The rows with '{group}' in '{options.GroupProperty}' do not all follow each other, so they make several examples: sort by it first.");
        }

        if (output is null)
        {
            return false;
        }

        if (output.Examples == 0)
        {
            cmdlet.WriteWarning(converter.Rows == 0 ? "No rows came, so nothing was written." : "No row became an example, so nothing was written.");
            return false;
        }

        output.Commit();
        cmdlet.WriteVerbose(FormattableString.Invariant($"{output.Examples} examples of {converter.Rows} rows were written to '{output.Path}'."));
        return true;
    }

    private void Write(ConvertResult result, PSObject? input)
    {
        if (result.Problem is RowProblem problem)
        {
            // A conversation ends when the first row of the next one comes, which is not at fault.
            ErrorRecord record = RowErrors.Make(problem, problem.Row == converter.Rows ? input : null);
            if (problem.IsSetUp)
            {
                cmdlet.ThrowTerminatingError(record);
            }

            cmdlet.WriteError(record);
        }
        else if (output is null)
        {
            cmdlet.WriteObject(result.Example);
        }
        else
        {
            output.Write(result.Example!);
        }
    }
}
