namespace FineTuning.Core.Datasets.Problems;

// FT12xx: messages, tools and what else chat examples are made of.
internal static class ChatProblems
{
    private static readonly ProblemGroup s_group = new();

    public static IReadOnlyList<ProblemCode> All => s_group.All;

    public static readonly ProblemCode MessagesMissing = s_group.Error(
        "FT1201",
        "no messages",
        """The example has no "messages".""",
        "Add the list of messages.",
        """{"tools":[]}"""
    );

    public static readonly ProblemCode MessagesNotList = s_group.Error(
        "FT1202",
        "messages not a list",
        "\"messages\" is not a list.",
        """Make "messages" a list of messages.""",
        """{"messages":"Hi"}"""
    );

    public static readonly ProblemCode MessagesEmpty = s_group.Error(
        "FT1203",
        "no message",
        "\"messages\" is an empty list.",
        "Add the messages, or remove the line.",
        """{"messages":[]}"""
    );

    public static readonly ProblemCode MessageNotObject = s_group.Error(
        "FT1204",
        "message not an object",
        "A message is not an object with a role and a content.",
        """Write the message as {"role": "...", "content": "..."}.""",
        """{"messages":["Hi",{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode RoleMissing = s_group.Error(
        "FT1205",
        "no role",
        "A message has no role.",
        "Add the role of the message.",
        """{"messages":[{"content":"Hi"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode RoleNotString = s_group.Error(
        "FT1206",
        "role not a string",
        "The role of a message is not a string.",
        "Write the role as a string.",
        """{"messages":[{"role":1,"content":"Hi"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode RoleUnknown = s_group.Error(
        "FT1207",
        "unknown role",
        "The role of a message is not one that the service knows. Roles are written in lower case.",
        "Write system, developer, user, assistant or tool.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"asistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ContentMissing = s_group.Error(
        "FT1208",
        "no content",
        "A message has no content. Only an assistant message that calls a tool or a function may go without.",
        "Add the content of the message.",
        """{"messages":[{"role":"user"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ContentNull = s_group.Error(
        "FT1209",
        "content is null",
        "The content of a message is null. Only an assistant message that calls a tool or a function may have none.",
        "Write the text of the message, or remove the message.",
        """{"messages":[{"role":"user","content":null},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ContentWrongKind = s_group.Error(
        "FT1210",
        "content not text",
        "The content of a message is neither a string nor a list of parts.",
        "Write the content as a string.",
        """{"messages":[{"role":"user","content":5},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ContentEmptyList = s_group.Error(
        "FT1211",
        "no content parts",
        "The content of a message is a list without parts.",
        "Add a part, or write the content as a string.",
        """{"messages":[{"role":"user","content":[]},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode PartNotObject = s_group.Error(
        "FT1212",
        "content part without a type",
        "A part of the content is not an object with a type.",
        """Write the part as {"type": "text", "text": "..."}.""",
        """{"messages":[{"role":"user","content":["Hi"]},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode PartUnknown = s_group.Error(
        "FT1213",
        "content part not allowed",
        "The type of a content part is not known, or messages of this role may not have it.",
        "Use a type that messages of this role may have.",
        """{"messages":[{"role":"user","content":[{"type":"video"}]},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode PartShape = s_group.Error(
        "FT1214",
        "content part incomplete",
        "A part of the content lacks what its type needs, or has it in the wrong shape.",
        "Give the part what its type needs.",
        """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://example.com/a.png"}]},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode MessageUnknownKey = s_group.Error(
        "FT1215",
        "unknown key in a message",
        "A message has a key that messages do not have. The service refuses extra keys.",
        "Remove the key.",
        """{"messages":[{"role":"user","content":"Hi","time":"10:00"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode KeyNotForRole = s_group.Error(
        "FT1216",
        "key not for this role",
        "A message has a key that only messages of another role may have.",
        "Remove the key, or correct the role.",
        """{"messages":[{"role":"user","content":"Hi","tool_call_id":"call_1"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode WeightValue = s_group.Error(
        "FT1217",
        "weight not 0 or 1",
        "A weight is something other than 0 (do not learn this message) or 1 (learn it).",
        "Set the weight to 0 or 1, or remove it.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello","weight":0.5}]}"""
    );

    public static readonly ProblemCode WeightNotAssistant = s_group.Error(
        "FT1218",
        "weight on another role",
        "Only assistant messages are learned, so only they may have a weight.",
        "Remove the weight.",
        """{"messages":[{"role":"user","content":"Hi","weight":1},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode NameNotString = s_group.Error(
        "FT1219",
        "name not a string",
        "The name in a message is not a string.",
        "Write the name as a string, or remove it.",
        """{"messages":[{"role":"user","content":"Hi","name":7},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ToolCallIdMissing = s_group.Error(
        "FT1220",
        "no tool_call_id",
        "A tool message does not say which call it answers.",
        """Add the "tool_call_id" of the call that the message answers.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ToolCallsNotList = s_group.Error(
        "FT1221",
        "tool_calls not a list",
        "\"tool_calls\" is not a list with at least one call.",
        """Make "tool_calls" a list of calls, or remove it.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":{}}]}"""
    );

    public static readonly ProblemCode ToolCallShape = s_group.Error(
        "FT1222",
        "tool call incomplete",
        """A tool call needs a string "id", the "type" "function", and a "function" with a "name" and with "arguments" as a string that holds JSON.""",
        "Give the call what is missing.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]}"""
    );

    public static readonly ProblemCode FunctionCallShape = s_group.Error(
        "FT1223",
        "function_call incomplete",
        """A "function_call" needs a "name" and "arguments" as a string that holds JSON.""",
        """Give the call what is missing, or use "tool_calls".""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"function_call":{"name":"f"}}]}"""
    );

    public static readonly ProblemCode ToolShape = s_group.Error(
        "FT1224",
        "tool incomplete",
        "\"tools\" is not a list of tools of the form {\"type\": \"function\", \"function\": {\"name\": \"...\", "
            + "\"parameters\": {...}}}.",
        "Correct the tool.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"tools":[{"name":"f"}]}"""
    );

    public static readonly ProblemCode FunctionShape = s_group.Error(
        "FT1225",
        "function incomplete",
        "\"functions\" is not a list of functions of the form {\"name\": \"...\", \"parameters\": {...}}.",
        """Correct the function, or use "tools".""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"functions":[{}]}"""
    );

    public static readonly ProblemCode ParallelNotBoolean = s_group.Error(
        "FT1226",
        "parallel_tool_calls not true or false",
        "\"parallel_tool_calls\" is neither true nor false.",
        "Write true or false without quotes.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"parallel_tool_calls":"yes"}"""
    );

    public static readonly ProblemCode NoAssistant = s_group.Error(
        "FT1227",
        "no assistant message",
        "A chat example has no assistant message, so there is nothing to learn.",
        """Add the answer as a message with the role "assistant".""",
        """{"messages":[{"role":"user","content":"Hi"}]}"""
    );

    public static readonly ProblemCode LastNotAssistant = s_group.Warning(
        "FT1228",
        "last message not from the assistant",
        "The messages after the last assistant message teach nothing.",
        "End the example with the assistant message to learn.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Hi"}]}"""
    );

    public static readonly ProblemCode AssistantEmpty = s_group.Warning(
        "FT1229",
        "empty answer",
        "An assistant message has no text, so the model learns to say nothing.",
        "Write the answer, or remove the example.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":""}]}"""
    );

    public static readonly ProblemCode AssistantTrailingSpace = s_group.Warning(
        "FT1230",
        "white space after an answer",
        "An assistant message ends in white space, which the model learns too.",
        "Remove the white space at the end.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello "}]}"""
    );

    public static readonly ProblemCode ToolCallUnmatched = s_group.Warning(
        "FT1231",
        "answer to no call",
        """The "tool_call_id" of a tool message is not the id of a call before it.""",
        "Use the id of the call that the message answers.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_2","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode ArgumentsNotJson = s_group.Warning(
        "FT1232",
        "arguments not JSON",
        """The "arguments" of a call are a string that is not JSON, so the model learns to make calls that cannot be read.""",
        "Write the arguments as JSON in a string.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"x=1"}}]}]}"""
    );

    public static readonly ProblemCode NothingLearned = s_group.Warning(
        "FT1233",
        "nothing to learn",
        "Every assistant message has the weight 0, so the example teaches nothing.",
        "Give the answer to learn the weight 1, or remove the example.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello","weight":0}]}"""
    );

    public static readonly ProblemCode AudioPart = s_group.Warning(
        "FT1234",
        "audio",
        "Fine-tuning takes text and images; OpenAI documents audio as not supported.",
        "Remove the audio part unless your service takes it.",
        """{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode FunctionNameMissing = s_group.Error(
        "FT1235",
        "function message without a name",
        """A message with the role "function" does not say which function answered.""",
        """Add the "name" of the function.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"function","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    public static readonly ProblemCode TooManyImages = s_group.Warning(
        "FT1236",
        "more than ten images",
        "OpenAI takes at most ten images in an example and skips examples with more.",
        "Use at most ten images.",
        "an example with eleven image_url parts"
    );
}
