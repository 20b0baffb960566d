using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// The rules of one kind of example.
internal abstract class ExampleRules
{
    internal static readonly ProblemCode UnknownKey = ProblemCode.Error(
        "FT1111",
        "unknown key",
        "The example has a key that its kind does not have. The service refuses extra keys.",
        "Remove the key.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"id":7}"""
    );

    public abstract DatasetFormat Format { get; }

    // Reads one example: the scanner stands on the brace that opens it and is left on the one that closes it.
    public abstract void Read(ref JsonScanner json, out ExampleFacts facts);
}

internal struct ExampleFacts
{
    // The line has none of the keys that make an example of this kind: it may be one of another kind.
    public bool IsForeign;

    // What the model would learn to say, for telling whether it is always the same.
    public bool HasAnswer;
    public Hash128 Answer;
}
