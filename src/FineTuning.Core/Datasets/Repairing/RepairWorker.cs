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
    private readonly AbsentKeys _absent = new();
    private byte[] _scratch = [];
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
                new FoundChange(marks > 0 ? TextRules.MarkWithin : LineRules.BlankLine, LineCount, Math.Max(marks, 1))
            );
            return;
        }

        if (LenientJson.IsObject(text))
        {
            bool mustEscape = hasSeparators && LineSeparators.Contains(text);
            int absent = AbsentKeys.MayBeIn(text) ? _absent.Find(text) : 0;
            if (marks == 0 && !mustEscape && absent == 0)
            {
                Lines.Add(new RepairedLine(LineCount, false, start, length, true, Hash128.Of(text)));
                return;
            }

            // Everything but the faults stays, white space included.
            Write(
                absent > 0 ? WithoutAbsent(text, absent)
                    : marks == 0 ? line
                    : text,
                mustEscape
            );
        }
        else if (_json.TryRead(text))
        {
            bool isOne = _json.Objects.Count == 1;
            Count(JsonErrorExplainer.TrailingComma, _json.TrailingCommas + (isOne && _json.HadMore ? 1 : 0));
            Count(LineRules.TrailingData, isOne ? 0 : _json.Objects.Count);
            WriteObjects(hasSeparators);
        }
        else if (IsListOfExamples(text) && _json.TryRead(JsonText.TrimStart(text.Slice(1, text.Length - 2))))
        {
            Count(JsonErrorExplainer.TrailingComma, _json.TrailingCommas);
            Count(LineRules.ArrayDocument, _json.Objects.Count);
            WriteObjects(hasSeparators);
        }
        else if (TryStraighten(text, out int straightened))
        {
            Count(JsonErrorExplainer.CurlyQuotes, 1);
            byte[] straight = _scratch;
            _scratch = [];
            WriteObject(straight.AsSpan(0, straightened), hasSeparators);
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

        Count(TextRules.MarkWithin, marks);
    }

    // Of messages it is an example by itself, for the conversion.
    private static bool IsListOfExamples(ReadOnlySpan<byte> text) =>
        text[0] == (byte)'['
        && text[text.Length - 1] == (byte)']'
        && SourceProbe.Find(text) is null
        && JsonText.TrimStart(text.Slice(1)) is [(byte)'{', ..];

    // Only where there is no straight quote: else the curly ones may be part of the text.
    private bool TryStraighten(ReadOnlySpan<byte> text, out int length)
    {
        length = 0;
        if (text[0] != (byte)'{' || text.IndexOf((byte)'"') >= 0)
        {
            return false;
        }

        if (_scratch.Length < text.Length)
        {
            _scratch = new byte[text.Length];
        }

        for (int i = 0; i < text.Length; i++)
        {
            bool isDouble = JsonErrorExplainer.IsCurly(text.Slice(i)) && text[i + 2] >= 0x9C;
            _scratch[length++] = isDouble ? (byte)'"' : text[i];
            i += isDouble ? 2 : 0;
        }

        return LenientJson.IsObject(_scratch.AsSpan(0, length));
    }

    private void WriteObjects(bool hasSeparators)
    {
        for (int i = 0; i < _json.Objects.Count; i++)
        {
            WriteObject(_json[i], hasSeparators);
        }
    }

    private void WriteObject(ReadOnlySpan<byte> text, bool mustEscape)
    {
        int absent = AbsentKeys.MayBeIn(text) ? _absent.Find(text) : 0;
        Write(absent > 0 ? WithoutAbsent(text, absent) : text, mustEscape);
    }

    // The text that was searched last, without the keys that were found.
    private ReadOnlySpan<byte> WithoutAbsent(ReadOnlySpan<byte> text, int count)
    {
        byte[] shorter = new byte[text.Length];
        Count(AbsentRules.Absent, count);
        return shorter.AsSpan(0, _absent.Write(text, shorter));
    }

    private void Write(ReadOnlySpan<byte> text, bool mustEscape, bool isObject = true)
    {
        int needed = _written + (text.Length * (mustEscape ? 3 : 1));
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
