using System.Management.Automation;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Datasets.Converting.Sources;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Makes examples of objects, to a file or as texts.</summary>
[Cmdlet(VerbsData.ConvertTo, "FineTuningDataset", DefaultParameterSetName = "String", SupportsShouldProcess = true)]
[OutputType(typeof(string), ParameterSetName = ["String", "Source", "From"])]
[OutputType(typeof(FileInfo), ParameterSetName = ["Path", "Source", "From"])]
public sealed class ConvertToFineTuningDatasetCommand : AsyncCmdlet
{
    // None where -WhatIf or the user said no.
    private ConvertRun? _run;
    private SourceConvertRun? _sources;

    /// <summary>The rows.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "String")]
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Path")]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The file to write; without it the examples are emitted as texts.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path")]
    [Parameter(Position = 0, ParameterSetName = "Source")]
    [Parameter(Position = 0, ParameterSetName = "From")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Files in the format of another trainer; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Source")]
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "From"
    )]
    [Alias("PSPath", "FullName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] SourcePath { get; set; } = [];

    /// <summary>The format of the files; the first row of each decides by default.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "From")]
    public SourceFormat From { get; set; }

    /// <summary>The kind of example.</summary>
    [Parameter]
    [ValidateSet(
        nameof(DatasetFormat.Chat),
        nameof(DatasetFormat.Completion),
        nameof(DatasetFormat.Preference),
        nameof(DatasetFormat.Reinforcement)
    )]
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
    [Parameter(ParameterSetName = "Source")]
    [Parameter(ParameterSetName = "From")]
    public SwitchParameter Append { get; set; }

    /// <summary>Replaces the file.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Parameter(ParameterSetName = "Source")]
    [Parameter(ParameterSetName = "From")]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the file.</summary>
    [Parameter(ParameterSetName = "Path")]
    [Parameter(ParameterSetName = "Source")]
    [Parameter(ParameterSetName = "From")]
    public SwitchParameter PassThru { get; set; }

    private bool HasSources => ParameterSetName is "Source" or "From";

    /// <inheritdoc/>
    protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (HasSources)
        {
            _sources = SourceConvertRun.Start(
                this,
                IsGiven(nameof(From)) ? From : null,
                SourceOptions(),
                IsGiven(nameof(Path)) ? Path : null,
                Append,
                Force
            );
            return;
        }

        _run = await ConvertRun.StartAsync(
            this,
            Options(),
            ParameterSetName == "Path" ? Path : null,
            Append,
            Force,
            cancellationToken
        );
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (_sources is not null)
        {
            foreach (string path in SourcePath.SelectMany(pattern => LocalPath.Expand(this, pattern, isLiteral: false)))
            {
                await _sources.AddAsync(path, cancellationToken);
            }
        }

        if (_run is not null)
        {
            foreach (PSObject input in InputObject.SelectMany(InputRow.Rows))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _run.Add(input);
            }
        }
    }

    /// <inheritdoc/>
    protected override Task EndAsync(CancellationToken cancellationToken)
    {
        if ((_run?.Finish() ?? _sources?.Finish()) is string path && PassThru)
        {
            LocalPath.Write(this, path);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _run?.Dispose();
            _sources?.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private SourceOptions SourceOptions()
    {
        string[] columns =
        [
            nameof(UserProperty),
            nameof(AssistantProperty),
            nameof(SystemProperty),
            nameof(PreferredProperty),
            nameof(NonPreferredProperty),
            nameof(ItemProperty),
            nameof(GroupProperty),
            nameof(RoleProperty),
            nameof(ContentProperty),
        ];
        return columns.FirstOrDefault(IsGiven) is string column
            ? throw Stop(ConversionErrors.ColumnOfFile(column))
            : new SourceOptions
            {
                From = From,
                Format = IsGiven(nameof(Format)) ? Format : null,
                SystemMessage = SystemMessage,
                Trim = Trim,
            };
    }

    private ConvertOptions Options() =>
        new()
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
}
