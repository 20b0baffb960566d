using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Datasets;

namespace FineTuning.Commands;

/// <summary>Makes examples of objects, to a file or as texts.</summary>
[Cmdlet(VerbsData.ConvertTo, "FineTuningDataset", DefaultParameterSetName = "String", SupportsShouldProcess = true)]
[OutputType(typeof(string), ParameterSetName = ["String"])]
[OutputType(typeof(FileInfo), ParameterSetName = ["Path"])]
public sealed class ConvertToFineTuningDatasetCommand : AsyncCmdlet
{
    private ExampleConverter? _converter;
    private DatasetWriter? _writer;
    private ProgressLine? _progress;
    private string? _target;
    private bool _isRefused;

    /// <summary>The rows.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The file to write; without it the examples are emitted as texts.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The kind of example.</summary>
    [Parameter]
    [ValidateSet(nameof(DatasetFormat.Chat), nameof(DatasetFormat.Completion), nameof(DatasetFormat.Preference), nameof(DatasetFormat.Reinforcement))]
    public DatasetFormat Format { get; set; } = DatasetFormat.Chat;

    /// <summary>What the user says, or the prompt.</summary>
    [Parameter]
    [Alias("PromptProperty")]
    [ValidateNotNullOrEmpty]
    public string[]? UserProperty { get; set; }

    /// <summary>What the assistant answers, or the completion.</summary>
    [Parameter]
    [Alias("CompletionProperty")]
    [ValidateNotNullOrEmpty]
    public string? AssistantProperty { get; set; }

    /// <summary>The system message of each row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SystemProperty { get; set; }

    /// <summary>The system message of all examples.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SystemMessage { get; set; }

    /// <summary>The better answer.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PreferredProperty { get; set; }

    /// <summary>The worse answer.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NonPreferredProperty { get; set; }

    /// <summary>The fields for a grader.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? ItemProperty { get; set; }

    /// <summary>Rows that follow each other with the same value are one conversation.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? GroupProperty { get; set; }

    /// <summary>Who says the message of a row.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RoleProperty { get; set; }

    /// <summary>What the message of a row says.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContentProperty { get; set; }

    /// <summary>Leaves white space around texts out.</summary>
    [Parameter]
    public SwitchParameter Trim { get; set; }

    /// <summary>Adds to the file.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Append { get; set; }

    /// <summary>Replaces the file.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the file.</summary>
    [Parameter(ParameterSetName = "Path")]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            _converter = new ExampleConverter(Options());
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(ErrorRecords.Invalid("InvalidOptions", ErrorTexts.Of(e), "Correct the parameters and repeat the command.", null));
        }

        if (ParameterSetName != "Path")
        {
            return;
        }

        _target = LocalPath.Target(this, Path);
        bool adds = Append && File.Exists(_target);
        if (NewFile.Refuse(_target, Force || Append, "Use -Force to replace it, -Append to add to it, or -Path to choose another place.") is ErrorRecord refusal)
        {
            ThrowTerminatingError(refusal);
        }

        _isRefused = !ShouldProcess(_target, adds ? "Add examples to dataset" : "Write dataset");
        if (_isRefused)
        {
            return;
        }

        try
        {
            _writer = Append ? await DatasetWriter.AppendAsync(_target, Format, cancellationToken) : DatasetWriter.Create(_target, Force);
        }
        catch (InvalidDataException e)
        {
            ThrowTerminatingError(ErrorRecords.Make(
                e, "CannotAppend", ErrorCategory.InvalidData, _target, $"Nothing can be added to '{_target}'. {e.Message}", "Choose another place with -Path."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(NewFile.NotWritten(e, _target));
        }

        _progress = new ProgressLine(this, $"Writing {System.IO.Path.GetFileName(_target)}");
    }

    /// <inheritdoc/>
    protected override Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (_isRefused)
        {
            return Task.CompletedTask;
        }

        foreach (PSObject given in InputObject)
        {
            foreach (PSObject input in InputRow.Rows(given))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Convert(input);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if (_isRefused)
        {
            return Task.CompletedTask;
        }

        foreach (ConvertResult result in _converter!.Finish())
        {
            Write(result, null);
        }

        if (_converter.ScatteredGroup is string group)
        {
            WriteWarning($"The rows with '{group}' in '{GroupProperty}' do not all follow each other, so they make several examples: sort by it first.");
        }

        if (_writer is null)
        {
            return Task.CompletedTask;
        }

        if (_writer.Examples == 0)
        {
            WriteWarning(_converter.Rows == 0 ? "No rows came, so nothing was written." : "No row became an example, so nothing was written.");
            return Task.CompletedTask;
        }

        Guard(_writer.Commit);
        WriteVerbose(FormattableString.Invariant($"{_writer.Examples} examples of {_converter.Rows} rows were written to '{_target}'."));
        if (PassThru)
        {
            LocalPath.Write(this, _target!);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _progress?.Dispose();
            _writer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private ConvertOptions Options() => new()
    {
        Format = Format,
        UserProperty = UserProperty,
        AssistantProperty = AssistantProperty,
        SystemProperty = SystemProperty,
        SystemMessage = SystemMessage,
        PreferredProperty = PreferredProperty,
        NonPreferredProperty = NonPreferredProperty,
        ItemProperty = ItemProperty,
        GroupProperty = GroupProperty,
        RoleProperty = RoleProperty,
        ContentProperty = ContentProperty,
        Trim = Trim,
    };

    private void Convert(PSObject input)
    {
        if (InputRow.From(input) is not InputRow row)
        {
            WriteError(ErrorRecords.Invalid(
                "NotARow", $"A {input.BaseObject.GetType().Name} has no properties to make an example of.",
                "Pipe objects, such as those of Import-Csv or ConvertFrom-Json.", input, ErrorCategory.InvalidType));
            return;
        }

        try
        {
            bool isFirst = _converter!.Mapping is null;
            IReadOnlyList<ConvertResult> results = _converter.Add(row);
            if (isFirst)
            {
                WriteVerbose($"Each example is made thus: {_converter.Mapping}");
            }

            foreach (ConvertResult result in results)
            {
                Write(result, input);
            }
        }
        catch (Exception e) when (e is PSArgumentException or GetValueException)
        {
            WriteError(ErrorRecords.Make(
                e, "ValueNotRead", ErrorCategory.InvalidData, input, FormattableString.Invariant($"Row {_converter!.Rows} could not be read: {e.Message}"),
                "Choose the properties with Select-Object first."));
        }

        if (_writer is not null)
        {
            _progress?.Report(FormattableString.Invariant($"{_writer.Examples} examples"));
        }
    }

    private void Write(ConvertResult result, PSObject? input)
    {
        if (result.Problem is RowProblem problem)
        {
            ErrorRecord record = RowErrors.Make(problem, input);
            if (problem.IsSetUp)
            {
                ThrowTerminatingError(record);
            }

            WriteError(record);
        }
        else if (_writer is null)
        {
            WriteObject(result.Example);
        }
        else
        {
            Guard(() => _writer.Write(result.Example!));
        }
    }

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ThrowTerminatingError(NewFile.NotWritten(e, _target!));
        }
    }
}
