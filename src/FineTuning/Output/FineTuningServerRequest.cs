using System.Management.Automation;
using System.Text.Json;

namespace FineTuning.Output;

/// <summary>A request that a local server has had. Bodies and keys are not kept.</summary>
public sealed class FineTuningServerRequest
{
    internal FineTuningServerRequest(JsonElement source)
    {
        Time = source.GetProperty("time").GetDateTimeOffset().LocalDateTime;
        Method = source.GetProperty("method").GetString()!;
        Path = source.GetProperty("path").GetString()!;
        Status = source.GetProperty("status").GetInt32();
        Duration = TimeSpan.FromMilliseconds(source.GetProperty("duration_ms").GetDouble());
        RequestId = source.GetProperty("request_id").GetString()!;
        Operation = source.GetProperty("operation").GetString();
        Fault = source.GetProperty("fault").GetString();
        JsonElement bytes = source.GetProperty("request_bytes");
        RequestBytes = bytes.ValueKind == JsonValueKind.Number ? bytes.GetInt64() : null;
        Headers = JsonValues.ToObject(source.GetProperty("headers")) as PSObject;
    }

    /// <summary>When it came, in local time.</summary>
    public DateTime Time { get; }

    /// <summary>Its HTTP method.</summary>
    public string Method { get; }

    /// <summary>Its path and query, secrets redacted.</summary>
    public string Path { get; }

    /// <summary>What it asked for, such as CreateJob; null for a path that is no operation.</summary>
    public string? Operation { get; }

    /// <summary>The status that was sent; 0 if a fault ended the connection without one, 499 if the client went
    /// away.</summary>
    public int Status { get; }

    /// <summary>The time until the answer began.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The fault rule that hit it.</summary>
    public string? Fault { get; }

    /// <summary>The length of its body in bytes, if it told one.</summary>
    public long? RequestBytes { get; }

    /// <summary>The id of the answer.</summary>
    public string RequestId { get; }

    /// <summary>A few headers that are no secrets; of keys only that they were there.</summary>
    public PSObject? Headers { get; }

    /// <summary>Method and path.</summary>
    public override string ToString() => $"{Method} {Path}";
}
