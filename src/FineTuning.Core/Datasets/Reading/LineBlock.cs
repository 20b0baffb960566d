namespace FineTuning.Core.Datasets.Reading;

// A piece of the stream that ends where a line ends. Blocks are what goes from the reader to the workers: a line at a
// time would cost more in hand-over than in work.
internal sealed class LineBlock
{
    public byte[] Buffer { get; set; } = new byte[LineBlockReader.BlockBytes];

    // The lines are Buffer[Start..End]; the last of the file may lack its line feed.
    public int Start { get; set; }

    public int End { get; set; }

    // Where Buffer[Start] is in the stream.
    public long Offset { get; set; }

    // The block stands for one line that was too long to hold; there is nothing in the buffer.
    public bool IsTooLong { get; set; }

    // Whether a line that is too long ends in a line feed, or with the stream.
    public bool EndsWithLineFeed { get; set; }

    // The length of a line that is too long, without its line feed.
    public long LineBytes { get; set; }

    // How much of the stream the block stands for, with line ends.
    public long StreamBytes { get; set; }

    public ReadOnlySpan<byte> Span => Buffer.AsSpan(Start, End - Start);

    public void Clear()
    {
        Start = 0;
        End = 0;
        Offset = 0;
        IsTooLong = false;
        EndsWithLineFeed = false;
        LineBytes = 0;
        StreamBytes = 0;

        // One huge line must not keep its memory for the rest of a file of short ones.
        if (Buffer.Length > LineBlockReader.LargeBlockBytes)
        {
            Buffer = new byte[LineBlockReader.BlockBytes];
        }
    }
}
