using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Who speaks when: what services take, but what teaches an answer to nobody.
internal sealed class OrderRules(LineContext line)
{
    internal static readonly ProblemCode NoUser = ProblemCode.Warning(
        "FT1246",
        "no user message",
        "No message is from the user, so the answer answers no one.",
        "Add the user message that the answer is for.",
        """{"messages":[{"role":"system","content":"Be kind."},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode UserEmpty = ProblemCode.Warning(
        "FT1247",
        "empty user message",
        "A user message has no text that can be seen, so the model learns to answer nothing.",
        "Write the message, or remove the example.",
        """{"messages":[{"role":"user","content":""},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode LateSystem = ProblemCode.Warning(
        "FT1248",
        "instructions in the middle",
        "A system or developer message stands behind the start of the conversation, where requests rarely have one.",
        "Move the message to the start.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"system","content":"Be kind."},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode AssistantFirst = ProblemCode.Warning(
        "FT1249",
        "the assistant begins",
        "An assistant message stands before the first user message, so it answers no one.",
        "Begin with the user message, or give the assistant message the weight 0.",
        """{"messages":[{"role":"assistant","content":"Hello"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}"""
    );

    // At the end of each message, before the list counts it.
    public void Judge(in MessageFacts message, ref ListFacts list)
    {
        switch (message.Role)
        {
            case Role.System or Role.Developer when list.HasUser || list.HasAssistant:
                line.Report(
                    LateSystem,
                    message.Start,
                    null,
                    $"The message with the role \"{Roles.Name(message.Role)}\" stands in the middle of the messages."
                );
                break;
            case Role.User:
                list.HasUser = true;
                if (message.IsBlank && message.Content is (ContentKind.Text or ContentKind.Parts))
                {
                    line.Report(UserEmpty, message.ContentStart, ".content", $"The user message has no text.");
                }

                break;
            case Role.Assistant when !list.HasUser && !list.HasAssistant && !list.HasBadRole && !message.WeightIsZero:
                list.EarlyStart = message.Start + 1;
                list.EarlyIndex = list.Count - 1;
                break;
        }
    }

    // At the end of a list that leads to an answer or has it.
    public void JudgeEnd(in ListFacts list, int start, string name)
    {
        if (list.HasBadRole || list.Count == 0)
        {
            return;
        }

        if (list.HasUser && list.EarlyStart > 0)
        {
            line.ReportAt(
                AssistantFirst,
                list.EarlyStart - 1,
                FormattableString.Invariant($"{name}[{list.EarlyIndex}]"),
                $"The assistant message stands before the first user message."
            );
        }
        else if (!list.HasUser)
        {
            line.ReportAt(NoUser, start, name, $"No message is from the user.");
        }
    }
}
