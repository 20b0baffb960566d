namespace FineTuning.Core.Datasets.Converting.Sources;

// TRL's preference rows: a prompt with a chosen and a rejected answer, each a text or a list of messages. Where the
// prompt lacks, or the answers bring their conversation along, it is what both begin with.
internal sealed class PreferenceConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    private readonly List<RowValue> _chosen = [];
    private readonly List<RowValue> _rejected = [];

    public override void Write(RowValue row)
    {
        RowValue chosen = row[Names.Chosen];
        RowValue rejected = row[Names.Rejected];
        if (!chosen.Is || !rejected.Is)
        {
            throw SourceRowException.Shape("has no \"chosen\" or no \"rejected\" answer.");
        }

        Json.Raw("{\"input\":{\"messages\":["u8);
        Messages.Begin(row);
        WriteSystem(row);
        if (chosen.IsText && rejected.IsText && !HasPrompt(row))
        {
            WriteTranscripts(chosen.Text(), rejected.Text());
            return;
        }

        Fill(_chosen, chosen);
        Fill(_rejected, rejected);
        if (IsConversation(_chosen) && IsConversation(_rejected))
        {
            int shared = Shared(_chosen, _rejected);
            WriteList(_chosen, shared);
            _chosen.RemoveRange(0, shared);
            _rejected.RemoveRange(0, shared);
        }
        else
        {
            WritePrompt(row);
        }

        Json.Raw("]"u8);
        Messages.Tools(row[Names.Tools]);
        Json.Raw("},\"preferred_output\":"u8);
        WriteAnswer(chosen, _chosen);
        Json.Raw(",\"non_preferred_output\":"u8);
        WriteAnswer(rejected, _rejected);
        Json.Raw("}"u8);
    }

    private static bool HasPrompt(RowValue row) =>
        row[Names.Prompt].Is || row[Names.Instruction].Is || row["question"u8].Is || Names.ListOf(row).IsList;

    // An answer can be a single message, too.
    private static void Fill(List<RowValue> list, RowValue answer)
    {
        list.Clear();
        if (answer.IsObject)
        {
            list.Add(answer);
        }

        if (answer.IsList)
        {
            foreach (RowValue message in answer)
            {
                list.Add(message);
            }
        }
    }

    private static bool IsConversation(List<RowValue> list) =>
        list.Count > 1 && MessageRow.Speaker(list[0]) is Speaker.User or Speaker.System or Speaker.Developer;

    private static int Shared(List<RowValue> one, List<RowValue> other)
    {
        int count = 0;
        while (count < Math.Min(one.Count, other.Count) - 1 && MessageRow.Same(one[count], other[count]))
        {
            count++;
        }

        return count > 0
            ? count
            : throw new SourceRowException("PromptMissing", "has answers that do not begin with the same prompt.");
    }

    private void WriteList(List<RowValue> list, int count)
    {
        Messages.DefaultSystem(MessageRow.Speaker(list[0]) is Speaker.System or Speaker.Developer);
        for (int i = 0; i < count; i++)
        {
            Messages.Message(list[i]);
        }
    }

    private void WritePrompt(RowValue row)
    {
        RowValue list = row[Names.Prompt].IsList ? row[Names.Prompt] : Names.ListOf(row);
        if (list.IsList)
        {
            Messages.All(list);
            return;
        }

        RowValue prompt = row[Names.Prompt].Is ? row[Names.Prompt] : row["question"u8];
        Messages.DefaultSystem(hasOwn: false);
        if (prompt.Is)
        {
            Messages.User(prompt);
        }
        else if (row[Names.Instruction].Is)
        {
            AlpacaConverter.Ask(Messages, row[Names.Instruction], row[Names.Input]);
        }
        else
        {
            throw new SourceRowException("PromptMissing", "has no \"prompt\", and answers that are no conversations.");
        }
    }

    private void WriteAnswer(RowValue answer, List<RowValue> list)
    {
        Json.Raw("["u8);
        Messages.EndList();
        if (answer.IsText)
        {
            Messages.Assistant(answer);
        }
        else if (list.Count == 1 && MessageRow.Speaker(list[0]) == Speaker.Assistant)
        {
            Messages.Message(list[0]);
        }
        else
        {
            throw new SourceRowException(
                "AnswerNotOne",
                $"has {list.Count} messages where one answer of the assistant is learnt."
            );
        }

        Json.Raw("]"u8);
    }

    // Two conversations as texts with marks, which end in the answers.
    private void WriteTranscripts(string chosen, string rejected)
    {
        List<Turn> better = ChatTemplate.Parse(chosen) ?? throw NoMarks();
        List<Turn> worse = ChatTemplate.Parse(rejected) ?? throw NoMarks();
        int last = better.Count - 1;
        if (
            last < 1
            || worse.Count != better.Count
            || better[last].Speaker != Speaker.Assistant
            || worse[last].Speaker != Speaker.Assistant
            || !better.Take(last).SequenceEqual(worse.Take(last))
        )
        {
            throw new SourceRowException("PromptMissing", "has answers that do not begin with the same prompt.");
        }

        Messages.DefaultSystem(better[0].Speaker == Speaker.System);
        better.Take(last).ToList().ForEach(turn => Messages.Say(turn.Speaker, turn.Text));
        Json.Raw("]},\"preferred_output\":["u8);
        Messages.EndList();
        Messages.Say(Speaker.Assistant, better[last].Text);
        Json.Raw("],\"non_preferred_output\":["u8);
        Messages.EndList();
        Messages.Say(Speaker.Assistant, worse[last].Text);
        Json.Raw("]}"u8);
    }

    private static SourceRowException NoMarks() =>
        new("PromptMissing", "has no \"prompt\", and answers without the marks of a chat template.");
}
