using System.Text;

namespace FineTuning.Core.Http;

/// <summary>Reads the bodies of answers in bounded memory. Each read that brings something keeps the attempt from
/// timing out.</summary>
internal static class AnswerBody
{
    public const int MaxJsonBytes = 64 * 1024 * 1024;
    private const int MaxErrorBytes = 256 * 1024;

    /// <summary>Opens a body with whatever cancellation the platform has.</summary>
    public static Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
#if NET
        return response.Content.ReadAsStreamAsync(cancellationToken);
#else
        cancellationToken.ThrowIfCancellationRequested();
        return response.Content.ReadAsStreamAsync();
#endif
    }

    /// <summary>Reads a body, or its beginning where it is longer than the limit.</summary>
    public static async Task<(byte[] Body, bool IsWhole)> ReadAsync(
        HttpResponseMessage response,
        int limit,
        Attempt attempt
    )
    {
        using Stream stream = await OpenAsync(response, attempt.Token).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] piece = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(piece, 0, piece.Length, attempt.Token).ConfigureAwait(false)) > 0)
        {
            attempt.Touch();
            if (body.Length + count > limit)
            {
                return (body.ToArray(), false);
            }

            body.Write(piece, 0, count);
        }

        return (body.ToArray(), true);
    }

    /// <summary>Reads the text of an error. The status has said what counts: words that do not come whole, or cannot be
    /// unpacked, change nothing about it.</summary>
    public static async Task<string> ReadErrorAsync(HttpResponseMessage response, Attempt attempt)
    {
        try
        {
            (byte[] body, _) = await ReadAsync(response, MaxErrorBytes, attempt).ConfigureAwait(false);
            return Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        }
        catch (Exception e) when (attempt.TimedOut || e is IOException or HttpRequestException or InvalidDataException)
        {
            return string.Empty;
        }
    }
}
