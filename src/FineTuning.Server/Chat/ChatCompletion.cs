using System.Text.Json.Serialization;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Chat;

/// <summary>The whole answer to a chat request, as the service writes it.</summary>
internal sealed record ChatCompletion(
    string Id,
    long Created,
    string Model,
    IReadOnlyList<ChatChoice> Choices,
    ChatUsage Usage
)
{
    public string Object => "chat.completion";

    public string ServiceTier => ChatChunk.Tier;

    public string SystemFingerprint => ChatChunk.Fingerprint;
}

/// <summary>One of the answers.</summary>
internal sealed record ChatChoice(int Index, ChatMessage Message, string FinishReason)
{
    public string? Logprobs => null;
}

/// <summary>What the model said.</summary>
internal sealed record ChatMessage(string Content)
{
    public string Role => "assistant";

    public string? Refusal => null;

    public IReadOnlyList<string> Annotations => [];
}

/// <summary>A piece of a streamed answer.</summary>
internal record ChatChunk(string Id, long Created, string Model, IReadOnlyList<ChatChunkChoice> Choices)
{
    public const string Tier = "default",
        Fingerprint = "fp_local_small";

    public string Object => "chat.completion.chunk";

    public string ServiceTier => Tier;

    public string SystemFingerprint => Fingerprint;
}

/// <summary>A piece of a stream that ends with the usage: all pieces have the field, the last one its value.</summary>
internal sealed record ChatChunkWithUsage(
    string Id,
    long Created,
    string Model,
    IReadOnlyList<ChatChunkChoice> Choices,
    ChatUsage? Usage
) : ChatChunk(Id, Created, Model, Choices);

/// <summary>What is new about one of the answers.</summary>
internal sealed record ChatChunkChoice(int Index, ChatDelta Delta, string? FinishReason)
{
    public string? Logprobs => null;
}

/// <summary>The text that follows; the role comes first and once.</summary>
internal sealed record ChatDelta
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }
}

/// <summary>Tokens as the model counts them.</summary>
internal sealed record ChatUsage(int PromptTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;

    /// <summary>The prompt counts once, however many answers it got.</summary>
    public static ChatUsage Of(IReadOnlyList<ChatOutcome> outcomes)
    {
        int completion = 0;
        foreach (ChatOutcome outcome in outcomes)
        {
            completion += outcome.CompletionTokens;
        }

        return new ChatUsage(outcomes[0].PromptTokens, completion);
    }
}

/// <summary>How answers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(ChatChunkWithUsage))]
internal sealed partial class ChatJson : JsonSerializerContext;
