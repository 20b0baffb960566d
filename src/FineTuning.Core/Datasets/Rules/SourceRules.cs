using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Rows that were made for other trainers. Each kind is told once a file, with the conversion that it needs.
internal static class SourceRules
{
    internal static readonly ProblemCode ShareGpt = ProblemCode
        .Error(
            "FT1113",
            "ShareGPT data",
            """The rows have "conversations" instead of "messages", as ShareGPT and the trainers after it have them. No service takes them.""",
            "Convert the file: its format is ShareGpt.",
            """{"conversations":[{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]}"""
        )
        .ConvertedFrom(SourceFormat.ShareGpt);

    internal static readonly ProblemCode Alpaca = ProblemCode
        .Error(
            "FT1114",
            "Alpaca data",
            """The rows have "instruction" and "output", as Alpaca and the trainers after it have them. No service takes them.""",
            "Convert the file: its format is Alpaca.",
            """{"instruction":"Greet.","input":"Hi","output":"Hello"}"""
        )
        .ConvertedFrom(SourceFormat.Alpaca);

    internal static readonly ProblemCode Trl = ProblemCode
        .Error(
            "FT1115",
            "TRL's preference data",
            """The rows have "chosen" and "rejected", as TRL has them. Services want "preferred_output" and "non_preferred_output".""",
            "Convert the file: its format is Trl.",
            """{"prompt":"Hi","chosen":"Hello","rejected":"What?"}"""
        )
        .ConvertedFrom(SourceFormat.Trl);

    internal static readonly ProblemCode Text = ProblemCode
        .Error(
            "FT1116",
            "rows of plain text",
            """The rows have a "text" only, as for further pre-training. Services learn answers, and take no plain text.""",
            "Convert the file: its format is Text.",
            """{"text":"Hello"}"""
        )
        .ConvertedFrom(SourceFormat.Text);

    internal static readonly ProblemCode Batch = ProblemCode
        .Error(
            "FT1117",
            "lines for the batch API",
            """The rows are requests for the batch API, with the messages in their "body". A training file has the messages themselves.""",
            "Convert the file: its format is Batch.",
            """{"custom_id":"1","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"Hi"}]}}"""
        )
        .ConvertedFrom(SourceFormat.Batch);

    internal static readonly ProblemCode JsonText = ProblemCode
        .Error(
            "FT1118",
            "examples as strings",
            "Each line is a string that holds the JSON of an example: it was made JSON twice.",
            "Convert the file: its format is JsonText.",
            "a line that is \"{\\\"messages\\\": [...]}\" with its quotes"
        )
        .ConvertedFrom(SourceFormat.JsonText);

    internal static readonly ProblemCode MessageList = ProblemCode
        .Error(
            "FT1119",
            "lists of messages",
            """Each line is the list of messages itself, not an object that has it as "messages".""",
            "Convert the file: its format is MessageList.",
            """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]"""
        )
        .ConvertedFrom(SourceFormat.MessageList);

    internal static readonly ProblemCode Completion = ProblemCode
        .Error(
            "FT1121",
            "prompts and completions",
            "The rows are prompts with completions, but the model learns from chat examples.",
            "Convert the file: its format is Completion.",
            """{"prompt":"a","completion":"b"} in a file for a chat model"""
        )
        .ConvertedFrom(SourceFormat.Completion);

    private static readonly ProblemCode[] s_all =
    [
        ShareGpt,
        Alpaca,
        Trl,
        Completion,
        Text,
        Batch,
        JsonText,
        MessageList,
    ];

    public static LineFact FactOf(SourceFormat format) => LineFact.Source + (int)format;

    public static IReadOnlyList<ProblemCode> All => s_all;
}
