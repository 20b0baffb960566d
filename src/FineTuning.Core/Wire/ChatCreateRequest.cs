using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>Asks a model for an answer. Null leaves a number to the service.</summary>
public sealed record ChatCreateRequest
{
    /// <summary>The model; on Azure the deployment.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation so far, a list of messages as the service takes them.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>0 takes the likeliest token each time; 0 to 2. Reasoning models refuse it.</summary>
    public double? Temperature { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability are drawn from; 0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>The most tokens of the answer, with those of its reasoning; at least 1.</summary>
    public int? MaxCompletionTokens { get; init; }

    /// <summary>The same under its older name, for servers that know only that.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Seeds the drawing, as far as the service repeats itself.</summary>
    public int? Seed { get; init; }

    /// <summary>Texts that end the answer.</summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>Whether the answer comes in pieces.</summary>
    public bool? Stream { get; init; }

    /// <summary>Asks for the number of tokens at the end of a stream.</summary>
    public ChatStreamOptions? StreamOptions { get; init; }

    /// <summary>Other fields, such as <c>tools</c> and <c>response_format</c>.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalFields { get; set; }
}

/// <summary>What a stream has besides the pieces.</summary>
/// <param name="IncludeUsage">Whether it ends with the number of tokens.</param>
public sealed record ChatStreamOptions(bool IncludeUsage);
