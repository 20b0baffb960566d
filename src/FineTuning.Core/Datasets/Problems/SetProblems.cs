namespace FineTuning.Core.Datasets.Problems;

// FT16xx: the set as a whole.
internal static class SetProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode TooFew = s_group.Error(
        "FT1601",
        "too few examples",
        "The service refuses a training file with fewer than ten examples.",
        "Add examples; 50 to 100 good ones are a sensible start.",
        "a file of nine lines"
    );

    public static readonly ProblemCode Duplicate = s_group
        .Warning(
            "FT1602",
            "duplicate example",
            "The line is the same as an earlier one, so the model sees the example twice per epoch.",
            "Remove one of the two unless the weight is intended.",
            "two equal lines"
        )
        .Mended();

    public static readonly ProblemCode OneAnswer = s_group.Warning(
        "FT1603",
        "one answer only",
        "Every example has the same answer, so the model learns to say that and nothing else.",
        "Add examples with other answers.",
        "a file in which every answer is \"yes\""
    );

    public static readonly ProblemCode Overlap = s_group.Warning(
        "FT1604",
        "in training and validation",
        "The line is also in the training file, so the validation loss looks better than it is.",
        "Keep the example in one of the two files.",
        "the same line in both files"
    );

    public static readonly ProblemCode FormatsDiffer = s_group.Error(
        "FT1605",
        "training and validation differ",
        "The training and the validation file hold different kinds of examples.",
        "Use the same kind of example in both files.",
        "a chat training file with a preference validation file"
    );

    public static readonly ProblemCode SecretKey = s_group.Warning(
        "FT1606",
        "looks like an API key",
        "A string has something that looks like an API key. What a model learns it can repeat.",
        "Remove the key, and revoke it if it is real.",
        """{"messages":[{"role":"user","content":"use sk-..."},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode EmailAddress = s_group.Warning(
        "FT1607",
        "looks like an e-mail address",
        "A string has something that looks like an e-mail address. What a model learns it can repeat.",
        "Replace the address with a made-up one.",
        """{"messages":[{"role":"user","content":"write to ann@example.com"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode OverContext = s_group.Warning(
        "FT1608",
        "longer than the model learns from",
        "The example has more tokens than the model takes in training; the service cuts off the rest, which is often "
            + "the answer.",
        "Shorten the example, or split it into several.",
        "an example of 70,000 tokens for gpt-4o-mini"
    );
}
