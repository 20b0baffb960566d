using System.Security.Cryptography;
using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Wire;
using FineTuning.Server.Dialects;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Requests;
using FineTuning.Server.Storage;
using Microsoft.Extensions.Primitives;

namespace FineTuning.Server.Endpoints;

/// <summary>/v1/fine_tuning/jobs.</summary>
internal sealed class JobsEndpoints(Database database, JobActions actions, JobRunner runner, GraderServices graders)
    : IEndpoints
{
    private const string Root = "/v1/fine_tuning/jobs";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Root, CreateAsync);
        routes.MapRead(Root, ListAsync);
        routes.MapRead(
            Root + "/{id}",
            context => WriteAsync(context, database.Read(session => Find(session, IdOf(context))))
        );
        routes.MapPost(
            Root + "/{id}/cancel",
            async context => await WriteAsync(context, await actions.CancelAsync(IdOf(context)))
        );
        routes.MapPost(
            Root + "/{id}/pause",
            async context =>
                await WriteAsync(context, await actions.PauseAsync(IdOf(context), Dialect.Of(context).Pause))
        );
        routes.MapPost(
            Root + "/{id}/resume",
            async context => await WriteAsync(context, await actions.ResumeAsync(IdOf(context)))
        );
        routes.MapRead(Root + "/{id}/events", ListEventsAsync);
        routes.MapRead(Root + "/{id}/checkpoints", ListCheckpointsAsync);
    }

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static JobRecord Find(Session session, string id) =>
        JobStore.Find(session, id) ?? throw ApiErrors.JobNotFound(id);

    private static ApiException FileRefused(string param, string message) => ApiErrors.BadRequest(message, param);

    private static void CheckFile(Session session, Dialect dialect, string? id, string param)
    {
        if (id is null)
        {
            return;
        }

        if (!id.StartsWith("file-", StringComparison.Ordinal))
        {
            throw FileRefused(param, $"invalid {param}: Invalid File Name");
        }

        FileResource file = FileStore.Find(session, id) ?? throw FileRefused(param, $"File '{id}' does not exist");
        if (file.Purpose != FilePurposes.FineTune)
        {
            throw FileRefused(
                param,
                $"invalid {param}: File '{id}' was uploaded with the purpose '{file.Purpose}', but must have the "
                    + $"purpose 'fine-tune'."
            );
        }

        if (!dialect.IsReady(file))
        {
            throw FileRefused(param, $"The file '{id}' is not processed yet. Wait until its status is 'processed'.");
        }
    }

    /// <summary>Pairs of <c>metadata[key]=value</c>; <c>metadata=null</c> asks for jobs without any.</summary>
    private static (List<KeyValuePair<string, string>> Pairs, bool Without) ReadMetadata(HttpRequest request)
    {
        List<KeyValuePair<string, string>> pairs = [];
        bool without = false;
        foreach ((string name, StringValues values) in request.Query)
        {
            if (name == "metadata")
            {
                without =
                    values == "null"
                        ? true
                        : throw ApiErrors.BadRequest(
                            "Invalid 'metadata': use metadata[key]=value, or metadata=null.",
                            "metadata",
                            "invalid_value"
                        );
            }
            else if (name.StartsWith("metadata[", StringComparison.Ordinal) && name.EndsWith(']'))
            {
                pairs.AddRange(
                    values.Select(value => KeyValuePair.Create(name["metadata[".Length..^1], value ?? string.Empty))
                );
            }
        }

        return pairs.Count <= 16 && !(without && pairs.Count > 0)
            ? (pairs, without)
            : throw ApiErrors.BadRequest(
                "Invalid 'metadata': at most 16 pairs, and none together with metadata=null.",
                "metadata",
                "invalid_value"
            );
    }

    private async Task CreateAsync(HttpContext context)
    {
        var dialect = Dialect.Of(context);
        JobCreateRequest request;
        using (JsonDocument body = await context.ReadJsonAsync())
        {
            request = dialect.Read(JobRequestReader.Read(body.RootElement));
        }

        Hyperparameters numbers = MethodReader.Settle(request);
        JsonElement? grader = request.Method?.Reinforcement?.Grader;
        MethodReader.CheckGrader(grader, graders);
        database.Read(session =>
        {
            if (!BaseModels.Contains(request.Model) && ModelStore.Find(session, request.Model) is null)
            {
                throw ApiErrors.ModelNotAvailable(request.Model);
            }

            CheckFile(session, dialect, request.TrainingFile, "training_file");
            CheckFile(session, dialect, request.ValidationFile, "validation_file");
            return true;
        });
        JobRecord job = await actions.CreateAsync(
            dialect.Name(
                new JobRecord
                {
                    Id = string.Empty,
                    Status = JobStatus.ValidatingFiles,
                    Model = request.Model,
                    ModelName = string.Empty,
                    CreatedAt = DateTimeOffset.UtcNow,
                    TrainingFile = request.TrainingFile,
                    ValidationFile = request.ValidationFile,
                    Suffix = request.Suffix,
                    Seed = request.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
                    Method = request.Method?.Type ?? "supervised",
                    Requested = numbers,
                    Grader = grader,
                    Metadata = request.Metadata is { Count: > 0 } ? request.Metadata : null,
                    Integrations = request.Integrations,
                    TrainingType = request.TrainingType,
                }
            )
        );
        await WriteAsync(context, job);
    }

    private Task ListAsync(HttpContext context)
    {
        var query = ListQuery.Read(context.Request);
        (List<KeyValuePair<string, string>> pairs, bool without) = Dialect.Of(context).FiltersMetadata
            ? ReadMetadata(context.Request)
            : ([], false);
        Page<JobRecord> page = database.Read(session => JobStore.List(session, query, pairs, without));
        return context.WriteJsonAsync(
            page.Select(ToResource).ToResource(),
            WireContext.Default.ListResourceJobResource
        );
    }

    private Task ListEventsAsync(HttpContext context)
    {
        var query = ListQuery.Read(context.Request);
        Page<EventResource> page = database.Read(session =>
            EventStore.List(session, query, Find(session, IdOf(context)).Seq)
        );
        return context.WriteJsonAsync(page.ToResource(), WireContext.Default.ListResourceEventResource);
    }

    private Task ListCheckpointsAsync(HttpContext context)
    {
        var query = ListQuery.Read(context.Request, defaultLimit: 10);
        Page<CheckpointResource> page = database.Read(session =>
            CheckpointStore.List(session, query, Find(session, IdOf(context)))
        );
        return context.WriteJsonAsync(
            page.ToResource(checkpoint => checkpoint.Id),
            WireContext.Default.ListResourceCheckpointResource
        );
    }

    private JobResource ToResource(JobRecord job) => job.ToResource(runner.EstimatedFinish(job.Id));

    private Task WriteAsync(HttpContext context, JobRecord job) =>
        context.WriteJsonAsync(ToResource(job), WireContext.Default.JobResource);
}
