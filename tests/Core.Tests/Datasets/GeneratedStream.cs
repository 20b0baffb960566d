namespace FineTuning.Core.Tests.Datasets;

// A stream as long as wanted that is in no memory and on no disk: its bytes are made when they are read.
internal sealed class GeneratedStream(long length, Func<long, byte> byteAt, int maxRead = int.MaxValue) : Stream
{
    private long _position;

    public Action<long>? OnRead { get; init; }

    // For the start of a long stream: so many bytes are this one, and are not asked for one by one.
    public (long Length, byte Value) Lead { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Min(Math.Min(buffer.Length, maxRead), length - _position);
        int lead = (int)Math.Clamp(Lead.Length - _position, 0, count);
        buffer[..lead].Fill(Lead.Value);
        for (int i = lead; i < count; i++)
        {
            buffer[i] = byteAt(_position + i);
        }

        _position += count;
        OnRead?.Invoke(_position);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Read(buffer.Span));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
