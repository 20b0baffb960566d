using FineTuning.Core.Wire;
using FineTuning.Server.Chat;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.External;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/models: the names a job can be made for, and what jobs made.</summary>
internal sealed class ModelsEndpoints(Database database, DataFolder folder, ModelCache models) : IEndpoints
{
    /// <summary>Whoever lists models must see that these are not the hosted ones.</summary>
    public const string Owner = "org-local (small local model)";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("/v1/models", ListAsync);
        routes.MapRead("/v1/models/{**model}", GetAsync);
        routes.MapDelete("/v1/models/{**model}", DeleteAsync);
    }

    // Kestrel leaves an encoded slash as it is.
    private static string NameOf(HttpContext context) =>
        ((string?)context.GetRouteValue("model") ?? string.Empty)
            .TrimEnd('/')
            .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static ModelResource ToResource((string Name, DateTimeOffset Created) model) =>
        new()
        {
            Id = model.Name,
            Created = model.Created,
            OwnedBy = "system",
        };

    private static ModelResource ToResource(ModelRecord model) =>
        new()
        {
            Id = model.Name,
            Created = model.CreatedAt,
            OwnedBy = OwnerOf(model),
        };

    private static string OwnerOf(ModelRecord model) =>
        model.Trainer.StartsWith(ExternalTrainer.NamePrefix, StringComparison.Ordinal)
            ? $"org-local ({model.Trainer})"
            : Owner;

    private Task ListAsync(HttpContext context)
    {
        List<ModelRecord> made = database.Read(ModelStore.List);
        ListResource<ModelResource> list = new()
        {
            Data = [.. BaseModels.All.Select(ToResource), .. made.Select(ToResource)],
        };
        return context.WriteJsonAsync(list, WireContext.Default.ListResourceModelResource);
    }

    private Task GetAsync(HttpContext context)
    {
        string name = NameOf(context);
        ModelResource model = BaseModels.Contains(name)
            ? ToResource(BaseModels.All.First(known => known.Name == name))
            : ToResource(
                database.Read(session => ModelStore.Find(session, name)) ?? throw ApiErrors.ModelNotFound(name)
            );
        return context.WriteJsonAsync(model, WireContext.Default.ModelResource);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        string name = NameOf(context);
        if (BaseModels.Contains(name))
        {
            throw new ApiException(
                403,
                $"You have insufficient permissions to delete the model '{name}': only fine-tuned models can be "
                    + $"deleted.",
                param: "model",
                code: "insufficient_permissions"
            );
        }

        ModelRecord model = await database.WriteAsync(session =>
        {
            ModelRecord found = ModelStore.Find(session, name) ?? throw ApiErrors.ModelNotFound(name);
            ModelStore.Delete(session, name);
            PermissionStore.RevokeAll(session, name);
            return found;
        });
        Task closed = models.EvictAsync(name);
        Free(model);
        if (!closed.IsCompletedSuccessfully)
        {
            // Where an open file cannot be deleted, this is when it can.
            _ = closed.ContinueWith(_ => Free(model), TaskScheduler.Default);
        }

        await context.WriteJsonAsync(
            new DeletedResource
            {
                Id = name,
                Kind = "model",
                Deleted = true,
            },
            WireContext.Default.DeletedResource
        );
    }

    private void Free(ModelRecord model)
    {
        (JobRecord? job, HashSet<string> kept) = database.Read(session =>
            (JobStore.Find(session, model.JobSeq), ModelStore.PathsOfJob(session, model.JobSeq))
        );
        if (job?.StatePath is { } state)
        {
            // An external program may save a state that is a model, too.
            kept.Add(state);
        }

        if (
            !kept.Any(path =>
                WorkPaths.Overlap(
                    Path.GetFullPath(folder.Absolute(path)),
                    Path.GetFullPath(folder.Absolute(model.Path))
                )
            )
        )
        {
            DataFolder.DeletePath(folder.Absolute(model.Path));
        }

        if (kept.Count == 0 && job is { Status.IsFinished: true })
        {
            DataFolder.DeleteTree(Path.Combine(folder.Jobs, job.Id));
        }
    }
}
