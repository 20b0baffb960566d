using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.FineTunedModels;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Lists the models that jobs made, or shows some.</summary>
[Cmdlet(VerbsCommon.Get, "FineTunedModel", DefaultParameterSetName = "List", SupportsPaging = true)]
[OutputType(typeof(FineTunedModel))]
public sealed class GetFineTunedModelCommand : ApiCmdlet
{
    private ModelCatalogue? _catalogue;
    private FineTuningConnection? _catalogueOf;
    private FineTuningApiException? _warnedOf;

    /// <summary>The models to show; wildcards are allowed.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = "Model"
    )]
    [Alias("FineTunedModel")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FineTunedModelCompleter))]
    public ModelIdentity[] Model { get; set; } = [];

    /// <summary>Also models that no job made, such as base models.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "List")
        {
            await TryAsync("Endpoint", null, () => ListAsync(null, cancellationToken));
            return;
        }

        foreach (ModelIdentity model in Model)
        {
            await ForEachAsync(
                "Model",
                model,
                async () =>
                {
                    if (WildcardPattern.ContainsWildcardCharacters(model.Id))
                    {
                        var pattern = WildcardPattern.Get(
                            model.Id,
                            WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant
                        );
                        await ListAsync(pattern.IsMatch, cancellationToken);
                        return;
                    }

                    WriteObject(
                        new FineTunedModel(await Catalogue().GetAsync(model.Id, model.JobId, cancellationToken))
                    );
                    TellOfJobs(isList: false);
                }
            );
        }
    }

    private async Task ListAsync(Func<string, bool>? filter, CancellationToken cancellationToken)
    {
        await WriteListAsync(
            Catalogue().ListAsync(All, filter, cancellationToken),
            model => new FineTunedModel(model),
            cancellationToken
        );
        TellOfJobs(isList: true);
    }

    private ModelCatalogue Catalogue()
    {
        FineTuningClient client = Client;
        if (_catalogue is null || _catalogueOf != InUse)
        {
            (_catalogue, _catalogueOf) = (new ModelCatalogue(client), InUse);
        }

        return _catalogue;
    }

    private void TellOfJobs(bool isList)
    {
        if (_catalogue?.JobsFailure is not FineTuningApiException why)
        {
            return;
        }

        if (isList && !All && _warnedOf != why)
        {
            _warnedOf = why;
            WriteWarning(
                $"The list may lack models: the jobs could not be listed, so that only names tell which models jobs "
                    + $"made. {why.Message}"
            );
            return;
        }

        WriteVerbose($"The jobs could not be listed, so their models are known by their names alone: {why.Message}");
    }
}
