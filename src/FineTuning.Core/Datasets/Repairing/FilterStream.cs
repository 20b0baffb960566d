namespace FineTuning.Core.Datasets.Repairing;

// A stream that is read from another one and changed on the way, a piece at a time. The other one stays open.
internal abstract class FilterStream(Stream inner) : Stream
{
    protected const int PieceBytes = 128 * 1024;

    private byte[] _piece = [];
    private int _start;
    private int _end;

    public sealed override bool CanRead => true;

    public sealed override bool CanSeek => false;

    public sealed override bool CanWrite => false;

    public sealed override long Length => throw new NotSupportedException();

    public sealed override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    protected Stream Inner => inner;

    public sealed override int Read(byte[] buffer, int offset, int count)
    {
        while (_start == _end)
        {
            (_piece, _start, int length) = Produce();
            _end = _start + length;
            if (length < 0)
            {
                _end = _start;
                return 0;
            }
        }

        int taken = Math.Min(count, _end - _start);
        Array.Copy(_piece, _start, buffer, offset, taken);
        _start += taken;
        return taken;
    }

    // The work is the changing, not the waiting for a disk; whoever reads does so off the thread that must not wait.
    public sealed override Task<int> ReadAsync(
        byte[] buffer,
        int offset,
        int count,
        CancellationToken cancellationToken
    ) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<int>(cancellationToken)
            : Task.FromResult(Read(buffer, offset, count));

    public sealed override void Flush() { }

    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public sealed override void SetLength(long value) => throw new NotSupportedException();

    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The next piece; an empty one is followed by others, a length of -1 is the end. It is valid until the next call.
    protected abstract (byte[] Piece, int Start, int Length) Produce();
}
