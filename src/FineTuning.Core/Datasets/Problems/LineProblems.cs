namespace FineTuning.Core.Datasets.Problems;

// FT11xx: a line and its JSON.
internal static class LineProblems
{
    public static readonly ProblemCode NotJson = ProblemCode.Error(
        "FT1101",
        "not JSON",
        "The line is not valid JSON.",
        "Correct the JSON at the place that is named.",
        "{'messages': []}"
    );

    public static readonly ProblemCode NotObject = ProblemCode.Error(
        "FT1102",
        "not an object",
        "The line is valid JSON but not an object in braces.",
        "Make the line one JSON object.",
        """["a","b"]"""
    );

    public static readonly ProblemCode TrailingData = ProblemCode
        .Error(
            "FT1103",
            "more after the object",
            "Something follows the object on the same line. A line holds one example.",
            "Put each example on a line of its own.",
            """{"prompt":"a","completion":"b"} {"prompt":"c","completion":"d"}"""
        )
        .Mended();

    public static readonly ProblemCode Incomplete = ProblemCode.Error(
        "FT1104",
        "the line ends too early",
        "The line ends before its JSON is complete: it was cut, or a line break stands inside a string where \\n belongs.",
        "Complete the line, or join it with the next one.",
        """{"prompt":"a","comp"""
    );

    public static readonly ProblemCode TrailingComma = ProblemCode
        .Error(
            "FT1105",
            "trailing comma",
            "A comma stands before a closing bracket, or after the object, which JSON does not allow.",
            "Remove the comma.",
            """{"prompt":"a","completion":"b",}"""
        )
        .Mended();

    public static readonly ProblemCode UnknownFormat = ProblemCode.Error(
        "FT1106",
        "unknown kind of example",
        "The line has none of the keys that tell what kind of example it is.",
        "Give the line the keys of a chat, completion, preference or reinforcement example.",
        """{"question":"a","answer":"b"}"""
    );

    public static readonly ProblemCode OtherFormat = ProblemCode.Error(
        "FT1107",
        "another kind of example",
        "The line is an example of another kind than the dataset, or than the training method needs.",
        "Keep one kind of example per file, the one the method needs.",
        """{"prompt":"a","completion":"b"} in a file of chat examples"""
    );

    public static readonly ProblemCode DuplicateKey = ProblemCode.Warning(
        "FT1108",
        "duplicate key",
        "An object has the same key twice. Only one of the values is used, as a rule the last.",
        "Remove one of the two.",
        """{"prompt":"a","prompt":"b","completion":"c"}"""
    );

    public static readonly ProblemCode LoneSurrogate = ProblemCode.Warning(
        "FT1109",
        "half a character",
        "A string has half of a surrogate pair, so it is not valid text; the half is replaced or refused.",
        "Write the whole character, or remove the half.",
        """{"prompt":"\ud800","completion":"b"}"""
    );

    public static readonly ProblemCode TooDeep = ProblemCode.Error(
        "FT1110",
        "nested too deeply",
        "The JSON has more levels of brackets than a reader can be expected to take.",
        "Make the example flatter.",
        "a line with more than 128 opening brackets in a row"
    );

    public static readonly ProblemCode UnknownKey = ProblemCode.Error(
        "FT1111",
        "unknown key",
        "The example has a key that its kind does not have. The service refuses extra keys.",
        "Remove the key.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"id":7}"""
    );

    // Last, because fields are set in the order in which they are written.
    public static readonly IReadOnlyList<ProblemCode> All =
    [
        NotJson,
        NotObject,
        TrailingData,
        Incomplete,
        TrailingComma,
        UnknownFormat,
        OtherFormat,
        DuplicateKey,
        LoneSurrogate,
        TooDeep,
        UnknownKey,
    ];
}
