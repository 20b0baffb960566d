namespace FineTuning.Core.Datasets.Problems;

// FT15xx: prompts and item fields for a grader.
internal static class ReinforcementProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode LastNotUser = s_group.Error(
        "FT1501",
        "last message not from the user",
        "In reinforcement fine-tuning the model writes the answer itself, so the messages must end with a user "
            + "message.",
        "End the messages with the user message to answer, and put the expected answer in a field of its own.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"answer":"Hello"}"""
    );

    public static readonly ProblemCode NoItemFields = s_group.Warning(
        "FT1502",
        "nothing to grade with",
        "The example has messages only, so a grader has no item field to compare the answer with.",
        """Add the field that the grader refers to, such as "answer".""",
        """{"messages":[{"role":"user","content":"Hi"}]} with the method reinforcement"""
    );
}
