using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Models.</content>
public sealed partial class FineTuningClient
{
    /// <summary>All models; this list has no pages.</summary>
    public Task<ListResource<ModelResource>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        SendAsync(Get("models"), Answers.Models, cancellationToken);

    /// <summary>A model's description.</summary>
    public Task<ModelResource> GetModelAsync(string model, CancellationToken cancellationToken = default) =>
        SendAsync(Get($"models/{Segment(model)}"), Answers.Model, cancellationToken);

    /// <summary>Deletes a fine-tuned model.</summary>
    public Task<DeletedResource> DeleteModelAsync(string model, CancellationToken cancellationToken = default) =>
        DeleteAsync(
            Bodiless(HttpMethod.Delete, $"models/{Segment(model)}"),
            model,
            () => IsThereAsync(Get($"models/{Segment(model)}"), Answers.Model, cancellationToken),
            cancellationToken
        );
}
