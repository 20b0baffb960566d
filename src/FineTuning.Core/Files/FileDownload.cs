using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files;

/// <summary>
/// Downloads a file beside its place and moves it there when it is whole, so that no half of a file is ever taken for
/// one. What an interrupted download has of a large file is kept there, and the same download goes on from it, where
/// the service gives parts of a content.
/// </summary>
public sealed class FileDownload
{
    // Result files are small tables; anything larger is not one.
    private const long LargestResult = 64 * 1024 * 1024;
    private const string ResultPurpose = "fine-tune-results";

    private readonly FineTuningClient _client;

    /// <summary>Makes a download.</summary>
    public FileDownload(FineTuningClient client) => _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether a result file that comes in base64 is written as the table it is.</summary>
    public bool DecodeResults { get; init; } = true;

    /// <summary>Bytes of which an interrupted download is kept; less is sooner fetched again than explained. 4 MB by
    /// default.</summary>
    public long KeptFrom { get; init; } = 4 * 1024 * 1024;

    /// <summary>What the last interrupted download kept; null if nothing.</summary>
    public PendingDownload? Pending { get; private set; }

    /// <summary>Downloads one file.</summary>
    /// <param name="file">What to download. Its size, if the service tells it, is what must arrive.</param>
    /// <param name="target">The full path of the new file; its folder must exist.</param>
    /// <param name="progress">Is told of bytes that are there.</param>
    /// <param name="cancellationToken">Ends it; see <see cref="Pending"/>.</param>
    /// <exception cref="FineTuningApiException">The service refused it, could not be reached, or sent another number of
    /// bytes than it told.</exception>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The target may not be written.</exception>
    public async Task RunAsync(
        FileResource file,
        string target,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = file ?? throw new ArgumentNullException(nameof(file));
        Pending = null;
        using var whole = new AtomicFile(target, Overwrite, KeyOf(file));
        await ReceiveAsync(file, whole, progress, cancellationToken).ConfigureAwait(false);
        if (DecodeResults && file.Purpose == ResultPurpose && whole.Stream.Length <= LargestResult)
        {
            if (await DecodeAsync(whole, cancellationToken).ConfigureAwait(false) is byte[] table)
            {
                using var decoded = new AtomicFile(target, Overwrite);
                await decoded.Stream.WriteAsync(table, 0, table.Length, cancellationToken).ConfigureAwait(false);
                decoded.Commit();
                return;
            }
        }

        whole.Commit();
    }

    private async Task ReceiveAsync(
        FileResource file,
        AtomicFile whole,
        IProgress<long>? progress,
        CancellationToken cancellationToken
    )
    {
        long there = whole.Stream.Length;
        if (there > 0 && there == file.Bytes)
        {
            return;
        }

        whole.Stream.Position = 0;
        var transfer = new ContentTransfer(whole.Stream, there < file.Bytes ? there : 0, file.Bytes, progress)
        {
            // Result files are encoded in transit; services tell either of the two sizes.
            Told = file.Purpose == ResultPurpose ? null : file.Bytes,
        };
        try
        {
            await _client.ReceiveContentAsync(file.Id, transfer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or FineTuningApiException { IsTransient: true })
        {
            if (transfer.OffersRanges && transfer.Count >= KeptFrom && whole.Keep() is string path)
            {
                Pending = new PendingDownload(path, transfer.Count);
            }

            throw;
        }
    }

    // A content never changes under its id, so an id and a size are enough to go on by.
    private string KeyOf(FileResource file) =>
        Hex.NameOf(FormattableString.Invariant($"{_client.Options.Endpoint.AbsoluteUri}\n{file.Id}\n{file.Bytes}"))
            .Substring(0, 8);

    private static async Task<byte[]?> DecodeAsync(AtomicFile whole, CancellationToken cancellationToken)
    {
        using FileStream stream = whole.OpenWritten();
        byte[] sent = new byte[stream.Length];
        int count = 0;
        int read;
        while (
            count < sent.Length
            && (
                read = await stream.ReadAsync(sent, count, sent.Length - count, cancellationToken).ConfigureAwait(false)
            ) > 0
        )
        {
            count += read;
        }

        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(sent, 0, count));
        }
        catch (FormatException)
        {
            // Some services send the table as it is.
            return null;
        }
    }
}
