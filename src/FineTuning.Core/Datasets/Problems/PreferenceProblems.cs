namespace FineTuning.Core.Datasets.Problems;

// FT14xx: preferred and non-preferred output.
internal static class PreferenceProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode InputMissing = s_group.Error(
        "FT1401",
        "no input",
        """The example has no "input".""",
        """Add "input" with the messages that lead to the outputs.""",
        """{"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode InputNotObject = s_group.Error(
        "FT1402",
        "input not an object",
        "\"input\" is not an object with messages.",
        """Write the input as {"messages": [...]}.""",
        """{"input":"Hi","preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode InputUnknownKey = s_group.Error(
        "FT1403",
        "unknown key in the input",
        "\"input\" has a key other than messages, tools and parallel_tool_calls.",
        "Remove the key.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}],"id":7},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputMissing = s_group.Error(
        "FT1404",
        "no output",
        "One of the two outputs is missing.",
        "Add the output as a list with one assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode OutputNotList = s_group.Error(
        "FT1405",
        "output not a list",
        "An output is not a list of messages.",
        "Write the output as a list with one assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":"Hello","non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputEmpty = s_group.Error(
        "FT1406",
        "empty output",
        "An output is an empty list.",
        "Add the assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputRole = s_group.Error(
        "FT1407",
        "output not from the assistant",
        "An output has a message of another role than assistant.",
        "Keep only assistant messages in the outputs, and move the others to the input.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"user","content":"Hi"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputTool = s_group.Warning(
        "FT1408",
        "tool message in an output",
        "An output has a tool message. Azure OpenAI takes it; OpenAI documents assistant messages only.",
        "Keep only assistant messages in the outputs.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputNoAssistant = s_group.Error(
        "FT1409",
        "output without an assistant message",
        "An output has no assistant message.",
        "Add the assistant message to compare.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"tool","tool_call_id":"call_1","content":"1"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public static readonly ProblemCode OutputsSame = s_group.Warning(
        "FT1410",
        "both outputs the same",
        "The two outputs are the same, so there is no preference to learn.",
        "Make the outputs differ, or remove the example.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode InputEndsWithAssistant = s_group.Warning(
        "FT1411",
        "input ends with the assistant",
        "The last message of the input is from the assistant, so the outputs answer no one.",
        "End the input with a user message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]},"preferred_output":[{"role":"assistant","content":"Hello"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );
}
