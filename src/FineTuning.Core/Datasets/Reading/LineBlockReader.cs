namespace FineTuning.Core.Datasets.Reading;

// Cuts a stream into blocks of whole lines. Memory is bounded by the longest line that is allowed, never by the file.
internal sealed class LineBlockReader(Stream stream, int maxLineBytes)
{
    // Large enough that hand-over does not count, small enough that a handful of blocks stays in the cache.
    public const int BlockBytes = 512 * 1024;

    // Blocks above this hold one long line; only one of them is in memory at a time.
    public const int LargeBlockBytes = 4 * 1024 * 1024;

    private const int HeadBytes = 4096;
    private const int MaxArrayBytes = 0x7FFFFFC7;

    // The start of a line whose end is in the next block.
    private byte[] _carry = [];
    private int _carryLength;
    private long _position;
    private bool _atEnd;
    private bool _started;

    // The first bytes of the stream, to tell encodings and archives by.
    public byte[] Head { get; private set; } = [];

    public bool HasByteOrderMark { get; private set; }

    // Fills the block with the next lines; false at the end of the stream.
    public async Task<bool> ReadAsync(LineBlock block, CancellationToken cancellationToken)
    {
        block.Clear();
        if (_carryLength > block.Buffer.Length)
        {
            block.Buffer = new byte[_carryLength];
        }

        Array.Copy(_carry, 0, block.Buffer, 0, _carryLength);
        block.End = _carryLength;
        block.Offset = _position;
        _carryLength = 0;

        // What is carried over is as a rule the start of a line, but after a line that was skipped it can be many
        // lines.
        int searched = block.End;
        int lastLineFeed = block.Buffer.AsSpan(0, searched).LastIndexOf((byte)'\n');
        while (!_atEnd)
        {
            if (block.End == block.Buffer.Length)
            {
                if (lastLineFeed >= 0)
                {
                    break;
                }

                if (!Grow(block))
                {
                    await SkipLineAsync(block, cancellationToken).ConfigureAwait(false);
                    return true;
                }
            }

            int read = await ReadSomeAsync(block.Buffer, block.End, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                _atEnd = true;
                break;
            }

            block.End += read;
            if (!_started && block.End >= HeadBytes)
            {
                Begin(block);
            }

            int found = block.Buffer.AsSpan(searched, block.End - searched).LastIndexOf((byte)'\n');
            lastLineFeed = found >= 0 ? searched + found : lastLineFeed;
            searched = block.End;
        }

        if (!_started)
        {
            Begin(block);
        }

        int end = _atEnd ? block.End : lastLineFeed + 1;
        Carry(block.Buffer, end, block.End - end);
        block.End = end;
        block.StreamBytes = end;
        _position = block.Offset - block.Start + end;
        return block.End > block.Start;
    }

    private void Begin(LineBlock block)
    {
        _started = true;
        Head = block.Buffer.AsSpan(0, Math.Min(block.End, HeadBytes)).ToArray();
        if (block.End >= 3 && Head[0] == 0xEF && Head[1] == 0xBB && Head[2] == 0xBF)
        {
            HasByteOrderMark = true;
            block.Start = 3;
            block.Offset = 3;
        }
    }

    // Two more than the limit leave room for CR LF, so that a line of exactly the limit is still read.
    private bool Grow(LineBlock block)
    {
        long limit = Math.Min((long)maxLineBytes + 2 + block.Start, MaxArrayBytes);
        if (block.Buffer.Length >= limit)
        {
            return false;
        }

        byte[] larger = new byte[(int)Math.Min(block.Buffer.Length * 2L, limit)];
        Array.Copy(block.Buffer, larger, block.End);
        block.Buffer = larger;
        return true;
    }

    // Reads on to the end of a line that is too long, holding no more of it than one buffer.
    private async Task SkipLineAsync(LineBlock block, CancellationToken cancellationToken)
    {
        long length = block.End;
        if (block.Buffer.Length > LargeBlockBytes)
        {
            block.Buffer = new byte[BlockBytes];
        }

        while (true)
        {
            int read = await ReadSomeAsync(block.Buffer, 0, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                _atEnd = true;
                break;
            }

            int lineFeed = block.Buffer.AsSpan(0, read).IndexOf((byte)'\n');
            if (lineFeed >= 0)
            {
                length += lineFeed + 1;
                block.EndsWithLineFeed = true;
                Carry(block.Buffer, lineFeed + 1, read - lineFeed - 1);
                break;
            }

            length += read;
        }

        block.IsTooLong = true;
        block.LineBytes = length - block.Start - (block.EndsWithLineFeed ? 1 : 0);
        block.StreamBytes = length;
        _position = block.Offset - block.Start + length;
        block.Start = 0;
        block.End = 0;
    }

    private void Carry(byte[] buffer, int start, int length)
    {
        if (_carry.Length < length)
        {
            _carry = new byte[Math.Max(length, BlockBytes)];
        }
        else if (_carry.Length > LargeBlockBytes && length <= BlockBytes)
        {
            _carry = new byte[BlockBytes];
        }

        Array.Copy(buffer, start, _carry, 0, length);
        _carryLength = length;
    }

    private ValueTask<int> ReadSomeAsync(byte[] buffer, int start, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Never more than a block at once: what follows the end of a huge line is carried over, and should be little.
        int length = Math.Min(buffer.Length - start, BlockBytes);

        // A file is read on a thread of the pool anyhow; to go to another one for each piece would only take time.
        if (stream is FileStream { IsAsync: false, CanSeek: true })
        {
            return new ValueTask<int>(stream.Read(buffer, start, length));
        }

#if NET
        return stream.ReadAsync(buffer.AsMemory(start, length), cancellationToken);
#else
        return new ValueTask<int>(stream.ReadAsync(buffer, start, length, cancellationToken));
#endif
    }
}
