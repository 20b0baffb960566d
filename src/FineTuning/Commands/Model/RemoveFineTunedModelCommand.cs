using System.Management.Automation;
using FineTuning.Completers;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.FineTunedModels;
using FineTuning.Identities;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>Deletes models that jobs made, for good.</summary>
[Cmdlet(VerbsCommon.Remove, "FineTunedModel", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveFineTunedModelCommand : ApiCmdlet
{
    private string? _current;

    /// <summary>The models to delete.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FineTunedModel")]
    [ArgumentCompleter(typeof(FineTunedModelCompleter))]
    public ModelIdentity[] Model { get; set; } = [];

    /// <inheritdoc/>
    protected override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        foreach (ModelIdentity model in Model)
        {
            await ForEachAsync(
                "Model",
                model,
                async () =>
                {
                    _current = model.Id;
                    if (ShouldProcess(model.Id, "Delete model"))
                    {
                        await Client.DeleteModelAsync(model.Id, cancellationToken);
                    }
                }
            );
        }
    }

    private protected override string? Explain(FineTuningApiException failure)
    {
        if (failure.StatusCode == 404 && failure.Code == "404" && InUse?.Client.Options.Dialect == ApiDialect.Azure)
        {
            return "Azure OpenAI deletes no models over this API. Delete its deployments, then the model itself, in "
                + "the portal.";
        }

        if (failure.Kind is not (ApiErrorKind.PermissionDenied or ApiErrorKind.InvalidRequest))
        {
            return null;
        }

        return ModelName.Read(_current!).IsFineTuned
            ? "The key must be of the organisation that owns the model, and may need an owner's role in it."
            : "Only models that jobs made can be deleted: Get-FineTunedModel lists them.";
    }
}
