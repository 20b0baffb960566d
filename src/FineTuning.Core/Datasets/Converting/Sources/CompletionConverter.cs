namespace FineTuning.Core.Datasets.Converting.Sources;

// A prompt and its completion, as texts or as lists of messages.
internal sealed class CompletionConverter(ExampleBuffer json, MessageWriter messages, SourceOptions options)
    : RowConverter(json, messages)
{
    public override void Write(RowValue row)
    {
        RowValue prompt = row[Names.Prompt];
        RowValue completion = row[Names.Completion].Is ? row[Names.Completion] : row["response"u8];
        if (!prompt.Is || !completion.Is)
        {
            throw SourceRowException.Shape("has no \"prompt\" or no \"completion\".");
        }

        if (options.Target == DatasetFormat.Completion)
        {
            if (prompt.IsList || completion.IsList)
            {
                throw new SourceRowException("ShapeUnknown", "has messages, which make no completion example.");
            }

            Json.Raw("{\"prompt\":"u8).Text(prompt).Raw(",\"completion\":"u8).Text(completion).Raw("}"u8);
            return;
        }

        Json.Raw("{\"messages\":["u8);
        Messages.Begin(row);
        WriteSystem(row);
        Add(prompt, Speaker.User);
        Add(completion, Speaker.Assistant);
        Json.Raw("]"u8);
        Messages.Tools(row[Names.Tools]);
        Json.Raw("}"u8);
    }

    private void Add(RowValue said, Speaker speaker)
    {
        if (said.IsList)
        {
            Messages.All(said);
            return;
        }

        Messages.DefaultSystem(hasOwn: false);
        if (speaker == Speaker.User)
        {
            Messages.User(said);
        }
        else
        {
            Messages.Assistant(said);
        }
    }
}
