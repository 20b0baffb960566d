using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

internal enum Speaker
{
    Unknown,
    System,
    Developer,
    User,
    Assistant,

    // The assistant, as a call of a function.
    Call,

    // What a function has answered.
    Tool,
}

// The names under which formats write who speaks.
internal static class SpeakerNames
{
    private static readonly Dictionary<string, Speaker> s_others = new(StringComparer.OrdinalIgnoreCase)
    {
        ["user"] = Speaker.User,
        ["human"] = Speaker.User,
        ["prompter"] = Speaker.User,
        ["customer"] = Speaker.User,
        ["assistant"] = Speaker.Assistant,
        ["gpt"] = Speaker.Assistant,
        ["chatgpt"] = Speaker.Assistant,
        ["bot"] = Speaker.Assistant,
        ["ai"] = Speaker.Assistant,
        ["model"] = Speaker.Assistant,
        ["agent"] = Speaker.Assistant,
        ["system"] = Speaker.System,
        ["developer"] = Speaker.Developer,
        ["tool"] = Speaker.Tool,
        ["function"] = Speaker.Tool,
        ["observation"] = Speaker.Tool,
        ["function_response"] = Speaker.Tool,
        ["tool_response"] = Speaker.Tool,
        ["ipython"] = Speaker.Tool,
        ["function_call"] = Speaker.Call,
        ["tool_call"] = Speaker.Call,
    };

    [MethodImpl(Jit.Optimized)]
    public static Speaker Find(RowValue name)
    {
        ReadOnlySpan<byte> raw = name.Raw;
        return raw.SequenceEqual("human"u8) || raw.SequenceEqual("user"u8) ? Speaker.User
            : raw.SequenceEqual("gpt"u8) || raw.SequenceEqual("assistant"u8) ? Speaker.Assistant
            : Find(name.Text());
    }

    public static Speaker Find(string name) =>
        s_others.TryGetValue(name.Trim(), out Speaker speaker) ? speaker : Speaker.Unknown;
}
