using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

internal sealed class ReinforcementRules(LineContext line, MessageRules messages, ToolRules tools, CallOrderRules calls)
    : ExampleRules
{
    internal static readonly ProblemCode LastNotUser = ProblemCode.Error(
        "FT1501",
        "last message not from the user",
        "In reinforcement fine-tuning the model writes the answer itself, so the messages must end with a user "
            + "message.",
        "End the messages with the user message to answer, and put the expected answer in a field of its own.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"answer":"Hello"}"""
    );

    internal static readonly ProblemCode NoItemFields = ProblemCode.Warning(
        "FT1502",
        "nothing to grade with",
        "The example has messages only, so a grader has no item field to compare the answer with.",
        """Add the field that the grader refers to, such as "answer".""",
        """{"messages":[{"role":"user","content":"Hi"}]} with the method reinforcement"""
    );

    internal static readonly ProblemCode FieldLacking = ProblemCode.Warning(
        "FT1503",
        "field that some rows lack",
        "Most rows have a field for the grader that others lack or spell otherwise, so those cannot be graded alike.",
        "Give every row the same fields, spelt the same.",
        "three rows, of which one has \"Answer\" for \"answer\""
    );

    private readonly System.Text.StringBuilder _fields = new();

    public override DatasetFormat Format => DatasetFormat.Reinforcement;

    public override void Read(ref JsonScanner json, out ExampleFacts facts)
    {
        facts = default;
        calls.BeginExample();
        int start = json.Start;
        _fields.Clear();
        bool hasMessages = false,
            hasItem = false;
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    messages.ReadList(ref json, MessageUse.Prompt, "$.messages", out ListFacts list);
                    if (list.Count > 0 && list.Last is not (Role.User or Role.None))
                    {
                        line.Report(
                            LastNotUser,
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
                    _fields.Append(JsonText.Show(line.Key)).Append('\n');
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
        else if (hasItem)
        {
            line.NoteFields(_fields.ToString());
        }
        else
        {
            line.Report(
                NoItemFields,
                start,
                null,
                $"The example has no field for a grader to compare the answer with."
            );
        }
    }
}
