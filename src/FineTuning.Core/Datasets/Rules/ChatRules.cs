using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class ChatRules(LineContext line, MessageRules messages, ToolRules tools) : ExampleRules
{
    public override DatasetFormat Format => DatasetFormat.Chat;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
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
                    messages.ReadList(ref json, MessageUse.Example, out list);
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
                        LineProblems.UnknownKey,
                        json.Start,
                        null,
                        $"The key \"{line.Key}\" is not one that a chat example may have: messages, tools, "
                            + $"parallel_tool_calls, functions."
                    );
                    json.Skip();
                    break;
            }
        }

        if (!hasMessages)
        {
            facts.IsForeign = true;
            line.Report(ChatProblems.MessagesMissing, start, null, $"The example has no \"messages\".");
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
                    ChatProblems.NoAssistant,
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
                ChatProblems.LastNotAssistant,
                list.LastStart,
                ".messages",
                $"The last message has the role \"{Roles.Name(list.Last)}\", so nothing is learned from it."
            );
        }

        if (!list.HasLearned)
        {
            line.Report(
                ChatProblems.NothingLearned,
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
