namespace FineTuning.Core.Datasets.Problems;

// FT13xx: prompt and completion.
internal static class CompletionProblems
{
    public static readonly ProblemCode PromptMissing = ProblemCode.Error(
        "FT1301",
        "no prompt",
        """The example has no "prompt".""",
        "Add the prompt; it may be empty.",
        """{"completion":"b"}"""
    );

    public static readonly ProblemCode PromptNotString = ProblemCode.Error(
        "FT1302",
        "prompt not a string",
        "The prompt is not a string.",
        "Write the prompt as a string.",
        """{"prompt":1,"completion":"b"}"""
    );

    public static readonly ProblemCode CompletionMissing = ProblemCode.Error(
        "FT1303",
        "no completion",
        """The example has no "completion".""",
        "Add the completion to learn.",
        """{"prompt":"a"}"""
    );

    public static readonly ProblemCode CompletionNotString = ProblemCode.Error(
        "FT1304",
        "completion not a string",
        "The completion is not a string.",
        "Write the completion as a string.",
        """{"prompt":"a","completion":null}"""
    );

    public static readonly ProblemCode CompletionEmpty = ProblemCode.Warning(
        "FT1305",
        "empty completion",
        "The completion has no text, so the model learns to say nothing.",
        "Write the completion, or remove the example.",
        """{"prompt":"a","completion":""}"""
    );

    public static readonly ProblemCode CompletionTrailingSpace = ProblemCode.Warning(
        "FT1306",
        "white space after a completion",
        "The completion ends in a space or a tab, which the model learns too. A line feed is left alone: it is a usual stop sequence.",
        "Remove the white space at the end.",
        """{"prompt":"a","completion":"b "}"""
    );

    // Last, because fields are set in the order in which they are written.
    public static readonly IReadOnlyList<ProblemCode> All =
    [
        PromptMissing,
        PromptNotString,
        CompletionMissing,
        CompletionNotString,
        CompletionEmpty,
        CompletionTrailingSpace,
    ];
}
