using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Api;
using FineTuning.Core.Models;

namespace FineTuning.Core.Files;

/// <summary>Downloads a file beside its place and moves it there when it is whole, so that no half of a file is ever taken for one.</summary>
public sealed class FileDownload
{
    // Result files are small tables; anything larger is not one.
    private const long LargestResult = 64 * 1024 * 1024;

    private readonly FineTuningClient _client;

    /// <summary>Makes a download.</summary>
    public FileDownload(FineTuningClient client) => _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether a result file that comes in base64 is written as the table it is.</summary>
    public bool DecodeResults { get; init; } = true;

    /// <summary>Downloads one file.</summary>
    /// <param name="file">What to download.</param>
    /// <param name="target">The full path of the new file; its folder must exist.</param>
    /// <param name="progress">Is told of bytes received.</param>
    /// <param name="cancellationToken">Ends it; nothing is left behind.</param>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    public async Task RunAsync(FileResource file, string target, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        _ = file ?? throw new ArgumentNullException(nameof(file));
        if (File.Exists(target) && !Overwrite)
        {
            throw new IOException($"The file '{target}' exists already.");
        }

        string part = target + "." + Guid.NewGuid().ToString("N").Substring(0, 8) + ".part";
        try
        {
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 128 * 1024, FileOptions.Asynchronous))
            {
                await _client.GetFileContentAsync(file.Id, stream, progress, cancellationToken).ConfigureAwait(false);
                if (DecodeResults && file.Purpose == "fine-tune-results" && stream.Length <= LargestResult)
                {
                    await DecodeAsync(stream, cancellationToken).ConfigureAwait(false);
                }
            }

            if (File.Exists(target))
            {
                if (!Overwrite)
                {
                    throw new IOException($"The file '{target}' exists already.");
                }

                File.Delete(target);
            }

            File.Move(part, target);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task DecodeAsync(FileStream stream, CancellationToken cancellationToken)
    {
        byte[] sent = new byte[stream.Length];
        stream.Position = 0;
        int count = 0;
        int read;
        while (count < sent.Length && (read = await stream.ReadAsync(sent, count, sent.Length - count, cancellationToken).ConfigureAwait(false)) > 0)
        {
            count += read;
        }

        byte[] table;
        try
        {
            table = Convert.FromBase64String(Encoding.ASCII.GetString(sent, 0, count));
        }
        catch (FormatException)
        {
            // Some services send the table as it is.
            return;
        }

        stream.SetLength(0);
        await stream.WriteAsync(table, 0, table.Length, cancellationToken).ConfigureAwait(false);
    }
}
