namespace FineTuning.Core.Datasets.Rules;

internal enum Role
{
    // The message has none, or none that can be used; it has been reported.
    None,
    System,
    Developer,
    User,
    Assistant,
    Tool,
    Function,
}

internal static class Roles
{
    public const string All = "system, developer, user, assistant, tool, function";

    // Case counts: the service refuses "User".
    public static Role Parse(ReadOnlySpan<byte> name) =>
        name.Length switch
        {
            4 => name.SequenceEqual("user"u8) ? Role.User
            : name.SequenceEqual("tool"u8) ? Role.Tool
            : Role.None,
            6 => name.SequenceEqual("system"u8) ? Role.System : Role.None,
            8 => name.SequenceEqual("function"u8) ? Role.Function : Role.None,
            9 => name.SequenceEqual("assistant"u8) ? Role.Assistant
            : name.SequenceEqual("developer"u8) ? Role.Developer
            : Role.None,
            _ => Role.None,
        };

    // Not ToString().ToLower(): names in messages are the service's, under every culture.
    public static string Name(Role role) =>
        role switch
        {
            Role.System => "system",
            Role.Developer => "developer",
            Role.User => "user",
            Role.Assistant => "assistant",
            Role.Tool => "tool",
            Role.Function => "function",
            _ => "unknown",
        };
}
