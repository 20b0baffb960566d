using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace FineTuning.Core.Tests.Support;

/// <summary>What becomes of the connection behind an answer.</summary>
internal enum Ending
{
    KeepAlive,
    Close,
    Reset,
}

/// <summary>An answer, right or wrong.</summary>
internal sealed record Reply
{
    private IReadOnlyList<string> Headers { get; init; } = [];

    public int Status { get; init; } = 200;

    public string Reason { get; init; } = "Whatever";

    public byte[] Body { get; init; } = [];

    public string? ContentType { get; init; } = "application/json";

    /// <summary>What the header says; null says the truth, -1 says nothing.</summary>
    public long? Length { get; init; }

    public Ending Ending { get; init; }

    /// <summary>No answer at all.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The request was read, and the connection breaks without an answer.</summary>
    public static Reply Reset => new() { IsSilent = true, Ending = Ending.Reset };

    /// <summary>The request was read, and the connection ends in good order without an answer.</summary>
    public static Reply Close => new() { IsSilent = true, Ending = Ending.Close };

    public static Reply Json(string body, int status = 200) =>
        new() { Status = status, Body = Encoding.UTF8.GetBytes(body) };

    public static Reply Raw(byte[] body) => new() { Body = body, ContentType = "application/octet-stream" };

    public static Reply Error(int status, string? code = null, string message = "No.", string type = "some_error") =>
        Json(
            $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}","param":null,"code":{{{(code is null ? "null" : $"\"{code}\"")}}}}}""",
            status
        );

    public static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    public Reply With(string header, string value) => this with { Headers = [.. Headers, $"{header}: {value}"] };

    public byte[] ToBytes()
    {
        if (IsSilent)
        {
            return [];
        }

        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason}\r\n");
        if (ContentType is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\n");
        }

        if (Length != -1)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Length ?? Body.Length}\r\n");
        }

        foreach (string header in Headers)
        {
            head.Append(header).Append("\r\n");
        }

        return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. Body];
    }
}
