namespace FineTuning.Server.Training.Network;

/// <summary>A matrix of row-major floats over a part of an <see cref="AlignedBuffer"/>; every row starts
/// aligned.</summary>
internal readonly struct FloatTable
{
    private readonly AlignedBuffer _buffer;
    private readonly int _start;

    /// <summary>A table of its own memory, all zero.</summary>
    public FloatTable(int rows, int columns)
        : this(new AlignedBuffer((long)rows * columns), 0, rows, columns) { }

    /// <summary>A view of <paramref name="rows"/> x <paramref name="columns"/> floats from <paramref name="start"/>
    /// on.</summary>
    public FloatTable(AlignedBuffer buffer, int start, int rows, int columns)
    {
        if (columns % AlignedBuffer.Line != 0 || start % AlignedBuffer.Line != 0)
        {
            throw new ArgumentException("Rows must be whole lines.", nameof(columns));
        }

        _buffer = buffer;
        _start = start;
        Rows = rows;
        Columns = columns;
    }

    public int Rows { get; }

    public int Columns { get; }

    public Span<float> this[int row] => _buffer.Slice(_start + (row * Columns), Columns);

    public Span<float> All => _buffer.Slice(_start, Rows * Columns);
}
