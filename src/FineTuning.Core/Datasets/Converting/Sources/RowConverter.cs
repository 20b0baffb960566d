using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Makes the example of one row of a format, into a buffer. One a format and worker.
internal abstract class RowConverter(ExampleBuffer json, MessageWriter messages)
{
    protected ExampleBuffer Json => json;

    protected MessageWriter Messages => messages;

    public static RowConverter Create(ExampleBuffer json, MessageWriter messages, SourceOptions options) =>
        options.From switch
        {
            SourceFormat.ShareGpt => new ConversationConverter(json, messages),
            SourceFormat.Alpaca => new AlpacaConverter(json, messages),
            SourceFormat.Trl => new PreferenceConverter(json, messages),
            SourceFormat.Completion => new CompletionConverter(json, messages, options),
            SourceFormat.Text => new TextConverter(json, messages),
            SourceFormat.Batch => new BatchConverter(json, messages),
            SourceFormat.JsonText => new JsonTextConverter(json, messages),
            SourceFormat.MessageList => new ConversationConverter(json, messages),
            _ => throw new ArgumentOutOfRangeException(
                nameof(options),
                options.From,
                "The format is none that is known."
            ),
        };

    // Writes the example without a line end.
    public abstract void Write(RowValue row);

    // The messages of a list as a chat example, with the functions that its row has.
    [MethodImpl(Jit.Optimized)]
    protected void WriteChat(RowValue row, RowValue list)
    {
        json.Raw("{\"messages\":["u8);
        messages.Begin(row);
        WriteSystem(row);
        messages.All(list);
        json.Raw("]"u8);
        messages.Tools(row[Names.Tools]);
        json.Raw("}"u8);
    }

    // The system message of the row itself, or that of all.
    [MethodImpl(Jit.Optimized)]
    protected void WriteSystem(RowValue row)
    {
        RowValue system = row[Names.System].IsBlank ? row["system_prompt"u8] : row[Names.System];
        if (!system.IsBlank)
        {
            messages.System(system);
        }
    }
}
