namespace FineTuning.Core.Datasets.Problems;

// FT13xx: prompt and completion.
internal static class CompletionProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode PromptMissing = s_group.Error(
        "FT1301",
        "no prompt",
        """The example has no "prompt".""",
        "Add the prompt; it may be empty.",
        """{"completion":"b"}"""
    );

    public static readonly ProblemCode PromptNotString = s_group.Error(
        "FT1302",
        "prompt not a string",
        "The prompt is not a string.",
        "Write the prompt as a string.",
        """{"prompt":1,"completion":"b"}"""
    );

    public static readonly ProblemCode CompletionMissing = s_group.Error(
        "FT1303",
        "no completion",
        """The example has no "completion".""",
        "Add the completion to learn.",
        """{"prompt":"a"}"""
    );

    public static readonly ProblemCode CompletionNotString = s_group.Error(
        "FT1304",
        "completion not a string",
        "The completion is not a string.",
        "Write the completion as a string.",
        """{"prompt":"a","completion":null}"""
    );

    public static readonly ProblemCode CompletionEmpty = s_group.Warning(
        "FT1305",
        "empty completion",
        "The completion has no text, so the model learns to say nothing.",
        "Write the completion, or remove the example.",
        """{"prompt":"a","completion":""}"""
    );

    public static readonly ProblemCode CompletionTrailingSpace = s_group.Warning(
        "FT1306",
        "white space after a completion",
        "The completion ends in a space or a tab, which the model learns too. A line feed is left alone: it is a "
            + "usual stop sequence.",
        "Remove the white space at the end.",
        """{"prompt":"a","completion":"b "}"""
    );
}
