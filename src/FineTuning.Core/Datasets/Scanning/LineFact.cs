namespace FineTuning.Core.Datasets.Scanning;

// What a line can have that is told once a file: as a rule all lines have it, for one reason, or their number counts.
internal enum LineFact
{
    // Keys that are null where services want them left out.
    NullName,
    NullWeight,
    NullTools,
    NullFunctions,
    NullParallelToolCalls,
    Annotations,
    OtherNull,

    // Rows for other trainers, in the order of SourceFormat.
    Source,
    SourceEnd = Source + SourceFormat.MessageList,

    // An example with images, of which a file may have only so many.
    Image,
}

// In how many lines each fact is, and in which line first; 0 where it is in none.
internal sealed class FactTally
{
    private const int Length = (int)LineFact.Image + 1;

    private readonly long[] _counts = new long[Length];
    private readonly long[] _first = new long[Length];

    public long this[LineFact fact] => _counts[(int)fact];

    public long First(LineFact fact) => _first[(int)fact];

    public void Clear()
    {
        Array.Clear(_counts, 0, Length);
        Array.Clear(_first, 0, Length);
    }

    // The facts are those whose bit is set.
    public void Add(uint facts, long line)
    {
        for (int i = 0; i < Length; i++)
        {
            if ((facts & (1u << i)) != 0)
            {
                Add(i, 1, line);
            }
        }
    }

    // Lines of the other are counted from the one given.
    public void Add(FactTally other, long offset)
    {
        for (int i = 0; i < Length; i++)
        {
            if (other._counts[i] > 0)
            {
                Add(i, other._counts[i], offset + other._first[i]);
            }
        }
    }

    private void Add(int fact, long count, long line)
    {
        if (_counts[fact] == 0)
        {
            _first[fact] = line;
        }

        _counts[fact] += count;
    }
}
