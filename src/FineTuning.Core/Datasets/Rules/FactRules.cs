using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// What is told once a file, of facts that many of its lines have.
internal static class FactRules
{
    internal static readonly ProblemCode TooManyImageExamples = ProblemCode.Error(
        "FT1609",
        "too many examples with images",
        "A training file may have at most 50,000 examples with images; those without do not count.",
        "Keep 50,000 of them, or split the file.",
        "a file of 50,001 examples with images"
    );

    private const int MaxImageExamples = 50_000;

    // What is wrong with a file of so many examples.
    public static IEnumerable<(ProblemCode Code, string Message)> Of(FactTally facts, long examples)
    {
        if (AbsentRules.Describe(facts) is string absent)
        {
            yield return (AbsentRules.Absent, absent);
        }

        foreach (ProblemCode code in SourceRules.All)
        {
            LineFact fact = SourceRules.FactOf(code.Source!.Value);
            long count = facts[fact];
            if (count > 0)
            {
                yield return (
                    code,
                    FormattableString.Invariant(
                        $"{count} of {examples} lines: {code.Title}, from line {facts.First(fact)} on."
                    )
                );
            }
        }

        long images = facts[LineFact.Image];
        if (images > MaxImageExamples)
        {
            yield return (
                TooManyImageExamples,
                FormattableString.Invariant($"{images} examples have images; at most {MaxImageExamples} may.")
            );
        }
    }
}
