using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Applies, at the end of a message, the rules that need its role.
internal sealed class MessageValidator(LineContext line)
{
    internal static readonly ProblemCode RoleMissing = ProblemCode.Error(
        "FT1205",
        "no role",
        "A message has no role.",
        "Add the role of the message.",
        """{"messages":[{"content":"Hi"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode ContentMissing = ProblemCode.Error(
        "FT1208",
        "no content",
        "A message has no content. Only an assistant message that calls a tool or a function may go without.",
        "Add the content of the message.",
        """{"messages":[{"role":"user"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode ContentNull = ProblemCode.Error(
        "FT1209",
        "content is null",
        "The content of a message is null. Only an assistant message that calls a tool or a function may have none.",
        "Write the text of the message, or remove the message.",
        """{"messages":[{"role":"user","content":null},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode KeyNotForRole = ProblemCode.Error(
        "FT1216",
        "key not for this role",
        "A message has a key that only messages of another role may have.",
        "Remove the key, or correct the role.",
        """{"messages":[{"role":"user","content":"Hi","tool_call_id":"call_1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode WeightNotAssistant = ProblemCode.Error(
        "FT1218",
        "weight on another role",
        "Only assistant messages are learned, so only they may have a weight.",
        "Remove the weight.",
        """{"messages":[{"role":"user","content":"Hi","weight":1},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode ToolCallIdMissing = ProblemCode.Error(
        "FT1220",
        "no tool_call_id",
        "A tool message does not say which call it answers.",
        """Add the "tool_call_id" of the call that the message answers.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode AssistantEmpty = ProblemCode.Warning(
        "FT1229",
        "empty answer",
        "An assistant message has no text, so the model learns to say nothing.",
        "Write the answer, or remove the example.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":""}]}"""
    );

    internal static readonly ProblemCode AssistantTrailingSpace = ProblemCode.Warning(
        "FT1230",
        "white space after an answer",
        "An assistant message ends in white space, which the model learns too.",
        "Remove the white space at the end.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello "}]}"""
    );

    internal static readonly ProblemCode AudioPart = ProblemCode.Warning(
        "FT1234",
        "audio",
        "Fine-tuning takes text and images; OpenAI documents audio as not supported.",
        "Remove the audio part unless your service takes it.",
        """{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode FunctionNameMissing = ProblemCode.Error(
        "FT1235",
        "function message without a name",
        """A message with the role "function" does not say which function answered.""",
        """Add the "name" of the function.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"function","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode OutputRole = ProblemCode.Error(
        "FT1407",
        "output not from the assistant",
        "An output has a message of another role than assistant.",
        "Keep only assistant messages in the outputs, and move the others to the input.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"user","content":"Hi"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode OutputTool = ProblemCode.Warning(
        "FT1408",
        "tool message in an output",
        "An output has a tool message. Azure OpenAI takes it; OpenAI documents assistant messages only.",
        "Keep only assistant messages in the outputs.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"}],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    public void Judge(in MessageFacts message, MessageUse use)
    {
        if (message.Role == Role.None)
        {
            // What a message may have depends on its role: without one, nothing else can be said.
            if (!message.HasRole)
            {
                line.Report(RoleMissing, message.Start, null, $"The message has no role.");
            }

            return;
        }

        JudgeKeys(in message);
        JudgeContent(in message);
        JudgeParts(in message);
        switch (message.Role)
        {
            case Role.Assistant when use != MessageUse.Prompt:
                JudgeAnswer(in message);
                break;
            case Role.Tool:
                JudgeToolMessage(in message);
                break;
            case Role.Function when message.NameAt == 0:
                line.Report(FunctionNameMissing, message.Start, null, $"The function message has no name.");
                break;
        }

        if (use == MessageUse.Output && message.Role == Role.Tool)
        {
            line.Report(OutputTool, message.Start, null, $"The output has a tool message.");
        }
        else if (use == MessageUse.Output && message.Role != Role.Assistant)
        {
            line.Report(
                OutputRole,
                message.Start,
                ".role",
                $"The output has a message with the role \"{Roles.Name(message.Role)}\"; only assistant messages "
                    + $"belong there."
            );
        }
    }

    private void JudgeKeys(in MessageFacts message)
    {
        bool isAssistant = message.Role == Role.Assistant;
        if (!isAssistant)
        {
            Refuse(message.ToolCallsAt, "tool_calls", "assistant", message.Role);
            Refuse(message.FunctionCallAt, "function_call", "assistant", message.Role);
            Refuse(message.RefusalAt, "refusal", "assistant", message.Role);
            Refuse(message.AudioAt, "audio", "assistant", message.Role);
            if (message.WeightAt > 0)
            {
                line.Report(
                    WeightNotAssistant,
                    message.WeightAt - 1,
                    ".weight",
                    $"The message with the role \"{Roles.Name(message.Role)}\" has a weight; only assistant messages "
                        + $"may have one."
                );
            }
        }

        if (message.Role != Role.Tool)
        {
            Refuse(message.ToolCallIdAt, "tool_call_id", "tool", message.Role);
        }
    }

    private void Refuse(int place, string key, string owner, Role role)
    {
        if (place > 0)
        {
            line.Report(
                KeyNotForRole,
                place - 1,
                "." + key,
                $"The message with the role \"{Roles.Name(role)}\" has \"{key}\"; only {owner} messages may have it."
            );
        }
    }

    private void JudgeContent(in MessageFacts message)
    {
        bool mayLack =
            message.Role == Role.Assistant
            && (message.ToolCallsAt > 0 || message.FunctionCallAt > 0 || message.RefusalAt > 0);
        if (mayLack)
        {
            return;
        }

        if (message.Content == ContentKind.Missing)
        {
            line.Report(
                ContentMissing,
                message.Start,
                null,
                $"The message with the role \"{Roles.Name(message.Role)}\" has no content."
            );
        }
        else if (message.Content == ContentKind.Null && message.Role != Role.Function)
        {
            line.Report(
                ContentNull,
                message.ContentStart,
                ".content",
                $"The content of the message with the role \"{Roles.Name(message.Role)}\" is null."
            );
        }
    }

    private void JudgeParts(in MessageFacts message)
    {
        if (message.Role != Role.User)
        {
            RefusePart(message.Images, "image_url", message.Role);
            RefusePart(message.Audio, "input_audio", message.Role);
        }
        else if (message.Audio.Count > 0)
        {
            line.Report(
                AudioPart,
                message.Audio.Position,
                null,
                $"The message has audio, which fine-tuning is not documented to take."
            );
        }

        if (message.Role != Role.Assistant)
        {
            RefusePart(message.Refusals, "refusal", message.Role);
        }
    }

    private void RefusePart(PartPlace part, string type, Role role)
    {
        if (part.Count > 0)
        {
            line.Report(
                ContentRules.PartUnknown,
                part.Position,
                ContentRules.PartPath(part.Index),
                $"The message with the role \"{Roles.Name(role)}\" has a part of the type \"{type}\", which it may "
                    + $"not have."
            );
        }
    }

    private void JudgeAnswer(in MessageFacts message)
    {
        if (message.Content is not (ContentKind.Text or ContentKind.Parts))
        {
            return;
        }

        if (message.IsBlank)
        {
            // With a call or a refusal, an empty text is how some programs write "none".
            if (
                message.ToolCallsAt == 0
                && message.FunctionCallAt == 0
                && message.RefusalAt == 0
                && message.Refusals.Count == 0
            )
            {
                line.Report(AssistantEmpty, message.ContentStart, ".content", $"The assistant message has no text.");
            }
        }
        else if (message.HasTrailingSpace)
        {
            line.Report(
                AssistantTrailingSpace,
                message.ContentStart,
                ".content",
                $"The assistant message ends in white space."
            );
        }
    }

    private void JudgeToolMessage(in MessageFacts message)
    {
        if (!message.HasToolCallId)
        {
            line.Report(
                ToolCallIdMissing,
                message.Start,
                null,
                $"The tool message has no \"tool_call_id\" that is a string."
            );
        }
    }
}
