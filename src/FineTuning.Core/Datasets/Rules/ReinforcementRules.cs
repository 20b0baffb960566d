using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class ReinforcementRules(LineContext line, MessageRules messages, ToolRules tools) : ExampleRules
{
    public override DatasetFormat Format => DatasetFormat.Reinforcement;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        int start = json.Start;
        bool hasMessages = false,
            hasItem = false;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    messages.ReadList(ref json, MessageUse.Prompt, out ListFacts list);
                    if (list.Count > 0 && list.Last is not (Role.User or Role.None))
                    {
                        line.Report(
                            ReinforcementProblems.LastNotUser,
                            list.LastStart,
                            null,
                            $"The last message has the role \"{Roles.Name(list.Last)}\", not user."
                        );
                    }

                    break;
                case Key.Tools:
                    tools.ReadTools(ref json);
                    break;
                case Key.ParallelToolCalls:
                    tools.ReadParallelToolCalls(ref json);
                    break;
                default:
                    // Every other key is the item's, for the grader.
                    hasItem = true;
                    json.Skip();
                    break;
            }
        }

        if (!hasMessages)
        {
            facts.IsForeign = true;
            line.Report(ChatProblems.MessagesMissing, start, null, $"The example has no \"messages\".");
        }
        else if (!hasItem)
        {
            line.Report(
                ReinforcementProblems.NoItemFields,
                start,
                null,
                $"The example has no field for a grader to compare the answer with."
            );
        }
    }
}
