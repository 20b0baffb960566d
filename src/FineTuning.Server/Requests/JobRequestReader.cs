using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;

namespace FineTuning.Server.Requests;

/// <summary>Reads the body of a new job and refuses what the service refuses, naming the field. It knows no files and
/// no models.</summary>
internal static class JobRequestReader
{
    private const int MaxPairs = 16,
        MaxKey = 64,
        MaxValue = 512,
        MaxSuffix = 64,
        MaxIntegrations = 5,
        MaxIntegrationsText = 16 * 1024,
        MaxId = 256;

    private static readonly string[] s_fields =
    [
        "model",
        "training_file",
        "validation_file",
        "suffix",
        "seed",
        "method",
        "hyperparameters",
        "metadata",
        "integrations",
        "trainingType",
    ];

    private static readonly NumberBounds s_seed = NumberBounds.Whole(0, int.MaxValue);

    public static JobCreateRequest Read(JsonElement body)
    {
        JsonField request = RequestFields.Of(body);
        request.CheckNames(s_fields);
        request["model"].Required().AsText(MaxId);
        request["training_file"].Required().AsText(MaxId);
        request["validation_file"].AsText(MaxId);
        CheckSuffix(request["suffix"].AsText(MaxSuffix));
        request["seed"].AsNumber(s_seed);
        CheckMetadata(request["metadata"]);
        CheckIntegrations(request["integrations"]);
        request["trainingType"].AsText(MaxId);
        MethodReader.Check(request);
        try
        {
            return body.Deserialize(RequestContext.Default.JobCreateRequest)!;
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"The request cannot be read: {e.Message}", e.Path?.TrimStart('$', '.'));
        }
    }

    /// <summary>Checks the creator's own pairs, an object of strings.</summary>
    public static void CheckMetadata(JsonField metadata)
    {
        if (metadata.AsObject() is null)
        {
            return;
        }

        int count = 0;
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (JsonField pair in metadata.Fields())
        {
            if (pair.Name.Length is 0 or > MaxKey)
            {
                throw ApiErrors.BadRequest(
                    $"Invalid 'metadata': a key must have 1 to {MaxKey} characters, but one has {pair.Name.Length}.",
                    "metadata",
                    "string_above_max_length"
                );
            }

            if (!keys.Add(pair.Name))
            {
                throw ApiErrors.BadRequest(
                    $"Invalid 'metadata': the key '{pair.Name}' appears twice.",
                    "metadata",
                    "invalid_value"
                );
            }

            pair.AsText(MaxValue, mayBeEmpty: true);
            count++;
        }

        if (count > MaxPairs)
        {
            throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid 'metadata': too many properties. Expected an object with at most {MaxPairs} "
                        + $"properties, but got {count} instead."
                ),
                "metadata",
                "object_above_max_properties"
            );
        }
    }

    private static void CheckSuffix(string? suffix)
    {
        // It becomes a part of a model's name, whose parts are divided by colons, and of URLs.
        if (suffix is not null && !suffix.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw ApiErrors.BadRequest(
                "Invalid 'suffix': it may contain letters, digits, '-', '_' and '.' only.",
                "suffix",
                "invalid_value"
            );
        }
    }

    private static void CheckIntegrations(JsonField list)
    {
        IReadOnlyList<JsonField> integrations = list.AsItems(0, int.MaxValue);
        if (integrations.Count > MaxIntegrations)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'integrations': array too long. Expected an array with maximum length {MaxIntegrations}.",
                "integrations",
                "array_above_max_length"
            );
        }

        // Their fields are kept as they come, so the whole is bounded.
        if (list.Value?.GetRawText().Length > MaxIntegrationsText)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'integrations': too long. Expected at most {MaxIntegrationsText} characters of JSON.",
                "integrations",
                "string_above_max_length"
            );
        }

        foreach (JsonField integration in integrations)
        {
            integration.AsObject();
            JsonField type = integration["type"];
            if (type.Value is not { ValueKind: JsonValueKind.String } name || !name.ValueEquals("wandb"))
            {
                throw ApiErrors.BadValue(type.Path, type.Value?.ToString() ?? "null", "'wandb'");
            }

            JsonField wandb = integration["wandb"].Required();
            wandb.AsObject();
            if (wandb["project"] is not { Value: { ValueKind: JsonValueKind.String } })
            {
                throw ApiErrors.Missing(wandb["project"].Path);
            }
        }
    }
}
