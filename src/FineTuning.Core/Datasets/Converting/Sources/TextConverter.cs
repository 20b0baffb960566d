namespace FineTuning.Core.Datasets.Converting.Sources;

// Rows of text that a chat template has been put on. What somebody merely wrote teaches no answers.
internal sealed class TextConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    public override void Write(RowValue row)
    {
        RowValue text = row.IsText ? row : row[Names.Text];
        if (!text.IsText)
        {
            throw SourceRowException.Shape("has no \"text\".");
        }

        List<Turn> turns =
            ChatTemplate.Parse(text.Text())
            ?? throw new SourceRowException(
                "TextPlain",
                "is plain text without the marks of a chat template, such as <|im_start|>, [INST] or \"### Human:\", "
                    + "so it does not say what is asked and what is answered."
            );
        Json.Raw("{\"messages\":["u8);
        Messages.Begin(row);
        Messages.DefaultSystem(turns.Count > 0 && turns[0].Speaker == Speaker.System);
        foreach (Turn turn in turns)
        {
            Messages.Say(turn.Speaker, turn.Text);
        }

        Json.Raw("]}"u8);
    }
}
