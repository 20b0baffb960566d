using System.Text;
using System.Text.Json;

namespace FineTuning.Core.Datasets.Converting.Sources;

// A whole example as a text that holds its JSON.
internal sealed class JsonTextConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    private readonly RowTokens _inner = new();

    public override void Write(RowValue row)
    {
        if (!row.IsText)
        {
            throw SourceRowException.Shape("is no text that holds an example.");
        }

        byte[] text = Encoding.UTF8.GetBytes(row.Text());
        try
        {
            _inner.Read(text, 0, text.Length);
        }
        catch (JsonException)
        {
            throw new SourceRowException("ValueNotJson", "is a text that is no JSON.");
        }

        if (_inner.Root.IsList)
        {
            WriteChat(default, _inner.Root);
        }
        else if (_inner.Root.IsObject)
        {
            Json.Value(_inner.Root);
        }
        else
        {
            throw SourceRowException.Shape("is a text that holds no object.");
        }
    }
}
