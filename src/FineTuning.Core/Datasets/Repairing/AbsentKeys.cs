using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Repairing;

// Leaves out of an example the keys that are null where services want them absent, and empty lists of annotations. The
// rest stays as it is, byte for byte.
internal sealed class AbsentKeys
{
    private readonly List<(int Start, int End)> _removed = [];

    private enum Place
    {
        Example,
        Input,
        Messages,
        Message,
        Other,
    }

    // Whether the text, which is an object, may have such keys: a quick look.
    public static bool MayBeIn(ReadOnlySpan<byte> text) =>
        text.IndexOf("null"u8) >= 0 || text.IndexOf("\"annotations\""u8) >= 0;

    // How many there are.
    public int Find(ReadOnlySpan<byte> text)
    {
        _removed.Clear();
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        reader.Read();
        return Object(ref reader, Place.Example);
    }

    // Writes what is left of the text that was searched last; returns its length.
    public int Write(ReadOnlySpan<byte> text, Span<byte> target)
    {
        int length = 0,
            from = 0;
        foreach ((int start, int end) in _removed)
        {
            text.Slice(from, start - from).CopyTo(target.Slice(length));
            length += start - from;
            from = end;
        }

        text.Slice(from).CopyTo(target.Slice(length));
        return length + text.Length - from;
    }

    private static Place Below(Place place, in Utf8JsonReader key) =>
        place switch
        {
            Place.Example when key.ValueTextEquals("input"u8) => Place.Input,
            Place.Example or Place.Input when key.ValueTextEquals("messages"u8) => Place.Messages,
            Place.Example
                when key.ValueTextEquals("preferred_output"u8) || key.ValueTextEquals("non_preferred_output"u8) =>
                Place.Messages,
            _ => Place.Other,
        };

    // Whether a key that is null should be absent.
    private static bool MustNotBeNull(Place place, in Utf8JsonReader key) =>
        place switch
        {
            Place.Example => key.ValueTextEquals("tools"u8)
                || key.ValueTextEquals("functions"u8)
                || key.ValueTextEquals("parallel_tool_calls"u8),
            Place.Input => key.ValueTextEquals("tools"u8) || key.ValueTextEquals("parallel_tool_calls"u8),
            Place.Message => !(
                key.ValueTextEquals("role"u8)
                || key.ValueTextEquals("content"u8)
                || key.ValueTextEquals("refusal"u8)
                || key.ValueTextEquals("audio"u8)
                || key.ValueTextEquals("tool_calls"u8)
                || key.ValueTextEquals("function_call"u8)
                || key.ValueTextEquals("tool_call_id"u8)
            ),
            _ => false,
        };

    private int Object(ref Utf8JsonReader reader, Place place)
    {
        int count = 0;
        int keptEnd = -1,
            pending = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int keyStart = (int)reader.TokenStartIndex;
            bool mayGo = MustNotBeNull(place, in reader);
            bool isAnnotations = place == Place.Message && reader.ValueTextEquals("annotations"u8);
            Place below = Below(place, in reader);
            reader.Read();
            bool goes = (mayGo && reader.TokenType == JsonTokenType.Null) || (isAnnotations && IsEmptyList(ref reader));
            if (pending >= 0)
            {
                // Of those before the first that stays, everything up to it goes.
                _removed.Add((pending, keyStart));
                pending = -1;
            }

            if (!goes)
            {
                count += Value(ref reader, below);
                keptEnd = (int)reader.BytesConsumed;
                continue;
            }

            count++;
            if (keptEnd >= 0)
            {
                _removed.Add((keptEnd, (int)reader.BytesConsumed));
                keptEnd = (int)reader.BytesConsumed;
            }
            else
            {
                pending = keyStart;
            }
        }

        if (pending >= 0)
        {
            _removed.Add((pending, (int)reader.TokenStartIndex));
        }

        return count;
    }

    // Leaves the reader on the last token of the value.
    private int Value(ref Utf8JsonReader reader, Place place)
    {
        if (place == Place.Input && reader.TokenType == JsonTokenType.StartObject)
        {
            return Object(ref reader, place);
        }

        if (place != Place.Messages || reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return 0;
        }

        int count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                count += Object(ref reader, Place.Message);
            }
            else
            {
                reader.Skip();
            }
        }

        return count;
    }

    // Goes to the end of the list if it is empty.
    private static bool IsEmptyList(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        Utf8JsonReader next = reader;
        next.Read();
        if (next.TokenType != JsonTokenType.EndArray)
        {
            return false;
        }

        reader = next;
        return true;
    }
}
