using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Splitting;

// Finds the label of an example: the last answer of the assistant, the completion, the preferred output, or a field.
// Whether the example is a good one is not looked at. One per worker.
internal sealed class LabelReader(string? field)
{
    private readonly byte[]? _field = field is null ? null : Encoding.UTF8.GetBytes(field);
    private byte[] _scratch = new byte[256];

    // The label, valid until the next call; a text without its escapes, anything else as it stands there. False if
    // there is none.
    public bool TryRead(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> label)
    {
        try
        {
            return TryReadObject(line, out label);
        }
        catch (JsonException)
        {
            label = default;
            return false;
        }
    }

    private bool TryReadObject(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> label)
    {
        label = default;
        Utf8JsonReader reader = new(line, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        Place answer = default,
            item = default;
        int items = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = reader.ValueIsEscaped ? Unescape(reader.ValueSpan) : reader.ValueSpan;
            bool isField = _field is not null && name.SequenceEqual(_field);
            Key key = Keys.Parse(name);
            reader.Read();
            if (isField)
            {
                answer = Take(ref reader);
                items = 0;
            }
            else if (_field is null && key is Key.Messages or Key.PreferredOutput)
            {
                Place last = LastAnswer(ref reader);
                answer = last.Exists ? last : answer;
            }
            else if (_field is null && key == Key.Completion)
            {
                answer = Take(ref reader);
            }
            else
            {
                bool isItem =
                    key
                    is not (
                        Key.Messages
                        or Key.Tools
                        or Key.ParallelToolCalls
                        or Key.Functions
                        or Key.Input
                        or Key.Prompt
                        or Key.NonPreferredOutput
                    );
                items += isItem ? 1 : 0;
                Place value = Take(ref reader);
                item = isItem ? value : item;
            }
        }

        // Only an example for a grader has fields of its own and no answer.
        if (!answer.Exists && _field is null && items == 1)
        {
            answer = item;
        }

        if (!answer.Exists)
        {
            return false;
        }

        label = line.Slice(answer.Start, answer.Length);
        label = answer.IsEscaped ? Unescape(label) : label;
        return true;
    }

    // The content of the last message, if it is the assistant's; of one that calls a tool, the calls.
    private static Place LastAnswer(ref Utf8JsonReader reader)
    {
        Place last = default;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return last;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            last = default;
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            bool isAssistant = false;
            Place content = default,
                calls = default;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                Key key = Keys.Parse(reader.ValueSpan);
                reader.Read();
                bool isNull = reader.TokenType == JsonTokenType.Null;
                isAssistant |=
                    key == Key.Role
                    && reader.TokenType == JsonTokenType.String
                    && reader.ValueSpan.SequenceEqual("assistant"u8);
                Place value = Take(ref reader);
                content = key == Key.Content && !isNull ? value : content;
                calls = key == Key.ToolCalls && !isNull ? value : calls;
            }

            last =
                !isAssistant ? default
                : content.Exists ? content
                : calls;
        }

        return last;
    }

    // Where the current value is: the inside of a text, all of anything else. Leaves the reader on its last token.
    private static Place Take(ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.String)
        {
            return new Place(start + 1, reader.ValueSpan.Length, reader.ValueIsEscaped);
        }

        reader.Skip();
        return new Place(start, (int)reader.BytesConsumed - start, isEscaped: false);
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        if (_scratch.Length < raw.Length)
        {
            _scratch = new byte[Math.Max(raw.Length, _scratch.Length * 2)];
        }

        return _scratch.AsSpan(0, JsonText.Unescape(raw, _scratch));
    }

    private readonly struct Place(int start, int length, bool isEscaped)
    {
        public bool Exists { get; } = true;

        public int Start { get; } = start;

        public int Length { get; } = length;

        public bool IsEscaped { get; } = isEscaped;
    }
}
