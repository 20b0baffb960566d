namespace FineTuning.Server.Faults;

/// <summary>Passes a body on late, slowly, and in part.</summary>
internal sealed class FaultBody(Stream real, FaultRule rule, TimeSpan wait, CancellationToken aborted) : Stream
{
    private readonly long _limit = rule.TruncateAfter ?? long.MaxValue;
    private long _written;
    private bool _begun;

    /// <summary>Whether there was more to write than the rule lets through.</summary>
    public bool IsCut { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer,
        CancellationToken cancellationToken = default
    )
    {
        await BeginAsync();
        long allowed = Math.Min(buffer.Length, _limit - _written);
        if (allowed < buffer.Length)
        {
            IsCut = true;
            buffer = buffer[..(int)allowed];
            if (_written == 0 && allowed == 0)
            {
                // The headers alone.
                await real.FlushAsync(cancellationToken);
            }
        }

        _written += buffer.Length;
        if (rule.SlowBytes is not { } piece)
        {
            await real.WriteAsync(buffer, cancellationToken);
            return;
        }

        while (!buffer.IsEmpty)
        {
            int length = Math.Min(piece, buffer.Length);
            await real.WriteAsync(buffer[..length], cancellationToken);
            await real.FlushAsync(cancellationToken);
            buffer = buffer[length..];
            await Task.Delay(rule.SlowIntervalMs!.Value, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await BeginAsync();
        await real.FlushAsync(cancellationToken);
    }

    public override void Flush()
    {
        // Everything that writes here flushes asynchronously; a compressor calls this one when it is closed.
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask BeginAsync()
    {
        // An answer that nobody takes must not begin: it would be in the request log as sent.
        aborted.ThrowIfCancellationRequested();
        if (!_begun)
        {
            _begun = true;
            await Task.Delay(wait, aborted);
        }
    }
}
