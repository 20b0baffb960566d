using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Json;

namespace FineTuning.Core.Http;

/// <summary>
/// The copying of a file's content into a stream, over as many attempts as it takes. Where the server offers ranges an
/// attempt goes on where the one before it broke off; elsewhere it starts again.
/// </summary>
/// <param name="destination">Where the content goes, from its present position. It must be able to seek.</param>
/// <param name="there">The first bytes of the content, which the stream has behind its position already.</param>
/// <param name="total">The size of the content; null if unknown.</param>
/// <param name="progress">Is told of the bytes that are there.</param>
internal sealed class ContentTransfer(Stream destination, long there, long? total, IProgress<long>? progress)
{
    private const int PieceBytes = 128 * 1024;
    private const int MaxErrorBytes = 64 * 1024;

    private readonly long _start = destination.Position;
    private EntityTagHeaderValue? _tag;
    private long? _total = total;
    private bool _wasWrongSize;

    /// <summary>The bytes that are in the stream.</summary>
    public long Count { get; private set; } = there;

    /// <summary>Whether the server gives a part of the content, so that what is there is worth keeping.</summary>
    public bool OffersRanges { get; private set; } = there > 0;

    /// <summary>The size that the content has by the service's account; null if it is not known. What comes in another
    /// size is asked for again.</summary>
    public long? Told { get; init; }

    /// <summary>Adds the headers that ask for the missing bytes.</summary>
    public void Prepare(HttpRequestMessage message)
    {
        if (Count == 0 || !OffersRanges)
        {
            return;
        }

        message.Headers.Range = new RangeHeaderValue(Count, null);
        if (_tag is not null)
        {
            // If the content has changed, the server then sends all of it and not the rest.
            message.Headers.IfRange = new RangeConditionHeaderValue(_tag);
        }
    }

    /// <summary>Starts again at the stream's first position.</summary>
    public void Restart()
    {
        OffersRanges = false;
        Count = 0;
    }

    /// <summary>Copies the body of an answer to the stream.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="attempt">The attempt that gave it.</param>
    /// <param name="clock">Tells the time to an error that comes in place of the content.</param>
    /// <returns>The size of the content.</returns>
    public async Task<long> ReadAsync(HttpResponseMessage response, Attempt attempt, IClock clock)
    {
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            CheckRange(response);
        }
        else
        {
            if (Told is long whole && response.Content.Headers.ContentLength is long coming && coming != whole)
            {
                await ThrowIfErrorAsync(response, attempt, clock).ConfigureAwait(false);

                // Checked before the bytes that are there are overwritten.
                throw WrongSize(response, FormattableString.Invariant($"{coming}"));
            }

            Count = 0;
            Note(response);
        }

        try
        {
            destination.Position = _start + Count;
            destination.SetLength(_start + Count);
        }
        catch (Exception e) when (attempt.NoteLocalFault(e))
        {
            throw;
        }

        using MemoryStream? head = MayBeError(response) ? new MemoryStream() : null;
        using Stream body = await AnswerBody.OpenAsync(response, attempt.Token).ConfigureAwait(false);
        byte[] piece = new byte[PieceBytes];
        int count;
        while ((count = await body.ReadAsync(piece, 0, piece.Length, attempt.Token).ConfigureAwait(false)) > 0)
        {
            attempt.Touch();
            if (Count + count > Told)
            {
                Restart();
                throw WrongSize(response, "more");
            }

            try
            {
                await destination.WriteAsync(piece, 0, count, attempt.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt.NoteLocalFault(e))
            {
                throw;
            }

            if (head?.Length <= MaxErrorBytes)
            {
                head.Write(piece, 0, count);
            }

            Count += count;
            progress?.Report(Count);
        }

        if (Told != Count && head?.Length == Count && ErrorIn(head.ToArray(), response, clock) is { } error)
        {
            Restart();
            throw error;
        }

        if (Told is long told && Count != told)
        {
            long got = Count;
            Restart();
            throw WrongSize(response, FormattableString.Invariant($"{got}"));
        }

        return Count;
    }

    // A file of examples or metrics is no object with an error in it.
    private static bool MayBeError(HttpResponseMessage response) =>
        response.StatusCode != HttpStatusCode.PartialContent
        && response.Content.Headers.ContentType?.MediaType == "application/json";

    private static async Task ThrowIfErrorAsync(HttpResponseMessage response, Attempt attempt, IClock clock)
    {
        if (MayBeError(response) && response.Content.Headers.ContentLength <= MaxErrorBytes)
        {
            (byte[] body, _) = await AnswerBody.ReadAsync(response, MaxErrorBytes, attempt).ConfigureAwait(false);
            if (ErrorIn(body, response, clock) is { } error)
            {
                throw error;
            }
        }
    }

    private static FineTuningApiException? ErrorIn(byte[] body, HttpResponseMessage response, IClock clock)
    {
        try
        {
            using var document = JsonDocument.Parse(SurrogateEscapes.Mend(Encoding.UTF8.GetString(body)));
            return ErrorSigns.Find(document.RootElement) is JsonElement error
                ? ErrorReader.ReadSpoken(response, error, clock.UtcNow)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FineTuningApiException Wrong(HttpResponseMessage response, string message, bool isLast = false) =>
        new(ApiErrorKind.InvalidResponse, message)
        {
            StatusCode = (int)response.StatusCode,
            RequestId = ErrorReader.RequestId(response),
            IsLast = isLast,
        };

    // Such as the page of a network that wants a sign-in. Once may be an accident; each repeat can cost all of the
    // content.
    private FineTuningApiException WrongSize(HttpResponseMessage response, string bytes)
    {
        bool isLast = _wasWrongSize;
        _wasWrongSize = true;
        return Wrong(
            response,
            FormattableString.Invariant(
                $"The server sent {bytes} bytes of a file that has {Told} bytes by its own account."
            ),
            isLast
        );
    }

    private void Note(HttpResponseMessage response)
    {
        // An answer that was unpacked has lost its length: a range of it would be one of the packed bytes.
        OffersRanges =
            response.Headers.AcceptRanges.Contains("bytes") && response.Content.Headers.ContentLength is not null;
        _total = response.Content.Headers.ContentLength;
        _tag = response.Headers.ETag is { IsWeak: false } tag ? tag : null;
    }

    private void CheckRange(HttpResponseMessage response)
    {
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        bool isRight =
            OffersRanges
            && range is { Unit: "bytes", From: long from }
            && from == Count
            && response.Content.Headers.ContentLength == range.To - from + 1
            && (range.Length is null || (range.To == range.Length - 1 && (_total is null || range.Length == _total)));
        if (isRight)
        {
            return;
        }

        long wanted = Count;
        Restart();
        throw Wrong(
            response,
            FormattableString.Invariant(
                $"The server was asked for the content from byte {wanted} on and sent '{range}'."
            )
        );
    }
}
