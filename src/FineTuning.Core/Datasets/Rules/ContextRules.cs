using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Whether an example is longer than the model learns from. Tokens are counted only where it can be: a token is at least
// a byte, and what the service puts around a message is less than its braces and quotes take in the line.
internal sealed class ContextRules(LineContext line, string? model)
{
    internal static readonly ProblemCode OverContext = ProblemCode.Warning(
        "FT1608",
        "longer than the model learns from",
        "The example has more tokens than the model takes in training; the service cuts off the rest, which is often "
            + "the answer.",
        "Shorten the example, or split it into several.",
        "an example of 70,000 tokens for gpt-4o-mini"
    );

    private readonly int _limit = Limit(model);
    private ExampleMeter? _meter;

    // Counting a text of many megabytes takes seconds, in which a stop must be seen.
    public CancellationToken CancellationToken { get; set; }

    // In tokens, and so also the bytes up to which a line needs no counting.
    public static int Limit(string? model) =>
        (model is null ? null : ModelLimits.ExampleTokens(model)) ?? ModelLimits.MaxExampleTokens;

    public void Check()
    {
        if (line.Line.Length <= _limit)
        {
            return;
        }

        // The vocabulary is loaded for the first long line; most files have none.
        _meter ??= new ExampleMeter(ModelTokenizer.For(model).CreateCounter());
        if (_meter.TryMeasure(line.Line, out ExampleMeasure example, CancellationToken) && example.Tokens > _limit)
        {
            string whom = model is not null && ModelLimits.ExampleTokens(model) is not null ? model : "any known model";
            line.ReportLine(
                OverContext,
                -1,
                $"The example has {example.Tokens} tokens; {whom} learns from at most {_limit}."
            );
        }
    }
}
