using System;
using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Whether an example is longer than the model learns from. Tokens are counted only where it can be: a token is at least a byte, and what
// the service puts around a message is less than its braces and quotes take in the line.
internal sealed class ContextRules(LineContext line, string? model)
{
    // Far above every limit the exact number helps nobody, and counting a text of 60 MB takes seconds in which Ctrl+C is not seen.
    private const int MostCounted = 2 * ModelLimits.LongestExampleTokens;

    private readonly int _limit = Limit(model);
    private ExampleMeter? _meter;

    // In tokens, and so also the bytes up to which a line needs no counting.
    public static int Limit(string? model) => (model is null ? null : ModelLimits.ExampleTokens(model)) ?? ModelLimits.LongestExampleTokens;

    public void Check()
    {
        if (line.Line.Length <= _limit)
        {
            return;
        }

        // The vocabulary is loaded for the first long line; most files have none.
        _meter ??= new ExampleMeter(ModelTokenizer.For(model).CreateCounter(), MostCounted);
        if (_meter.TryMeasure(line.Line, out ExampleMeasure example) && example.Tokens > _limit)
        {
            string whom = model is not null && ModelLimits.ExampleTokens(model) is not null ? model : "any known model";
            string more = example.Tokens > MostCounted ? "more than " : string.Empty;
            long tokens = Math.Min(example.Tokens, MostCounted);
            line.ReportLine(SetProblems.OverContext, -1, $"The example has {more}{tokens} tokens; {whom} learns from at most {_limit}.");
        }
    }
}
