using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Errors;
using FineTuning.Operations;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Finds what is wrong with a grader, here and at the service.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Grader")]
[OutputType(typeof(GraderReport), typeof(bool))]
public sealed class TestGraderCommand : ApiCmdlet
{
    private JsonElement? _item;
    private string? _rows;

    /// <summary>The graders: of New-Grader, hashtables, JSON, files, jobs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object[] Grader { get; set; } = [];

    /// <summary>An item of the dataset that the templates must fit.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Item { get; set; }

    /// <summary>A dataset whose rows the templates must fit.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ItemPath { get; set; }

    /// <summary>Does not ask the service.</summary>
    [Parameter]
    public SwitchParameter Local { get; set; }

    /// <summary>Emits only whether each is valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override Task BeginAsync(CancellationToken cancellationToken)
    {
        try
        {
            _item = Item is null ? null : GraderItem.Read(Item);
        }
        catch (PSArgumentException e)
        {
            throw Stop(GraderDefinitionErrors.InvalidItem(e, Item));
        }

        if (ItemPath is not null)
        {
            _rows = LocalPath.FindFile(this, ItemPath) ?? throw Stop(LocalPath.Missing(this, ItemPath));
        }

        return base.BeginAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (object grader in Grader)
        {
            await TestAsync(grader, cancellationToken);
        }
    }

    private async Task TestAsync(object grader, CancellationToken cancellationToken)
    {
        JsonElement definition;
        try
        {
            definition = GraderArgument.ReadAny(this, grader);
        }
        catch (PSArgumentException e)
        {
            WriteError(GraderDefinitionErrors.NotGrader(e, grader));
            return;
        }

        List<GraderProblem> problems = [.. GraderLinter.Check(definition, _item)];
        await TryAsync(
            "Endpoint",
            grader,
            async () =>
            {
                problems.AddRange(await CompareAsync(definition, cancellationToken));
                bool asks = !Local && problems.TrueForAll(problem => problem.Severity != ProblemSeverity.Error);
                GraderProblem? refusal = asks
                    ? await GraderCheck.AskAsync(Client, definition, cancellationToken)
                    : null;
                problems.AddRange(refusal is null ? [] : [refusal]);
                string? path = GraderArgument.PathOf(this, grader);
                var report = new GraderReport(definition, problems, path, asks && refusal is null);
                WriteObject(Quiet ? report.IsValid : report);
            }
        );
    }

    private async Task<IReadOnlyList<GraderProblem>> CompareAsync(
        JsonElement definition,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return _rows is null ? [] : await GraderCheck.CheckRowsAsync(this, definition, _rows, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            // The same for every grader.
            throw Stop(GraderDefinitionErrors.NoRows(e, ItemPath));
        }
    }
}
