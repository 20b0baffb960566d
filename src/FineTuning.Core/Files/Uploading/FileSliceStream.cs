using System.Security.Cryptography;

namespace FineTuning.Core.Files.Uploading;

/// <summary>
/// A piece of a file, read by position and never held whole. Its length is fixed when it is opened: what is added to
/// the file meanwhile is not sent, and a file that is no longer the same ends the reading with an error instead of its
/// last bytes.
/// </summary>
internal sealed class FileSliceStream : Stream
{
    private readonly UploadSource _source;
    private readonly FileStream _file;
    private readonly IncrementalHash? _hash;
    private readonly long _offset;
    private long _position;

    public FileSliceStream(UploadSource source, long offset, long length, bool isHashed)
    {
        _source = source;
        _offset = offset;
        Length = length;

        // Read directly: what asks for pieces has a buffer of its own. Reads of local files are short, and without
        // async ones they are faster.
        _file = new FileStream(
            source.Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            bufferSize: 1,
            FileOptions.SequentialScan
        );
        try
        {
            _file.Position = offset;
            _hash = isHashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>The SHA-256 as hexadecimal digits; null until everything was read, or if none was asked for.</summary>
    public string? Sha256 { get; private set; }

    public override bool CanRead => true;

    /// <summary>It can tell its length, which is what a request needs.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    /// <summary>It can go back to the beginning, for a request that is sent again, and to no other place: the hash is
    /// that of all bytes.</summary>
    public override long Position
    {
        get => _position;
        set
        {
            if (value != 0)
            {
                throw new NotSupportedException();
            }

            _file.Position = _offset;
            _position = 0;
            _ = _hash?.GetHashAndReset();
            Sha256 = null;
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int wanted = (int)Math.Min(count, Length - _position);
        if (wanted == 0)
        {
            return 0;
        }

        int read = _file.Read(buffer, offset, wanted);
        if (read == 0)
        {
            throw _source.Changed("became shorter");
        }

        _hash?.AppendData(buffer, offset, read);
        _position += read;
        if (_position == Length)
        {
            _source.EnsureUnchanged();
            Sha256 = _hash is null ? null : Hex.Text(_hash.GetHashAndReset());
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Read(buffer, offset, count));
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }
}
