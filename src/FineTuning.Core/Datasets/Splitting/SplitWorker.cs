using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Splitting;

// An example in a block: its place, the key by which it goes to one side, and its label.
internal readonly record struct KeyedLine(Hash128 Key, Hash128 Label, int Start, int Length);

// Gives the lines of a block their keys and labels.
internal sealed class SplitWorker(DatasetSplitOptions options) : IBlockWorker
{
    // What all examples have that have no label, or that are not asked for it. No text has this hash but by a chance of
    // 1 in 10^38.
    public static readonly Hash128 NoLabel = new(0, 0);

    private readonly LabelReader _reader = new(options.LabelField);

    private readonly SplitKey _key = new(options.Seed);

    public List<KeyedLine> Lines { get; } = [];

    // The lines end with one that is too long.
    public bool IsTooLong { get; private set; }

    // The texts of labels this worker has met, as many as may be kept.
    public Dictionary<Hash128, string> Labels { get; } = [];

    public void Work(LineBlock block, CancellationToken cancellationToken)
    {
        Lines.Clear();
        IsTooLong = block.IsTooLong;
        LineCursor cursor = new(block);
        while (cursor.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            IsTooLong = cursor.Length > options.MaxLineBytes;
            if (IsTooLong)
            {
                return;
            }

            ReadOnlySpan<byte> trimmed = JsonText.TrimEnd(JsonText.TrimStart(cursor.Line));
            if (trimmed.IsEmpty)
            {
                continue;
            }

            // A carriage return that is left over would become a line end with the line feed that is written.
            int length = cursor.Length;
            while (block.Buffer[cursor.Start + length - 1] == (byte)'\r')
            {
                length--;
            }

            Lines.Add(
                new KeyedLine(_key.Of(trimmed), options.Stratify ? Label(trimmed) : NoLabel, cursor.Start, length)
            );
        }
    }

    private Hash128 Label(ReadOnlySpan<byte> line)
    {
        if (!_reader.TryRead(line, out ReadOnlySpan<byte> text))
        {
            return NoLabel;
        }

        var label = Hash128.Of(text);
        if (Labels.Count <= options.MaxLabels && !Labels.ContainsKey(label))
        {
            Labels.Add(label, JsonText.Decode(text));
        }

        return label;
    }
}
