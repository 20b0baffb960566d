using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Applies, at the end of a message, the rules that need its role.
internal sealed class MessageValidator(LineContext line, HashSet<ulong> calls)
{
    public void Judge(in MessageFacts message, MessageUse use)
    {
        if (message.Role == Role.None)
        {
            // What a message may have depends on its role: without one, nothing else can be said.
            if (!message.HasRole)
            {
                line.Report(ChatProblems.RoleMissing, message.Start, null, $"The message has no role.");
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
                line.Report(
                    ChatProblems.FunctionNameMissing,
                    message.Start,
                    null,
                    $"The function message has no name."
                );
                break;
        }

        if (use == MessageUse.Output && message.Role == Role.Tool)
        {
            line.Report(PreferenceProblems.OutputTool, message.Start, null, $"The output has a tool message.");
        }
        else if (use == MessageUse.Output && message.Role != Role.Assistant)
        {
            line.Report(
                PreferenceProblems.OutputRole,
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
                    ChatProblems.WeightNotAssistant,
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
                ChatProblems.KeyNotForRole,
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
                ChatProblems.ContentMissing,
                message.Start,
                null,
                $"The message with the role \"{Roles.Name(message.Role)}\" has no content."
            );
        }
        else if (message.Content == ContentKind.Null && message.Role != Role.Function)
        {
            line.Report(
                ChatProblems.ContentNull,
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
                ChatProblems.AudioPart,
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
                ChatProblems.PartUnknown,
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
                line.Report(
                    ChatProblems.AssistantEmpty,
                    message.ContentStart,
                    ".content",
                    $"The assistant message has no text."
                );
            }
        }
        else if (message.HasTrailingSpace)
        {
            line.Report(
                ChatProblems.AssistantTrailingSpace,
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
                ChatProblems.ToolCallIdMissing,
                message.Start,
                null,
                $"The tool message has no \"tool_call_id\" that is a string."
            );
        }
        else if (!calls.Contains(message.ToolCallId))
        {
            line.Report(
                ChatProblems.ToolCallUnmatched,
                message.ToolCallIdAt - 1,
                ".tool_call_id",
                $"The tool message answers a call that no assistant message before it made."
            );
        }
    }
}
