using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FineTuning.Core.Files.Uploading;

/// <summary>What identifies a file's content.</summary>
/// <param name="Sha256">SHA-256 as hexadecimal digits.</param>
/// <param name="Md5">MD5 as hexadecimal digits; null if it was not asked for or this machine forbids it.</param>
internal sealed record ContentHash(string Sha256, string? Md5)
{
    private const int PieceBytes = 256 * 1024;

    /// <summary>Reads the file from its start to its end, a piece at a time, on a thread of its own.</summary>
    /// <param name="source">The file.</param>
    /// <param name="withMd5">Whether the service is to compare.</param>
    /// <param name="progress">Is told of bytes read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<ContentHash> ReadAsync(
        UploadSource source,
        bool withMd5,
        Action<long>? progress,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using IncrementalHash? md5 = withMd5 ? CreateMd5() : null;
                using FileSliceStream stream = source.Open(0, source.Length, isHashed: true);
                byte[] piece = new byte[PieceBytes];
                int count;
                while ((count = stream.Read(piece, 0, piece.Length)) > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    md5?.AppendData(piece, 0, count);
                    progress?.Invoke(stream.Position);
                }

                return new ContentHash(stream.Sha256!, md5 is null ? null : Hex.Text(md5.GetHashAndReset()));
            },
            cancellationToken
        );

    /// <summary>The SHA-256 of a piece of the file.</summary>
    public static Task<string> ReadPartAsync(
        UploadSource source,
        long offset,
        long length,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            () =>
            {
                using FileSliceStream stream = source.Open(offset, length, isHashed: true);
                byte[] piece = new byte[PieceBytes];
                while (stream.Read(piece, 0, piece.Length) > 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                return stream.Sha256!;
            },
            cancellationToken
        );

    /// <summary>The API compares by MD5, against damage on the way; machines with a policy against it have
    /// none.</summary>
    [SuppressMessage(
        "Security",
        "CA5351",
        Justification = "The API's own check against damage on the way, not against forgery."
    )]
    private static IncrementalHash? CreateMd5()
    {
        try
        {
            return IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        }
        catch (Exception e)
            when (e
                    is CryptographicException
                        or PlatformNotSupportedException
                        or InvalidOperationException
                        or System.Reflection.TargetInvocationException
            )
        {
            return null;
        }
    }
}
