using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Measuring;

// Measures the lines of one block.
internal sealed class MeasureWorker(ExampleMeter meter, MeasureTotals totals) : IBlockWorker
{
    public MeasureTotals Totals { get; } = totals;

    public void Work(LineBlock block, CancellationToken cancellationToken)
    {
        Totals.Clear();
        if (block.IsTooLong)
        {
            Totals.SkippedLines++;
            return;
        }

        LineCursor cursor = new(block);
        while (cursor.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> line = JsonText.TrimStart(JsonText.TrimEnd(cursor.Line));
            if (line.IsEmpty)
            {
                continue;
            }

            if (meter.TryMeasure(line, out ExampleMeasure example, cancellationToken))
            {
                Totals.Add(in example);
            }
            else
            {
                Totals.SkippedLines++;
            }
        }
    }
}
