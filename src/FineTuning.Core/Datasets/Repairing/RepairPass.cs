using FineTuning.Core.Datasets.Reading;

namespace FineTuning.Core.Datasets.Repairing;

// Told of every line as it is to be, with where it stands, the number of its line in the source, and its own number
// from 0.
internal delegate void TakeLine(in RepairedLine line, byte[] buffer, long sourceLine, long number);

// One pass over the lines. What was mended goes to the log, if there is one: the second pass finds the same again.
internal sealed class RepairPass(int maxLineBytes, RepairLog? log, TakeLine take) : IBlockPass<RepairWorker>
{
    private long _lines;

    public bool IsInOrder => false;

    public long Examples { get; private set; }

    public long CarriageReturns { get; private set; }

    public long FirstCarriageReturn { get; private set; }

    public RepairWorker CreateWorker() => new(maxLineBytes);

    public bool Begin(StreamStart start) => true;

    public bool Merge(RepairWorker worker, LineBlock block)
    {
        if (worker.IsTooLong)
        {
            throw new DatasetRepairException(
                "LineTooLong",
                FormattableString.Invariant(
                    $"Line {_lines + Math.Max(worker.LineCount, 1)} has more than {maxLineBytes} bytes."
                ),
                "Shorten the example, or check that lines end in LF."
            );
        }

        foreach (RepairedLine line in worker.Lines)
        {
            take(in line, line.IsChanged ? worker.Written : block.Buffer, _lines + line.Line, Examples++);
        }

        foreach (FoundChange change in worker.Changes)
        {
            log?.Add(change.Code, _lines + change.Line, () => Describe(change));
        }

        FirstCarriageReturn = CarriageReturns == 0 ? _lines + worker.FirstCarriageReturn : FirstCarriageReturn;
        CarriageReturns += worker.CarriageReturns;
        _lines += worker.LineCount;
        return true;
    }

    private static string Describe(FoundChange change)
    {
        bool isOne = change.Count == 1;
        return change.Code.Code switch
        {
            "FT1015" => "A byte order mark in the middle of the file was removed.",
            "FT1008" => "The blank line was removed.",
            "FT1010" => FormattableString.Invariant(
                $"{change.Count} line separator{(isOne ? " was written as an escape" : "s were written as escapes")}."
            ),
            "FT1105" => FormattableString.Invariant(
                $"{change.Count} trailing comma{(isOne ? " was" : "s were")} removed."
            ),
            "FT1012" => FormattableString.Invariant(
                $"{change.Count} examples of a list were put on lines of their own."
            ),
            "FT1112" => FormattableString.Invariant(
                $"{change.Count} key{(isOne ? " with nothing in it was" : "s with nothing in them were")} removed."
            ),
            "FT1120" => "The curly quotes became straight ones.",
            _ => isOne
                ? "The comma after the example was removed."
                : FormattableString.Invariant($"{change.Count} examples of one line were put on lines of their own."),
        };
    }
}
