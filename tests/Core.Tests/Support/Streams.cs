namespace FineTuning.Core.Tests.Support;

/// <summary>Calls at once, on the reporting thread.</summary>
internal sealed class Call<T>(Action<T> call) : IProgress<T>
{
    public void Report(T value) => call(value);
}

/// <summary>What every stream that is only read has to say.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Nothing may be read in a blocking way.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>As many bytes as are wanted, from no memory: byte i is i mod 251.</summary>
internal sealed class PatternStream(long length) : ReadOnlyStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int read = (int)Math.Min(count, length - _position);
        for (int i = 0; i < read; i++)
        {
            buffer[offset + i] = (byte)(_position++ % 251);
        }

        return Task.FromResult(read);
    }
}

/// <summary>Gives what a function says: a number of bytes, after whatever time.</summary>
internal sealed class SlowStream(Func<CancellationToken, Task<int>> read) : ReadOnlyStream
{
    public override async Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        int length = await read(cancellationToken);
        Array.Fill(buffer, (byte)'x', offset, length);
        return length;
    }
}
