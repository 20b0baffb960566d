using System.Security.Cryptography;
using System.Text.Json;
using FineTuning.Server.Http;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Requests;

/// <summary>Reads the body of a chat completion and refuses what the service refuses, and what a small local model
/// cannot honour.</summary>
internal static class ChatRequestReader
{
    private const int MaxTokens = 16_384,
        DefaultTokens = 1024,
        MaxCount = 8,
        MaxStops = 4,
        MaxStop = 1024,
        MaxId = 256;

    /// <summary>Taken for what they are, or without any effect on a model of this kind.</summary>
    private static readonly string[] s_fields =
    [
        "model",
        "messages",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "n",
        "stream",
        "stream_options",
        "user",
        "metadata",
        "store",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prediction",
        "reasoning_effort",
        "verbosity",
    ];

    /// <summary>Known, but a promise that is not kept here; each with the one value that asks for nothing.</summary>
    private static readonly Dictionary<string, string?> s_refused = new(StringComparer.Ordinal)
    {
        ["audio"] = null,
        ["frequency_penalty"] = "0",
        ["function_call"] = null,
        ["functions"] = null,
        ["logit_bias"] = "{}",
        ["logprobs"] = "false",
        ["modalities"] = """["text"]""",
        ["parallel_tool_calls"] = null,
        ["presence_penalty"] = "0",
        ["response_format"] = """{"type":"text"}""",
        ["tool_choice"] = null,
        ["tools"] = null,
        ["top_logprobs"] = null,
        ["web_search_options"] = null,
    };

    public static ChatRequest Read(JsonElement body)
    {
        CheckFields(body);
        string model = JobRequestReader.Text(body, "model", required: true, MaxId)!;
        bool isStream = Flag(body, "stream", "stream");
        Flag(body, "store", "store");
        JobRequestReader.CheckMetadata(body);
        foreach (
            string name in new[]
            {
                "user",
                "service_tier",
                "safety_identifier",
                "prompt_cache_key",
                "reasoning_effort",
                "verbosity",
            }
        )
        {
            JobRequestReader.Text(body, name, required: false, MaxId);
        }

        int? seed = Seed(body);
        return new ChatRequest
        {
            Model = model,
            Messages = ChatMessagesReader.Read(body),
            Options = new GenerationOptions
            {
                Temperature = Number(body, "temperature", 0, 2) ?? 1,
                TopP = Number(body, "top_p", 0, 1) ?? 1,
                MaxTokens = ReadMaxTokens(body),
                Stop = ReadStop(body),
                Seed = seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            },
            Count = Whole(body, "n", MaxCount) ?? 1,
            IsStream = isStream,
            IncludesUsage = ReadStreamOptions(body, isStream),
        };
    }

    private static void CheckFields(JsonElement body)
    {
        foreach (JsonProperty property in body.EnumerateObject())
        {
            if (s_fields.Contains(property.Name) || property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (!s_refused.TryGetValue(property.Name, out string? idle))
            {
                throw ApiErrors.UnknownParameter(JobRequestReader.Cut(property.Name));
            }

            if (idle is null || !JsonElement.DeepEquals(property.Value, JsonElement.Parse(idle)))
            {
                throw ApiErrors.Unsupported(property.Name);
            }
        }
    }

    private static int ReadMaxTokens(JsonElement body)
    {
        int? old = Whole(body, "max_tokens", MaxTokens),
            current = Whole(body, "max_completion_tokens", MaxTokens);
        return old is not null && current is not null
            ? throw ApiErrors.BadRequest(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                "max_tokens",
                "invalid_parameter_combination"
            )
            : current ?? old ?? DefaultTokens;
    }

    private static string[] ReadStop(JsonElement body)
    {
        if (JobRequestReader.Get(body, "stop") is not { } value)
        {
            return [];
        }

        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
        {
            throw ApiErrors.WrongType("stop", "a string or an array of strings", JobRequestReader.Describe(value));
        }

        JsonElement[] items =
            value.ValueKind == JsonValueKind.String ? [value] : [.. value.EnumerateArray().Take(MaxStops + 1)];
        if (items.Length > MaxStops)
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'stop': array too long. Expected an array with maximum length {MaxStops}.",
                "stop",
                "array_above_max_length"
            );
        }

        return
        [
            .. items.Select(item =>
            {
                string text =
                    item.ValueKind == JsonValueKind.String
                        ? item.GetString()!
                        : throw ApiErrors.WrongType(
                            "stop",
                            "a string or an array of strings",
                            "an array with " + JobRequestReader.Describe(item)
                        );
                JobRequestReader.CheckLength("stop", text, MaxStop);
                return text.Length > 0
                    ? text
                    : throw ApiErrors.BadRequest(
                        "Invalid 'stop': a text to stop at must not be empty.",
                        "stop",
                        "empty_string"
                    );
            }),
        ];
    }

    private static bool ReadStreamOptions(JsonElement body, bool isStream)
    {
        if (JobRequestReader.Object(body, "stream_options", "stream_options") is not { } options)
        {
            return false;
        }

        if (!isStream)
        {
            throw ApiErrors.BadRequest(
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
                "stream_options",
                "invalid_parameter_combination"
            );
        }

        JobRequestReader.CheckNames(options, "stream_options.", ["include_usage", "include_obfuscation"]);
        Flag(options, "include_obfuscation", "stream_options.include_obfuscation");
        return Flag(options, "include_usage", "stream_options.include_usage");
    }

    /// <summary>The service takes 64 bits; the model's seed has 32, and of a larger one the lower half
    /// counts.</summary>
    private static int? Seed(JsonElement body) =>
        JobRequestReader.Get(body, "seed") is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long seed) ? unchecked((int)seed)
        : throw ApiErrors.WrongType("seed", "an integer", JobRequestReader.Describe(value));

    private static int? Whole(JsonElement body, string name, int most)
    {
        JobRequestReader.WholeNumber(body, name, name, 1, most, allowAuto: false);
        return JobRequestReader.Get(body, name) is { } value ? (int)value.GetDouble() : null;
    }

    private static double? Number(JsonElement body, string name, double least, double most)
    {
        if (JobRequestReader.Get(body, name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number))
        {
            throw ApiErrors.WrongType(name, "a decimal", JobRequestReader.Describe(value));
        }

        return number < least ? throw OutOfRange("below minimum", ">=", least, "decimal_below_min_value")
            : number > most ? throw OutOfRange("above maximum", "<=", most, "decimal_above_max_value")
            : number;

        ApiException OutOfRange(string what, string sign, double bound, string code) =>
            ApiErrors.BadRequest(
                $"Invalid '{name}': decimal {what} value. Expected a value {sign} {bound:0}, but got {JobRequestReader.Cut(value.GetRawText())} instead.",
                name,
                code
            );
    }

    private static bool Flag(JsonElement parent, string name, string path) =>
        JobRequestReader.Get(parent, name)?.ValueKind switch
        {
            null or JsonValueKind.False => false,
            JsonValueKind.True => true,
            _ => throw ApiErrors.WrongType(path, "a boolean", JobRequestReader.Describe(parent.GetProperty(name))),
        };
}
