using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// ShareGPT, and lists of messages as rows.
internal sealed class ConversationConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    [MethodImpl(Jit.Optimized)]
    public override void Write(RowValue row)
    {
        RowValue list = row.IsList ? row : Names.ListOf(row);
        if (!list.IsList)
        {
            throw SourceRowException.Shape("has no list of messages, such as \"conversations\".");
        }

        if (row[Names.Chosen].Is && row[Names.Rejected].Is)
        {
            throw SourceRowException.Shape("has a chosen and a rejected answer: it is one of the format Trl.");
        }

        WriteChat(row, list);
    }
}
