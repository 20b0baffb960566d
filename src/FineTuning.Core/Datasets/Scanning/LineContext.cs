using System.Runtime.CompilerServices;

namespace FineTuning.Core.Datasets.Scanning;

// The line that is being checked: where it is, and what was found in it so far. One per worker, used again for every
// line.
internal sealed class LineContext(DatasetCheckOptions options, bool[] isFull)
{
    // What the line has beyond the cap is only counted.
    private readonly int[] _pendingCounts = new int[ProblemCode.IndexCount];
    private readonly List<ProblemCode> _pendingCodes = [];
    private readonly List<FoundProblem> _pending = [];
    private BlockResult _result = new();
    private byte[] _line = [];
    private int _start;
    private int _length;
    private uint _facts;
    private byte[] _scratch = new byte[256];

    public PathStack Path { get; } = new();

    public KeyTracker Keys { get; } = new();

    public bool CheckSecrets => options.CheckSecrets;

    // Whether the block has an escaped surrogate at all; if not, no string needs to be searched for one.
    public bool MayHaveSurrogates { get; set; }

    public int PendingErrors { get; private set; }

    public ReadOnlySpan<byte> Line => _line.AsSpan(_start, _length);

    // The key whose value the scanner is at, as it stands in the line.
    public ReadOnlySpan<byte> Key => Path.Key(Line);

    private long Number { get; set; }

    private long ByteOffset { get; set; }

    public void BeginBlock(BlockResult result) => _result = result;

    public void BeginLine(byte[] buffer, int start, int length, long number, long byteOffset)
    {
        _line = buffer;
        _start = start;
        _length = length;
        Number = number;
        ByteOffset = byteOffset;
        Path.Clear();
        Keys.Clear();
    }

    // Whether one more problem of the code would be kept. Once the merge has enough of it, no worker makes another
    // text.
    public bool Wants(ProblemCode code) =>
        !isFull[code.Index] && _result.Counts[code.Index] + _pendingCounts[code.Index] < options.MaxProblemsPerCode;

    // Reports a problem at a position of the line (-1: at its start) and at the current path, or a place below it.
    public void Report(
        ProblemCode code,
        int position,
        string? suffix,
        [InterpolatedStringHandlerArgument("", nameof(code))] ProblemText message
    )
    {
        if (message.IsWanted)
        {
            Keep(code, position, Path.ToText(Line, suffix), message.ToString());
        }

        Count(code);
    }

    // Reports a problem at a position of the line and at a path that is known already; null where no text is wanted.
    public void ReportAt(
        ProblemCode code,
        int position,
        string? path,
        [InterpolatedStringHandlerArgument("", nameof(code))] ProblemText message
    )
    {
        if (message.IsWanted)
        {
            Keep(code, position, path, message.ToString());
        }

        Count(code);
    }

    // Reports a problem of the line as such, without a path.
    public void ReportLine(
        ProblemCode code,
        int position,
        [InterpolatedStringHandlerArgument("", nameof(code))] ProblemText message
    )
    {
        if (message.IsWanted)
        {
            Keep(code, position, null, message.ToString());
        }

        Count(code);
    }

    // Keeps a piece of the line around a byte that is not UTF-8, to guess its encoding by.
    public void Sample(int position)
    {
        // With the letter before, which may show whether the byte is in a word.
        bool hasLetter = position > 0 && Line[position - 1] < 0x80;
        ReadOnlySpan<byte> piece = Line.Slice(hasLetter ? position - 1 : position);
        _result.AddSample(piece.Slice(0, Math.Min(piece.Length, 200)));
    }

    // Keeps which fields for the grader the line has.
    public void NoteFields(string names) => _result.Fields.Add(names, Number);

    // Keeps what is told once a file.
    public void Note(LineFact fact) => _facts |= 1u << (int)fact;

    // Moves what was found to the result of the block.
    public void Commit()
    {
        if (_facts != 0)
        {
            _result.Facts.Add(_facts, Number);
            _facts = 0;
        }

        if (_pendingCodes.Count == 0)
        {
            return;
        }

        foreach (ProblemCode code in _pendingCodes)
        {
            _result.Counts[code.Index] += _pendingCounts[code.Index];
            _pendingCounts[code.Index] = 0;
        }

        // What is known only at the end of a message is reported after what is inside it: put it back in its place.
        _pending.Sort(
            static (a, b) =>
                a.Position != b.Position
                    ? a.Position.CompareTo(b.Position)
                    : string.CompareOrdinal(a.Code.Code, b.Code.Code)
        );
        _result.Problems.AddRange(_pending);
        Forget();
    }

    // Takes back what was found since the last commit: of a line that is not JSON, nothing else is worth telling.
    public void Discard()
    {
        foreach (ProblemCode code in _pendingCodes)
        {
            _pendingCounts[code.Index] = 0;
        }

        _facts = 0;
        Forget();
    }

    // A copy of a string without its escapes; valid until the next call.
    public ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (_scratch.Length < raw.Length)
        {
            _scratch = new byte[Math.Max(raw.Length, _scratch.Length * 2)];
        }

        return _scratch.AsSpan(0, JsonText.Unescape(raw, _scratch));
    }

    private void Keep(ProblemCode code, int position, string? path, string message) =>
        _pending.Add(new FoundProblem(code, Number, ByteOffset + Math.Max(position, 0), position, path, message));

    private void Count(ProblemCode code)
    {
        if (_pendingCounts[code.Index]++ == 0)
        {
            _pendingCodes.Add(code);
        }

        if (code.Severity == ProblemSeverity.Error)
        {
            PendingErrors++;
        }
    }

    private void Forget()
    {
        _pendingCodes.Clear();
        _pending.Clear();
        PendingErrors = 0;
    }
}
