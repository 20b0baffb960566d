using System.Text.Json;

namespace FineTuning.Core.Wire;

/// <summary>A model's answer, or a piece of it.</summary>
public sealed record ChatResource : Resource
{
    /// <summary>Such as <c>chatcmpl-abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The model that answered.</summary>
    public string? Model { get; init; }

    /// <summary>The answers; the last piece of a stream has none.</summary>
    public IReadOnlyList<ChatChoiceResource> Choices
    {
        get;
        init => field = value ?? [];
    } = [];

    /// <summary>Tokens read and written; not every service tells.</summary>
    public ChatUsageResource? Usage { get; init; }
}

/// <summary>One of the answers.</summary>
public sealed record ChatChoiceResource : Resource
{
    /// <summary>Its number, from 0.</summary>
    public int Index { get; init; }

    /// <summary>What the model said.</summary>
    public ChatMessageResource? Message { get; init; }

    /// <summary>What is new, in a piece of a stream.</summary>
    public ChatMessageResource? Delta { get; init; }

    /// <summary>Why it ended: stop, length, content_filter, tool_calls; null before that.</summary>
    public string? FinishReason { get; init; }
}

/// <summary>What a model said.</summary>
public sealed record ChatMessageResource : Resource
{
    /// <summary>Who wrote the message: <c>assistant</c>.</summary>
    public string? Role { get; init; }

    /// <summary>The text; null where it calls tools or refuses.</summary>
    public string? Content { get; init; }

    /// <summary>Why it refuses to answer.</summary>
    public string? Refusal { get; init; }

    /// <summary>The tools that it calls.</summary>
    public JsonElement? ToolCalls { get; init; }
}

/// <summary>Tokens of an answer.</summary>
public sealed record ChatUsageResource : Resource
{
    /// <summary>Tokens read.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Tokens written, with those of reasoning.</summary>
    public long CompletionTokens { get; init; }

    /// <summary>Both together.</summary>
    public long TotalTokens { get; init; }
}
