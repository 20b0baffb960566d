namespace FineTuning.Core.Datasets.Problems;

// FT11xx: a line and its JSON.
internal static class LineProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode NotJson = s_group.Error(
        "FT1101",
        "not JSON",
        "The line is not valid JSON.",
        "Correct the JSON at the place that is named.",
        "{'messages': []}"
    );

    public static readonly ProblemCode NotObject = s_group.Error(
        "FT1102",
        "not an object",
        "The line is valid JSON but not an object in braces.",
        "Make the line one JSON object.",
        """["a","b"]"""
    );

    public static readonly ProblemCode TrailingData = s_group
        .Error(
            "FT1103",
            "more after the object",
            "Something follows the object on the same line. A line holds one example.",
            "Put each example on a line of its own.",
            """{"prompt":"a","completion":"b"} {"prompt":"c","completion":"d"}"""
        )
        .Mended();

    public static readonly ProblemCode Incomplete = s_group.Error(
        "FT1104",
        "the line ends too early",
        "The line ends before its JSON is complete: it was cut, or a line break stands inside a string where \\n "
            + "belongs.",
        "Complete the line, or join it with the next one.",
        """{"prompt":"a","comp"""
    );

    public static readonly ProblemCode TrailingComma = s_group
        .Error(
            "FT1105",
            "trailing comma",
            "A comma stands before a closing bracket, or after the object, which JSON does not allow.",
            "Remove the comma.",
            """{"prompt":"a","completion":"b",}"""
        )
        .Mended();

    public static readonly ProblemCode UnknownFormat = s_group.Error(
        "FT1106",
        "unknown kind of example",
        "The line has none of the keys that tell what kind of example it is.",
        "Give the line the keys of a chat, completion, preference or reinforcement example.",
        """{"question":"a","answer":"b"}"""
    );

    public static readonly ProblemCode OtherFormat = s_group.Error(
        "FT1107",
        "another kind of example",
        "The line is an example of another kind than the dataset, or than the training method needs.",
        "Keep one kind of example per file, the one the method needs.",
        """{"prompt":"a","completion":"b"} in a file of chat examples"""
    );

    public static readonly ProblemCode DuplicateKey = s_group.Warning(
        "FT1108",
        "duplicate key",
        "An object has the same key twice. Only one of the values is used, as a rule the last.",
        "Remove one of the two.",
        """{"prompt":"a","prompt":"b","completion":"c"}"""
    );

    public static readonly ProblemCode LoneSurrogate = s_group.Warning(
        "FT1109",
        "half a character",
        "A string has half of a surrogate pair, so it is not valid text; the half is replaced or refused.",
        "Write the whole character, or remove the half.",
        """{"prompt":"\ud800","completion":"b"}"""
    );

    public static readonly ProblemCode TooDeep = s_group.Error(
        "FT1110",
        "nested too deeply",
        "The JSON has more levels of brackets than a reader can be expected to take.",
        "Make the example flatter.",
        "a line with more than 128 opening brackets in a row"
    );

    public static readonly ProblemCode UnknownKey = s_group.Error(
        "FT1111",
        "unknown key",
        "The example has a key that its kind does not have. The service refuses extra keys.",
        "Remove the key.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"id":7}"""
    );
}
