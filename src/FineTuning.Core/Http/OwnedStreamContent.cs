using System.Net;

namespace FineTuning.Core.Http;

/// <summary>Sends a stream piece by piece and tells how much is out. It owns the stream.</summary>
internal sealed class OwnedStreamContent(Stream stream, Attempt attempt, IProgress<long>? progress) : HttpContent
{
    private const int PieceSize = 128 * 1024;

    private readonly long _start = stream.CanSeek ? stream.Position : 0;

    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context) =>
        CopyAsync(target, attempt.Token);

#if NET
    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context, CancellationToken token) =>
        CopyAsync(target, token);
#endif

    protected override bool TryComputeLength(out long length)
    {
        length = stream.CanSeek ? stream.Length - _start : 0;
        return stream.CanSeek;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task CopyAsync(Stream target, CancellationToken token)
    {
        // .NET sends the request again by itself when a proxy answered that it wants to know who is there.
        if (stream.CanSeek && stream.Position != _start)
        {
            stream.Position = _start;
        }

        byte[] piece = new byte[PieceSize];
        long total = 0;
        while (true)
        {
            int count;
            try
            {
                count = await stream.ReadAsync(piece, 0, piece.Length, token).ConfigureAwait(false);
            }
            catch (Exception e) when (attempt.NoteLocalFault(e))
            {
                throw;
            }

            if (count == 0)
            {
                return;
            }

            await target.WriteAsync(piece, 0, count, token).ConfigureAwait(false);
            attempt.Touch();
            total += count;
            progress?.Report(total);
        }
    }
}
