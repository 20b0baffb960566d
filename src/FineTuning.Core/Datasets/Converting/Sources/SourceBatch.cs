using System.Text;

namespace FineTuning.Core.Datasets.Converting.Sources;

/// <summary>What came of some rows that follow each other. Valid until the next batch is asked for.</summary>
public sealed class SourceBatch
{
    private byte[] _bytes = [];
    private int _length;

    /// <summary>The examples, each a line of JSON in UTF-8 that ends in LF.</summary>
    public ReadOnlyMemory<byte> Lines => _bytes.AsMemory(0, _length);

    /// <summary>How many examples there are.</summary>
    public long Examples { get; private set; }

    /// <summary>How many rows they and the problems came of; blank lines are none.</summary>
    public long Rows { get; private set; }

    /// <summary>The rows that became no example, in their order. <see cref="RowProblem.Row"/> is the number of the
    /// line, or of the row in a JSON array.</summary>
    public List<RowProblem> Problems { get; } = [];

    /// <summary>The examples as texts, without line ends.</summary>
    public IEnumerable<string> Texts()
    {
        int start = 0;
        while (start < _length)
        {
            int end = Array.IndexOf(_bytes, (byte)'\n', start, _length - start);
            yield return Encoding.UTF8.GetString(_bytes, start, end - start);
            start = end + 1;
        }
    }

    // Takes over what a worker has made, and gives it the old buffer.
    internal void Take(ExampleBuffer made, long examples, long rows)
    {
        _bytes = made.Swap(_bytes, out _length);
        Examples = examples;
        Rows = rows;
        Problems.Clear();
    }
}
