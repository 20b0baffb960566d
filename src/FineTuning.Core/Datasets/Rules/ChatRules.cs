using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class ChatRules(LineContext line, MessageRules messages, ToolRules tools, CallOrderRules calls)
    : ExampleRules
{
    internal static readonly ProblemCode NoAssistant = ProblemCode.Error(
        "FT1227",
        "no assistant message",
        "A chat example has no assistant message, so there is nothing to learn.",
        """Add the answer as a message with the role "assistant".""",
        """{"messages":[{"role":"user","content":"Hi"}]}"""
    );

    internal static readonly ProblemCode LastNotAssistant = ProblemCode.Warning(
        "FT1228",
        "last message not from the assistant",
        "The messages after the last assistant message teach nothing.",
        "End the example with the assistant message to learn.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Hi"}]}"""
    );

    internal static readonly ProblemCode NothingLearned = ProblemCode.Warning(
        "FT1233",
        "nothing to learn",
        "Every assistant message has the weight 0, so the example teaches nothing.",
        "Give the answer to learn the weight 1, or remove the example.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello","weight":0}]}"""
    );

    public override DatasetFormat Format => DatasetFormat.Chat;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        calls.BeginExample();
        int start = json.Start;
        bool hasMessages = false;
        int listStart = 0;
        ListFacts list = default;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    listStart = json.Start;
                    messages.ReadList(ref json, MessageUse.Example, "$.messages", out list);
                    break;
                case Key.Tools:
                    tools.ReadTools(ref json);
                    break;
                case Key.Functions:
                    tools.ReadFunctions(ref json);
                    break;
                case Key.ParallelToolCalls:
                    tools.ReadParallelToolCalls(ref json);
                    break;
                default:
                    line.Report(
                        ExampleRules.UnknownKey,
                        json.Start,
                        null,
                        $"The key \"{line.Key}\" is not one that a chat example may have: messages, tools, "
                            + $"parallel_tool_calls, functions."
                    );
                    json.Skip();
                    break;
            }
        }

        calls.JudgeFunctions();
        if (!hasMessages)
        {
            facts.IsForeign = true;
            line.Report(MessageRules.MessagesMissing, start, null, $"The example has no \"messages\".");
        }
        else if (list.Count > 0)
        {
            Judge(in list, listStart, ref facts);
        }
    }

    private void Judge(in ListFacts list, int start, ref ExampleFacts facts)
    {
        // A message with a role that could not be read may well be the assistant's.
        if (!list.HasAssistant)
        {
            if (!list.HasBadRole)
            {
                line.Report(
                    NoAssistant,
                    start,
                    ".messages",
                    $"The example has no assistant message, so there is nothing to learn."
                );
            }

            return;
        }

        if (list.Last is not (Role.Assistant or Role.None))
        {
            line.Report(
                LastNotAssistant,
                list.LastStart,
                ".messages",
                $"The last message has the role \"{Roles.Name(list.Last)}\", so nothing is learned from it."
            );
        }

        if (!list.HasLearned)
        {
            line.Report(
                NothingLearned,
                start,
                ".messages",
                $"Every assistant message has the weight 0, so nothing is learned."
            );
        }

        var calls = Hash128.Of(line.Line.Slice(list.CallsStart, list.CallsEnd - list.CallsStart));
        facts.Answer = Hash128.Of(line.Line.Slice(list.AnswerStart, list.AnswerEnd - list.AnswerStart), calls.Low);
        facts.HasAnswer = true;
    }
}
