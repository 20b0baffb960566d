using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// An instruction, what it is about, and what comes of it; earlier questions and answers as pairs in "history".
internal sealed class AlpacaConverter(ExampleBuffer json, MessageWriter messages) : RowConverter(json, messages)
{
    [MethodImpl(Jit.Optimized)]
    public override void Write(RowValue row)
    {
        if (!row[Names.Instruction].Is || !row[Names.Output].Is)
        {
            throw SourceRowException.Shape("has no \"instruction\" or no \"output\".");
        }

        Json.Raw("{\"messages\":["u8);
        Messages.Begin(row);
        WriteSystem(row);
        Messages.DefaultSystem(hasOwn: false);
        foreach (RowValue pair in row["history"u8])
        {
            if (!pair.IsList || pair.Count != 2)
            {
                throw new SourceRowException("ShapeUnknown", "has a \"history\" that is no list of pairs.");
            }

            bool isUser = true;
            foreach (RowValue said in pair)
            {
                if (isUser)
                {
                    Messages.User(said);
                }
                else
                {
                    Messages.Assistant(said);
                }

                isUser = false;
            }
        }

        Ask(Messages, row[Names.Instruction], row[Names.Input]);
        Messages.Assistant(row[Names.Output]);
        Json.Raw("]"u8);
        Messages.Tools(row[Names.Tools]);
        Json.Raw("}"u8);
    }

    // The instruction and, after a blank line, its input.
    public static void Ask(MessageWriter messages, RowValue instruction, RowValue input)
    {
        if (input.IsBlank)
        {
            messages.User(instruction);
        }
        else if (instruction.IsBlank)
        {
            messages.User(input);
        }
        else
        {
            messages.Say(Speaker.User, $"{Plain(instruction)}\n\n{Plain(input)}");
        }

        static string Plain(RowValue value) => value.IsText ? value.Text() : ToolCallWriter.Json(value);
    }
}
