using System.Text.Json;

namespace FineTuning.Core.Datasets.Scanning;

// Tells by its shape whether a line was made for another trainer, so that it is not taken for a broken example.
internal static class SourceProbe
{
    // Null also for what is no JSON.
    public static SourceFormat? Find(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
            reader.Read();
            return reader.TokenType switch
            {
                JsonTokenType.String => IsJson(reader.ValueSpan) && !reader.Read() ? SourceFormat.JsonText : null,
                JsonTokenType.StartArray => IsMessageList(ref reader) ? SourceFormat.MessageList : null,
                JsonTokenType.StartObject => OfObject(ref reader),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // As it stands in the line: the quotes in it have a backslash.
    private static bool IsJson(ReadOnlySpan<byte> raw) =>
        !raw.IsEmpty && raw[0] is (byte)'{' or (byte)'[' && raw.IndexOf("\\\""u8) > 0;

    private static bool IsMessageList(ref Utf8JsonReader reader)
    {
        bool isFirst = true,
            hasRole = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                hasRole |= isFirst && reader.ValueTextEquals("role"u8);
                reader.Read();
                reader.Skip();
            }

            isFirst = false;
        }

        return hasRole && reader.TokenType == JsonTokenType.EndArray && !reader.Read();
    }

    private static SourceFormat? OfObject(ref Utf8JsonReader reader)
    {
        Found found = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Found key = KeyOf(in reader);
            reader.Read();
            found |=
                Fits(key, in reader) ? key
                : (key & Found.Turns) != 0 ? Found.Pair
                : default;
            if (key == Found.Conversations && reader.TokenType == JsonTokenType.StartArray)
            {
                int depth = reader.CurrentDepth;
                reader.Read();
                found |= reader.TokenType is JsonTokenType.StartObject or JsonTokenType.EndArray
                    ? Found.Conversations
                    : default;
                while (reader.CurrentDepth > depth)
                {
                    reader.Read();
                }

                continue;
            }

            reader.Skip();
        }

        bool Has(Found keys) => (found & keys) == keys;
        return Has(Found.Batch) ? SourceFormat.Batch
            : Has(Found.Own) ? null
            : Has(Found.Conversations) ? SourceFormat.ShareGpt
            : Has(Found.Preference) ? SourceFormat.Trl
            : Has(Found.Alpaca) ? SourceFormat.Alpaca
            : Has(Found.Turns) ? SourceFormat.Completion
            : Has(Found.Text) && (found & Found.Pair) == 0 ? SourceFormat.Text
            : null;
    }

    private static Found KeyOf(in Utf8JsonReader reader) =>
        reader.ValueTextEquals("messages"u8) ? Found.Own
        : reader.ValueTextEquals("conversations"u8) || reader.ValueTextEquals("conversation"u8) ? Found.Conversations
        : reader.ValueTextEquals("chosen"u8) ? Found.Chosen
        : reader.ValueTextEquals("rejected"u8) ? Found.Rejected
        : reader.ValueTextEquals("instruction"u8) ? Found.Instruction
        : reader.ValueTextEquals("output"u8) ? Found.Output
        : reader.ValueTextEquals("text"u8) ? Found.Text
        : reader.ValueTextEquals("custom_id"u8) ? Found.CustomId
        : reader.ValueTextEquals("body"u8) ? Found.Body
        : reader.ValueTextEquals("prompt"u8) ? Found.PromptTurns
        : reader.ValueTextEquals("completion"u8) ? Found.CompletionTurns
        : reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("preferred_output"u8) ? Found.Pair
        : default;

    private static bool Fits(Found key, in Utf8JsonReader reader) =>
        key switch
        {
            Found.Conversations => false,
            Found.Body => reader.TokenType == JsonTokenType.StartObject,
            Found.Instruction or Found.Output or Found.Text => reader.TokenType == JsonTokenType.String,
            Found.PromptTurns or Found.CompletionTurns => reader.TokenType == JsonTokenType.StartArray,
            Found.Chosen or Found.Rejected => reader.TokenType
                is JsonTokenType.String
                    or JsonTokenType.StartArray
                    or JsonTokenType.StartObject,
            _ => true,
        };

    [Flags]
    private enum Found
    {
        Own = 1,
        Conversations = 2,
        Chosen = 4,
        Rejected = 8,
        Instruction = 16,
        Output = 32,
        Text = 64,
        CustomId = 128,
        Body = 256,

        // Keys of our own examples beside which a text is something else.
        Pair = 512,

        // Lists of messages for texts, as TRL has them too.
        PromptTurns = 1024,
        CompletionTurns = 2048,
        Turns = PromptTurns | CompletionTurns,
        Preference = Chosen | Rejected,
        Alpaca = Instruction | Output,
        Batch = CustomId | Body,
    }
}
