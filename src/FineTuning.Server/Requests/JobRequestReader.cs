using System.Globalization;
using System.Text.Json;
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

    public static JobCreateRequest Read(JsonElement body)
    {
        CheckNames(body, string.Empty, s_fields);
        Text(body, "model", required: true, MaxId);
        Text(body, "training_file", required: true, MaxId);
        Text(body, "validation_file", required: false, MaxId);
        CheckSuffix(Text(body, "suffix", required: false, MaxSuffix));
        WholeNumber(body, "seed", "seed", 0, int.MaxValue, allowAuto: false);
        CheckMetadata(body);
        CheckIntegrations(body);
        Text(body, "trainingType", required: false, MaxId);
        MethodReader.Check(body);
        try
        {
            return body.Deserialize(RequestContext.Default.JobCreateRequest)!;
        }
        catch (JsonException e)
        {
            throw ApiErrors.BadRequest($"The request cannot be read: {e.Message}", e.Path?.TrimStart('$', '.'));
        }
    }

    /// <summary>A field's value; null if it is missing or null.</summary>
    public static JsonElement? Get(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static void CheckNames(JsonElement parent, string path, IReadOnlyCollection<string> allowed)
    {
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (!allowed.Contains(property.Name))
            {
                throw ApiErrors.UnknownParameter(path + Cut(property.Name));
            }
        }
    }

    public static JsonElement? Object(JsonElement parent, string name, string path) =>
        Get(parent, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? value
        : throw ApiErrors.WrongType(path, "an object", Describe(value));

    public static void WholeNumber(JsonElement parent, string name, string path, long least, long most, bool allowAuto)
    {
        if (Get(parent, name) is not { } value || (allowAuto && IsAuto(value)))
        {
            return;
        }

        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out double number)
            || number != Math.Truncate(number)
        )
        {
            throw ApiErrors.WrongType(path, allowAuto ? "an integer or 'auto'" : "an integer", Describe(value));
        }

        if (number < least)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{path}': integer below minimum value. Expected a value >= {least}, but got {value.GetRawText()} instead.",
                path,
                "integer_below_min_value"
            );
        }

        if (number > most)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{path}': integer above maximum value. Expected a value <= {most}, but got {value.GetRawText()} instead.",
                path,
                "integer_above_max_value"
            );
        }
    }

    public static void PositiveNumber(
        JsonElement parent,
        string name,
        string path,
        double above = 0,
        double? most = null
    )
    {
        if (Get(parent, name) is not { } value || IsAuto(value))
        {
            return;
        }

        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out double number)
            || !double.IsFinite(number)
        )
        {
            throw ApiErrors.WrongType(path, "a number or 'auto'", Describe(value));
        }

        if (number <= above)
        {
            throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid '{path}': decimal below minimum value. Expected a value > {above}, but got {value.GetRawText()} instead."
                ),
                path,
                "decimal_below_min_value"
            );
        }

        if (number > most)
        {
            throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid '{path}': decimal above maximum value. Expected a value <= {most}, but got {value.GetRawText()} instead."
                ),
                path,
                "decimal_above_max_value"
            );
        }
    }

    public static string? Text(JsonElement parent, string name, bool required, int most)
    {
        if (Get(parent, name) is not { } value)
        {
            return required ? throw ApiErrors.Missing(name) : null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw ApiErrors.WrongType(name, "a string", Describe(value));
        }

        string text = value.GetString()!;
        if (text.Length == 0)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{name}': empty string. Expected a string with minimum length 1, but got an empty string instead.",
                name,
                "empty_string"
            );
        }

        CheckLength(name, text, most);
        return text;
    }

    public static string Describe(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "an array",
            JsonValueKind.Object => "an object",
            _ => "null",
        };

    private static bool IsAuto(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.ValueEquals("auto");

    /// <summary>Names from outside are repeated, but not at any length.</summary>
    public static string Cut(string name) => name.Length <= MaxKey ? name : name[..MaxKey] + "…";

    public static void CheckLength(string path, string text, int most)
    {
        if (text.Length > most)
        {
            throw ApiErrors.BadRequest(
                $"Invalid '{path}': string too long. Expected a string with maximum length {most}, but got a string with length {text.Length} instead.",
                path,
                "string_above_max_length"
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

    public static void CheckMetadata(JsonElement body)
    {
        if (Object(body, "metadata", "metadata") is not { } metadata)
        {
            return;
        }

        int count = 0;
        HashSet<string> keys = new(StringComparer.Ordinal);
        foreach (JsonProperty pair in metadata.EnumerateObject())
        {
            string path = "metadata." + Cut(pair.Name);
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

            if (pair.Value.ValueKind != JsonValueKind.String)
            {
                throw ApiErrors.WrongType(path, "a string", Describe(pair.Value));
            }

            CheckLength(path, pair.Value.GetString()!, MaxValue);
            count++;
        }

        if (count > MaxPairs)
        {
            throw ApiErrors.BadRequest(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Invalid 'metadata': too many properties. Expected an object with at most {MaxPairs} properties, but got {count} instead."
                ),
                "metadata",
                "object_above_max_properties"
            );
        }
    }

    private static void CheckIntegrations(JsonElement body)
    {
        if (Get(body, "integrations") is not { } list)
        {
            return;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw ApiErrors.WrongType("integrations", "an array", Describe(list));
        }

        if (list.GetArrayLength() > MaxIntegrations)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'integrations': array too long. Expected an array with maximum length {MaxIntegrations}.",
                "integrations",
                "array_above_max_length"
            );
        }

        // Their fields are kept as they come, so the whole is bounded.
        if (list.GetRawText().Length > MaxIntegrationsText)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'integrations': too long. Expected at most {MaxIntegrationsText} characters of JSON.",
                "integrations",
                "string_above_max_length"
            );
        }

        int index = 0;
        foreach (JsonElement integration in list.EnumerateArray())
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"integrations[{index++}]");
            if (integration.ValueKind != JsonValueKind.Object)
            {
                throw ApiErrors.WrongType(path, "an object", Describe(integration));
            }

            if (
                Get(integration, "type") is not { } type
                || !(type.ValueKind == JsonValueKind.String && type.ValueEquals("wandb"))
            )
            {
                throw ApiErrors.BadValue(path + ".type", Get(integration, "type")?.ToString() ?? "null", "'wandb'");
            }

            JsonElement wandb =
                Object(integration, "wandb", path + ".wandb") ?? throw ApiErrors.Missing(path + ".wandb");
            if (Get(wandb, "project") is not { ValueKind: JsonValueKind.String })
            {
                throw ApiErrors.Missing(path + ".wandb.project");
            }
        }
    }
}
