using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Tokenization;

namespace FineTuning.Core.Datasets.Measuring;

// One pass over a stream that adds up what its examples come to.
internal sealed class MeasurePass(Tokenizer tokenizer, int? contextLength) : IBlockPass<MeasureWorker>
{
    public MeasureTotals Totals { get; } = new(contextLength);

    // The kind of file, if it is not text.
    public ProblemCode? Signature { get; private set; }

    public bool IsInOrder => false;

    public long Examples => Totals.Examples;

    public MeasureWorker CreateWorker() =>
        new(new ExampleMeter(tokenizer.CreateCounter()), new MeasureTotals(contextLength));

    public bool Begin(StreamStart start)
    {
        Signature = start.Signature;
        return Signature is null;
    }

    public bool Merge(MeasureWorker worker, LineBlock block)
    {
        Totals.Add(worker.Totals);
        return true;
    }
}
