using FineTuning.Core.Wire;

namespace FineTuning.Output;

/// <summary>Something that happened in a job.</summary>
public sealed class FineTuningEvent : ServiceObject
{
    internal FineTuningEvent(EventResource source, string jobId)
    {
        Id = source.Id;
        JobId = jobId;
        CreatedAt = Display.LocalTime(source.CreatedAt);
        Level = source.Level;
        Type = source.Type;
        Message = source.Message;
        Data = JsonValues.ToObject(source.Data);
        AdditionalProperties = JsonValues.ToDictionary(source.AdditionalFields);
    }

    /// <summary>Such as <c>ftevent-abc123</c>.</summary>
    public string Id { get; }

    /// <summary>The id of the job that the event is of.</summary>
    public string JobId { get; }

    /// <summary>When, in local time. Many events share a second.</summary>
    public DateTime? CreatedAt { get; }

    /// <summary>info, warn, error or debug.</summary>
    public string Level { get; }

    /// <summary>message or metrics.</summary>
    public string? Type { get; }

    /// <summary>The text of the event.</summary>
    public string Message { get; }

    /// <summary>The numbers of a metrics event, and whatever else the service sends.</summary>
    public object? Data { get; }

    /// <summary>What the service sent beyond these.</summary>
    public IDictionary<string, object?>? AdditionalProperties { get; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
