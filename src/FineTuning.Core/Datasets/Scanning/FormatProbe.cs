using System.Text.Json;

namespace FineTuning.Core.Datasets.Scanning;

// Tells by the keys of a line what kind of example it is meant to be, whether it is a good one or not.
internal static class FormatProbe
{
    public static DatasetFormat Guess(ReadOnlySpan<byte> line)
    {
        try
        {
            return GuessObject(line);
        }
        catch (JsonException)
        {
            return DatasetFormat.Unknown;
        }
    }

    private static DatasetFormat GuessObject(ReadOnlySpan<byte> line)
    {
        Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return DatasetFormat.Unknown;
        }

        bool hasMessages = false,
            endsWithUser = false,
            hasItem = false,
            isCompletion = false,
            isPreference = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Key key = Keys.Parse(Name(in reader));
            reader.Read();
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    endsWithUser = EndsWithUser(ref reader);
                    break;
                case Key.Tools or Key.ParallelToolCalls or Key.Functions:
                    break;
                case Key.Prompt or Key.Completion:
                    isCompletion = true;
                    hasItem = true;
                    break;
                case Key.Input or Key.PreferredOutput or Key.NonPreferredOutput:
                    isPreference = true;
                    hasItem = true;
                    break;
                default:
                    hasItem = true;
                    break;
            }

            reader.Skip();
        }

        if (hasMessages)
        {
            // A prompt without an answer but with fields of its own is for a grader; without any it is a chat example
            // that lacks one.
            return endsWithUser && hasItem ? DatasetFormat.Reinforcement : DatasetFormat.Chat;
        }

        return isPreference ? DatasetFormat.Preference
            : isCompletion ? DatasetFormat.Completion
            : DatasetFormat.Unknown;
    }

    // Leaves the reader on the end of the value.
    private static bool EndsWithUser(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        bool isUser = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isUser = false;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isRole = Name(in reader).SequenceEqual("role"u8);
                reader.Read();
                isUser = isRole
                    ? reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual("user"u8)
                    : isUser;
                reader.Skip();
            }
        }

        return isUser;
    }

    // The reader's own comparison throws at half a surrogate pair.
    private static ReadOnlySpan<byte> Name(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        byte[] name = new byte[reader.ValueSpan.Length];
        return name.AsSpan(0, JsonText.Unescape(reader.ValueSpan, name));
    }
}
