using System.Security.Cryptography;
using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Files that are either whole or absent: eight bytes of magic, a version, the content, and the SHA-256 of all that.
/// Written under a temporary name, flushed to the disk, and renamed. Numbers are little-endian.
/// </summary>
internal static class ChecksummedFile
{
    private const int DigestLength = 32;
    private const int HeaderLength = 12;

    /// <summary>Writes the file whole; an earlier one of the name is replaced only then.</summary>
    public static void Write(string path, string magic, int version, Action<BinaryWriter> writeContent)
    {
        string temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            using (var digest = SHA256.Create())
            {
                using (var hashing = new CryptoStream(file, digest, CryptoStreamMode.Write, leaveOpen: true))
                using (var writer = new BinaryWriter(hashing, Encoding.UTF8))
                {
                    writer.Write(MagicBytes(magic));
                    writer.Write(version);
                    writeContent(writer);
                }

                file.Write(digest.Hash!);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>Reads a file that <see cref="Write"/> made; the content is looked at only after the digest was found
    /// right.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, cut short, of another kind or of a newer
    /// version.</exception>
    public static T Read<T>(string path, string magic, int version, Func<BinaryReader, T> readContent)
    {
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            1 << 16
        );
        Verify(file, path, magic, version);
        file.Position = HeaderLength;
        using var reader = new BinaryReader(file, Encoding.UTF8);
        try
        {
            return readContent(reader);
        }
        catch (Exception e)
            when (e
                    is EndOfStreamException
                        or ArgumentException
                        or OverflowException
                        or KeyNotFoundException
                        or FormatException
            )
        {
            throw new InvalidDataException($"'{Path.GetFileName(path)}' has content that does not fit together.", e);
        }
    }

    private static void Verify(FileStream file, string path, string magic, int version)
    {
        string name = Path.GetFileName(path);
        if (file.Length < HeaderLength + DigestLength)
        {
            throw new InvalidDataException($"'{name}' is cut short: it has only {file.Length} bytes.");
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        file.ReadExactly(header);
        if (!header[..8].SequenceEqual(MagicBytes(magic)))
        {
            throw new InvalidDataException($"'{name}' is not a {magic} file.");
        }

        if (BitConverter.ToInt32(header[8..]) != version)
        {
            throw new InvalidDataException(
                $"'{name}' has format version {BitConverter.ToInt32(header[8..])}; this server reads version {version}."
            );
        }

        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(header);
        byte[] buffer = new byte[1 << 16];
        long left = file.Length - HeaderLength - DigestLength;
        while (left > 0)
        {
            int count = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (count == 0)
            {
                throw new InvalidDataException($"'{name}' is cut short.");
            }

            digest.AppendData(buffer, 0, count);
            left -= count;
        }

        Span<byte> stored = stackalloc byte[DigestLength];
        file.ReadExactly(stored);
        if (!stored.SequenceEqual(digest.GetHashAndReset()))
        {
            throw new InvalidDataException($"'{name}' is damaged: its checksum does not match its content.");
        }
    }

    private static byte[] MagicBytes(string magic)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(magic);
        return bytes.Length == 8
            ? bytes
            : throw new ArgumentException("A magic is eight ASCII characters.", nameof(magic));
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one worth reporting.
        }
    }
}
