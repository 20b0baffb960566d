using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Repairing;

// A line as it is to be: in the block where it stays as it was, else among what the worker wrote.
internal readonly record struct RepairedLine(
    int Line,
    bool IsChanged,
    int Start,
    int Length,
    bool IsObject,
    Hash128 Hash
);

// What was mended in a line of the block, and how often.
internal readonly record struct FoundChange(ProblemCode Code, int Line, int Count);

// Mends the lines of a block, each for itself.
internal sealed class RepairWorker(int maxLineBytes) : IBlockWorker
{
    private readonly LenientJson _json = new();
    private int _written;

    public List<RepairedLine> Lines { get; } = [];

    public List<FoundChange> Changes { get; } = [];

    // What was changed; lines that stay as they are are not here.
    public byte[] Written { get; private set; } = new byte[4096];

    public int LineCount { get; private set; }

    public long CarriageReturns { get; private set; }

    public int FirstCarriageReturn { get; private set; }

    // The lines end with one that is too long.
    public bool IsTooLong { get; private set; }

    public void Work(LineBlock block, CancellationToken cancellationToken)
    {
        Lines.Clear();
        Changes.Clear();
        _written = 0;
        LineCount = 0;
        CarriageReturns = 0;
        IsTooLong = block.IsTooLong;
        bool hasSeparators = LineSeparators.Contains(block.Span);
        LineCursor cursor = new(block);
        while (!IsTooLong && cursor.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            LineCount++;
            IsTooLong = cursor.Length > maxLineBytes;
            if (cursor.Ending == LineEnding.CarriageReturnLineFeed && CarriageReturns++ == 0)
            {
                FirstCarriageReturn = LineCount;
            }

            Mend(block, cursor.Start, cursor.Length, hasSeparators);
        }
    }

    private void Mend(LineBlock block, int start, int length, bool hasSeparators)
    {
        // A carriage return that is left over would become a line end with the line feed that is written.
        while (length > 0 && block.Buffer[start + length - 1] == (byte)'\r')
        {
            length--;
        }

        ReadOnlySpan<byte> line = block.Buffer.AsSpan(start, length);
        ReadOnlySpan<byte> text = JsonText.TrimEnd(JsonText.TrimStart(line));
        int marks = 0;
        while (text.StartsWith("\uFEFF"u8))
        {
            text = JsonText.TrimStart(text.Slice(3));
            marks++;
        }

        if (text.IsEmpty)
        {
            Changes.Add(
                new FoundChange(
                    marks > 0 ? ReportBuilder.ByteOrderMark : LineRules.BlankLine,
                    LineCount,
                    Math.Max(marks, 1)
                )
            );
            return;
        }

        if (LenientJson.IsObject(text))
        {
            bool mustEscape = hasSeparators && LineSeparators.Contains(text);
            if (marks == 0 && !mustEscape)
            {
                Lines.Add(new RepairedLine(LineCount, false, start, length, true, Hash128.Of(text)));
                return;
            }

            // Everything but the faults stays, white space included.
            Write(marks == 0 ? line : text, mustEscape);
        }
        else if (_json.TryRead(text))
        {
            Count(JsonErrorExplainer.TrailingComma, _json.TrailingCommas);
            Count(LineRules.TrailingData, _json.HadMore ? _json.Objects.Count : 0);
            for (int i = 0; i < _json.Objects.Count; i++)
            {
                Write(_json[i], hasSeparators);
            }
        }
        else if (marks == 0)
        {
            Lines.Add(new RepairedLine(LineCount, false, start, length, false, default));
        }
        else
        {
            // Left where it is, the mark would become that of the file if the lines before it went.
            Write(text, mustEscape: false, isObject: false);
        }

        Count(ReportBuilder.ByteOrderMark, marks);
    }

    private void Write(ReadOnlySpan<byte> text, bool mustEscape, bool isObject = true)
    {
        int needed = _written + (text.Length * (mustEscape ? 2 : 1));
        if (Written.Length < needed)
        {
            byte[] larger = new byte[Math.Max(needed, Written.Length * 2)];
            Written.AsSpan(0, _written).CopyTo(larger);
            Written = larger;
        }

        Span<byte> target = Written.AsSpan(_written);
        int length = text.Length;
        int separators = 0;
        if (mustEscape)
        {
            length = LineSeparators.Escape(text, target, out separators);
        }
        else
        {
            text.CopyTo(target);
        }

        Count(TextRules.LineSeparator, separators);
        var hash = Hash128.Of(JsonText.TrimEnd(JsonText.TrimStart(target.Slice(0, length))));
        Lines.Add(new RepairedLine(LineCount, true, _written, length, isObject, hash));
        _written += length;
    }

    private void Count(ProblemCode code, int count)
    {
        if (count > 0)
        {
            Changes.Add(new FoundChange(code, LineCount, count));
        }
    }
}
