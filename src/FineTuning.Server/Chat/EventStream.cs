using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FineTuning.Server.Chat;

/// <summary>Server-sent events. The answer begins with the first of them: what fails before is an ordinary
/// refusal.</summary>
internal sealed class EventStream(HttpContext context)
{
    private static ReadOnlySpan<byte> Prefix => "data: "u8;

    private static ReadOnlySpan<byte> End => "\n\n"u8;

    public bool HasBegun => context.Response.HasStarted;

    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), cancellationToken);

    public Task WriteDoneAsync(CancellationToken cancellationToken) =>
        WriteAsync("[DONE]"u8.ToArray(), cancellationToken);

    private Task WriteAsync(byte[] data, CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Response.ContentType = "text/event-stream; charset=utf-8";
            context.Response.Headers.CacheControl = "no-cache";
        }

        byte[] line = [.. Prefix, .. data, .. End];
        return context.Response.Body.WriteAsync(line, cancellationToken).AsTask();
    }
}
