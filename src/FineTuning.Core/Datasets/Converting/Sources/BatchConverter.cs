namespace FineTuning.Core.Datasets.Converting.Sources;

// Lines for the batch API: what is asked is in the body. One that ends without an answer has nothing to learn.
internal sealed class BatchConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    public override void Write(RowValue row)
    {
        RowValue body = row[Names.Body];
        RowValue list = body[Names.Messages];
        if (!list.IsList)
        {
            throw SourceRowException.Shape("has no \"messages\" in its \"body\".");
        }

        Speaker last = Speaker.Unknown;
        foreach (RowValue message in list)
        {
            last = MessageRow.Speaker(message);
        }

        if (last != Speaker.Assistant)
        {
            throw new SourceRowException(
                "NoAnswer",
                "asks and has no answer, so there is nothing to learn; the answers are in the output file of the batch."
            );
        }

        WriteChat(body, list);
    }
}
