using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Dialects;

/// <summary>
/// Azure OpenAI's spelling, on one of its two surfaces: the paths under /openai/v1, or the older ones whose version is
/// a date in the query. docs/azure.md tells which fact comes from where.
/// </summary>
/// <param name="isDated">Whether it is the older one.</param>
/// <param name="files">Which files are still being processed.</param>
internal sealed class AzureDialect(bool isDated, AzureFiles files) : Dialect
{
    private const string OpenAITurbo = "gpt-3.5-",
        AzureTurbo = "gpt-35-";

    private static readonly string[] s_trainingTypes = ["Standard", "GlobalStandard", "Developer", "DeveloperTier"];

    // What Azure's documents of the two surfaces do not have.
    private static readonly HashSet<string> s_missingInV1 = new(
        [
            "CreatePermissions",
            "ListPermissions",
            "DeletePermission",
            "CreateUpload",
            "AddUploadPart",
            "CompleteUpload",
            "CancelUpload",
            "DeleteModel",
        ],
        StringComparer.Ordinal
    );

    private static readonly HashSet<string> s_missingInDated = new(
        [
            "CreatePermissions",
            "ListPermissions",
            "DeletePermission",
            "PauseJob",
            "ResumeJob",
            "RunGrader",
            "ValidateGrader",
            "DeleteModel",
            "CreateChatCompletion",
        ],
        StringComparer.Ordinal
    );

    public override bool FiltersMetadata => false;

    /// <summary>Whether this surface has an operation.</summary>
    public bool Has(string? operation) =>
        operation is null || !(isDated ? s_missingInDated : s_missingInV1).Contains(operation);

    public override JobCreateRequest Read(JobCreateRequest request)
    {
        if (request.TrainingType is { } type && !s_trainingTypes.Contains(type, StringComparer.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadValue("trainingType", type, "'Standard', 'GlobalStandard' and 'DeveloperTier'");
        }

        return request with
        {
            Model = ToOpenAI(request.Model),

            // The older documents do not have these: they are taken without a word, and lost.
            Metadata = isDated ? null : request.Metadata,
            Integrations = isDated ? null : request.Integrations,
        };
    }

    public override JobRecord Name(JobRecord job)
    {
        string hash = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return job with
        {
            Id = "ftjob-" + hash,
            ModelName = BaseModels.NewAzureName(ToAzure(job.Model), job.Suffix, hash),
        };
    }

    public override bool IsReady(FileResource file) => files.StatusOf(file) == "processed";

    public override JobStatus? Pause(JobStatus status) =>
        status == JobStatus.Running ? JobStateMachine.Pause(status) : null;

    public override int Answer(HttpContext context, int status)
    {
        if (
            !isDated
            || status != StatusCodes.Status200OK
            || Operations.Of(context.Request) is not ("CreateFile" or "CreateJob")
        )
        {
            return status;
        }

        return StatusCodes.Status201Created;
    }

    public override byte[] Write<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status)
    {
        JsonNode body = JsonSerializer.SerializeToNode(value, type)!;
        switch (value)
        {
            case ErrorBody error:
                body = AzureErrors.Body(context.Request, error.Error!, status, isDated);
                break;
            case JobResource:
                Respell(body.AsObject());
                break;
            case ListResource<JobResource>:
                Each(body, Respell);
                break;
            case FileResource file:
                if (Operations.Of(context.Request) == "CreateFile")
                {
                    files.Begin(file);
                }

                Respell(body.AsObject(), file);
                break;
            case ListResource<FileResource> list:
                foreach ((JsonNode? item, FileResource file) in body["data"]!.AsArray().Zip(list.Data))
                {
                    Respell(item!.AsObject(), file);
                }

                break;
            case ListResource<EventResource> when isDated:
                Each(
                    body,
                    item => item["level"] = (string?)item["level"] == "warn" ? "warning" : (string?)item["level"]
                );
                break;
            case ModelResource:
                RespellModel(body.AsObject());
                break;
            case ListResource<ModelResource>:
                Each(body, RespellModel);
                break;
        }

        return JsonSerializer.SerializeToUtf8Bytes(body, AzureJson.Default.JsonNode);
    }

    private static void Each(JsonNode list, Action<JsonObject> change)
    {
        foreach (JsonNode? item in list["data"]!.AsArray())
        {
            change(item!.AsObject());
        }
    }

    private static string ToAzure(string model) =>
        model.StartsWith(OpenAITurbo, StringComparison.Ordinal) ? AzureTurbo + model[OpenAITurbo.Length..] : model;

    private static string ToOpenAI(string model) =>
        model.StartsWith(AzureTurbo, StringComparison.Ordinal) && !BaseModels.IsFineTuned(model)
            ? OpenAITurbo + model[AzureTurbo.Length..]
            : model;

    private void Respell(JsonObject job)
    {
        job["status"] = Status((string)job["status"]!);
        job["model"] = ToAzure((string)job["model"]!);
        job["organization_id"] = null;
        if (job["result_files"] is JsonArray { Count: 0 })
        {
            job["result_files"] = null;
        }

        if (!isDated)
        {
            return;
        }

        job["suffix"] = job["user_provided_suffix"]?.DeepClone();
        foreach (string name in new[] { "user_provided_suffix", "metadata", "method", "integrations" })
        {
            job.Remove(name);
        }

        DropNulls(job);
    }

    // The server's own words are finer than Azure's; 'paused' and the like are the same there.
    private string Status(string status) =>
        status switch
        {
            "validating_files" or "queued" or "resuming" => "pending",
            "cancelled" when !isDated => "canceled",
            _ => status,
        };

    private void Respell(JsonObject item, FileResource file)
    {
        item["status"] = files.StatusOf(file);
        DropNulls(item);
    }

    private void RespellModel(JsonObject model)
    {
        string name = ToAzure((string)model["id"]!);
        model["id"] = name;
        if (!isDated)
        {
            return;
        }

        bool isMade = BaseModels.IsFineTuned(name);
        model["created_at"] = model["created"]?.DeepClone();
        model.Remove("created");
        model.Remove("owned_by");
        model["status"] = "succeeded";
        model["capabilities"] = new JsonObject
        {
            ["fine_tune"] = true,
            ["inference"] = isMade,
            ["completion"] = BaseModels.IsCompletion(name),
            ["chat_completion"] = !BaseModels.IsCompletion(name),
            ["embeddings"] = false,
        };
        model["lifecycle_status"] = "generally-available";
        model["deprecation"] = new JsonObject
        {
            ["inference"] = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(),
        };
    }

    private static void DropNulls(JsonObject item)
    {
        foreach (
            string name in item.Where(property => property.Value is null).Select(property => property.Key).ToList()
        )
        {
            item.Remove(name);
        }
    }
}
