using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Wire;

/// <summary>Something that happened in a job. Many events can share one time.</summary>
public sealed record EventResource : Resource
{
    /// <summary>Always <c>fine_tuning.job.event</c>.</summary>
    [JsonPropertyName("object")]
    public string Kind
    {
        get;
        init => field = value ?? "fine_tuning.job.event";
    } = "fine_tuning.job.event";

    /// <summary>Such as <c>ftevent-abc123</c>.</summary>
    public string Id
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>When it happened.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>info, warn, error or debug; the list is open.</summary>
    public string Level
    {
        get;
        init => field = value ?? "info";
    } = "info";

    /// <summary>The text of the event.</summary>
    public string Message
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    /// <summary>Can be null, an object, an array or a string; metrics events have their numbers here.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>message or metrics; the list is open.</summary>
    public string? Type { get; init; }
}
