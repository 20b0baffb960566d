using System.Security.Cryptography;
using System.Text.Json;
using FineTuning.Core.Json;
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

    private static readonly string[] s_ids =
    [
        "user",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "reasoning_effort",
        "verbosity",
    ];

    private static readonly NumberBounds s_temperature = new(0, 2);
    private static readonly NumberBounds s_topP = new(0, 1);

    public static ChatRequest Read(JsonElement body)
    {
        JsonField request = RequestFields.Of(body);
        CheckFields(request);
        string model = request["model"].Required().AsText(MaxId)!;
        bool isStream = request["stream"].AsFlag() == true;
        request["store"].AsFlag();
        JobRequestReader.CheckMetadata(request["metadata"]);
        foreach (string name in s_ids)
        {
            request[name].AsText(MaxId);
        }

        int? seed = Seed(request["seed"]);
        return new ChatRequest
        {
            Model = model,
            Messages = ChatMessagesReader.Read(request["messages"]),
            Options = new GenerationOptions
            {
                Temperature = request["temperature"].AsNumber(s_temperature) ?? 1,
                TopP = request["top_p"].AsNumber(s_topP) ?? 1,
                MaxTokens = ReadMaxTokens(request),
                Stop = ReadStop(request["stop"]),
                Seed = seed ?? RandomNumberGenerator.GetInt32(int.MaxValue),
            },
            Count = Whole(request["n"], MaxCount) ?? 1,
            IsStream = isStream,
            IncludesUsage = ReadStreamOptions(request["stream_options"], isStream),
        };
    }

    private static void CheckFields(JsonField request)
    {
        foreach (JsonField field in request.Fields())
        {
            if (s_fields.Contains(field.Name) || field.Value is not { } value || value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (!s_refused.TryGetValue(field.Name, out string? idle))
            {
                throw ApiErrors.UnknownParameter(field.Path);
            }

            if (idle is null || !JsonElement.DeepEquals(value, JsonElement.Parse(idle)))
            {
                throw ApiErrors.Unsupported(field.Name);
            }
        }
    }

    private static int ReadMaxTokens(JsonField request)
    {
        int? old = Whole(request["max_tokens"], MaxTokens),
            current = Whole(request["max_completion_tokens"], MaxTokens);
        return old is not null && current is not null
            ? throw ApiErrors.BadRequest(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                "max_tokens",
                "invalid_parameter_combination"
            )
            : current ?? old ?? DefaultTokens;
    }

    private static string[] ReadStop(JsonField stop)
    {
        const string Expected = "a string or an array of strings";
        IReadOnlyList<JsonField> items = stop.Value is { ValueKind: JsonValueKind.String }
            ? [stop]
            : stop.AsItems(0, int.MaxValue, Expected);
        if (items.Count > MaxStops)
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
                string text = RequestFields.Entry(item, "stop", Expected, MaxStop);
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

    private static bool ReadStreamOptions(JsonField options, bool isStream)
    {
        if (options.AsObject() is null)
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

        options.CheckNames(["include_usage", "include_obfuscation"]);
        options["include_obfuscation"].AsFlag();
        return options["include_usage"].AsFlag() == true;
    }

    /// <summary>The service takes 64 bits; the model's seed has 32, and of a larger one the lower half
    /// counts.</summary>
    private static int? Seed(JsonField field) =>
        field.Value is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long seed) ? unchecked((int)seed)
        : throw ApiErrors.WrongType(field.Path, "an integer", RequestFields.Describe(value));

    private static int? Whole(JsonField field, int max) => (int?)field.AsNumber(NumberBounds.Whole(1, max));
}
