using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets.Splitting;

// One pass over the file: every example, with its key and label, goes to what this pass is for.
internal sealed class SplitPass(DatasetSplitOptions options, Action<SplitWorker, LineBlock> take)
    : IBlockPass<SplitWorker>
{
    public bool IsInOrder => false;

    public long Examples { get; private set; }

    public SplitWorker CreateWorker() => new(options);

    public bool Begin(StreamStart start) =>
        start.Signature is not ProblemCode code
            ? true
            : throw new DatasetSplitException(
                "NotLines",
                $"The file is {code.Title}, not lines of JSON in UTF-8 ({code.Code}).",
                code.Fix
            );

    public bool Merge(SplitWorker worker, LineBlock block)
    {
        if (worker.IsTooLong)
        {
            throw new DatasetSplitException(
                "LineTooLong",
                FormattableString.Invariant(
                    $"Example {Examples + worker.Lines.Count + 1} has more than {options.MaxLineBytes} bytes."
                ),
                "Shorten the example, or check that lines end in LF."
            );
        }

        // The whole file is of another shape, not just a line, so parts of it would be useless.
        if (Examples == 0 && worker.Lines.Count > 0 && !IsObject(block, worker.Lines[0]))
        {
            throw new DatasetSplitException(
                "NotLines",
                "The file is not lines with one JSON object each: the first example does not begin with { and end "
                    + "with } on the same line.",
                "Mend the file first."
            );
        }

        take(worker, block);
        Examples += worker.Lines.Count;
        return true;
    }

    private static bool IsObject(LineBlock block, in KeyedLine line)
    {
        ReadOnlySpan<byte> text = Scanning.JsonText.TrimEnd(
            Scanning.JsonText.TrimStart(block.Buffer.AsSpan(line.Start, line.Length))
        );
        return text[0] == (byte)'{' && text[text.Length - 1] == (byte)'}';
    }
}
