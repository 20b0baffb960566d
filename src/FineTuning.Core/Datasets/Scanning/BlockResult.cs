using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets.Scanning;

// What came of one block. Lines are counted from the start of the block: which line of the file that is, only the merge
// knows.
internal sealed class BlockResult
{
    private AnswerTally _answers;

    public long[] Counts { get; } = new long[ProblemCode.IndexCount];

    public List<FoundProblem> Problems { get; } = [];

    public List<SeenExample> Examples { get; } = [];

    public FactTally Facts { get; } = new();

    public FieldTally Fields { get; } = new();

    public long Lines { get; set; }

    public long ExampleCount { get; set; }

    public long CarriageReturnLines { get; set; }

    public long FirstCarriageReturnLine { get; set; }

    public ref AnswerTally Answers => ref _answers;

    // The rest of the file is not worth reading: it is something else than lines of JSON.
    public bool Stop { get; set; }

    // Pieces of lines that are not UTF-8.
    public List<byte> Samples { get; } = [];

    public void AddSample(ReadOnlySpan<byte> piece)
    {
        if (Samples.Count < LegacyEncoding.SampleBytes)
        {
            foreach (byte value in piece)
            {
                Samples.Add(value);
            }

            Samples.Add((byte)'\n');
        }
    }

    public void Clear()
    {
        Array.Clear(Counts, 0, Counts.Length);
        Problems.Clear();
        Examples.Clear();
        Samples.Clear();
        Facts.Clear();
        Fields.Clear();
        Lines = 0;
        ExampleCount = 0;
        CarriageReturnLines = 0;
        FirstCarriageReturnLine = 0;
        _answers = default;
        Stop = false;
    }
}

internal readonly record struct FoundProblem(
    ProblemCode Code,
    long Line,
    long ByteOffset,
    int Position,
    string? JsonPath,
    string Message
);

internal readonly struct SeenExample(Hash128 hash, long line, long byteOffset)
{
    public Hash128 Hash { get; } = hash;

    public long Line { get; } = line;

    public long ByteOffset { get; } = byteOffset;
}

// Whether all answers so far are the same one.
internal struct AnswerTally
{
    private Hash128 _first;

    public long Count { get; private set; }

    public bool Differ { get; private set; }

    public void Add(Hash128 answer)
    {
        if (Count == 0)
        {
            _first = answer;
        }
        else if (!Differ && !_first.Equals(answer))
        {
            Differ = true;
        }

        Count++;
    }

    public void Add(AnswerTally other)
    {
        if (other.Count == 0)
        {
            return;
        }

        long count = Count + other.Count;
        Differ = Differ || other.Differ || (Count > 0 && !_first.Equals(other._first));
        _first = other._first;
        Count = count;
    }
}
