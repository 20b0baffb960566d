using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Server.Dialects;
using Microsoft.AspNetCore.Http.Features;

namespace FineTuning.Server.Http;

/// <summary>Reading bodies within bounds, and writing answers.</summary>
internal static class HttpExtensions
{
    public const long MaxJsonBytes = 8 * 1024 * 1024;

    // A client that is still sending reads no answer; this much is taken and dropped so that it gets to know why it was
    // refused.
    public const long MaxDrainBytes = 64 * 1024 * 1024;

    public static Task WriteJsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type, int status = 200)
    {
        var dialect = Dialect.Of(context);
        byte[] body = dialect.Write(context, value, type, status);
        context.Response.StatusCode = dialect.Answer(context, status);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    /// <summary>The body as JSON; it must be an object.</summary>
    public static async Task<JsonDocument> ReadJsonAsync(this HttpContext context, long maxBytes = MaxJsonBytes)
    {
        using MemoryStream body = new();
        await context.CopyBodyAsync(body, maxBytes, "The request body");
        byte[] text = body.ToArray();
        try
        {
            CheckText(text);
            var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or with text that is none.
        }

        throw ApiErrors.BadRequest(
            "We could not parse the JSON body of your request. The API expects a JSON object, but what was sent was "
                + "not one."
        );
    }

    /// <summary>Lifts the general limit: the reader of this body has a limit of its own.</summary>
    public static void AllowLargeBody(this HttpContext context)
    {
        IHttpMaxRequestBodySizeFeature? feature = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        if (feature is { IsReadOnly: false })
        {
            feature.MaxRequestBodySize = null;
        }
    }

    /// <summary>Takes and drops what is left of the body, up to a bound.</summary>
    public static async Task DrainAsync(this HttpContext context)
    {
        context.AllowLargeBody();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        bool ended = false;
        try
        {
            long dropped = 0;
            while (!ended && dropped < MaxDrainBytes)
            {
                int read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
                dropped += read;
                ended = read == 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!ended)
            {
                context.Response.Headers.Connection = "close";
            }
        }
    }

    /// <summary>
    /// Bytes that are no UTF-8 and halves of characters pass as JSON and fail later, wherever their text is first read.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is such text.</exception>
    private static void CheckText(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }

    private static async Task CopyBodyAsync(this HttpContext context, Stream destination, long limit, string what)
    {
        context.AllowLargeBody();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long total = 0;
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                total += read;
                if (total > limit)
                {
                    await context.DrainAsync();
                    throw ApiErrors.TooLarge(what, limit);
                }

                destination.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
