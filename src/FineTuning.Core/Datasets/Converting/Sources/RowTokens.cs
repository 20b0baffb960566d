using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// The tokens of one row, with where each value ends, so that what a row is made of is found without building objects
// of it. Used again for every row.
internal sealed class RowTokens
{
    private Token[] _tokens = new Token[256];
    private int[] _open = new int[JsonScanner.MaxDepth + 1];
    private int _count;
    private int _depth;

    public byte[] Buffer { get; private set; } = [];

    public RowValue Root => new(this, 0);

    public ref Token this[int index] => ref _tokens[index];

    // Reads a value and nothing behind it.
    [MethodImpl(Jit.Optimized)]
    public void Read(byte[] buffer, int start, int length)
    {
        Buffer = buffer;
        _count = 0;
        _depth = 0;
#if NET
        if (TryReadPlain(start, length))
        {
            return;
        }

        _count = 0;
        _depth = 0;
#endif
        Utf8JsonReader reader = new(
            buffer.AsSpan(start, length),
            new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth }
        );
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                Close(start + (int)reader.BytesConsumed);
                continue;
            }

            bool isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            int at = start + (int)reader.TokenStartIndex + (isText ? 1 : 0);
            Add(reader.TokenType, at, reader.ValueSpan.Length, reader.ValueIsEscaped);
        }
    }

#if NET
    // As programs write rows. False if it is written otherwise, or is no JSON: the reader of .NET decides, which is the
    // slower one until a process has used it for a second.
    [MethodImpl(Jit.Optimized)]
    private bool TryReadPlain(int start, int length)
    {
        ValidTokenReader reader = new(Buffer.AsSpan(start, length));
        bool isName = false;
        while (true)
        {
            if (isName ? !TryName(ref reader, start) : !TryValue(ref reader, start))
            {
                return false;
            }

            bool isOpened = _tokens[_count - 1].Type is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (isName)
            {
                isName = false;
                continue;
            }

            // Behind a value come the ends of what it is the last of, and then the next one.
            while (_depth > 0)
            {
                bool isObject = _tokens[_open[_depth - 1]].Type == JsonTokenType.StartObject;
                if (reader.Take(isObject ? (byte)'}' : (byte)']'))
                {
                    Close(start + reader.At);
                    isOpened = false;
                }
                else if (isOpened || reader.TakeComma())
                {
                    isName = isObject;
                    break;
                }
                else
                {
                    return false;
                }
            }

            if (_depth == 0)
            {
                return reader.At == length;
            }
        }
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryName(ref ValidTokenReader reader, int start)
    {
        if (!TryText(ref reader, start, JsonTokenType.PropertyName) || !reader.Take((byte)':'))
        {
            return false;
        }

        reader.SkipSpace();
        return true;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryValue(ref ValidTokenReader reader, int start)
    {
        if (TryText(ref reader, start, JsonTokenType.String))
        {
            return true;
        }

        int at = reader.At;
        if (at < 0)
        {
            return false;
        }

        JsonTokenType type =
            reader.Take((byte)'{') ? JsonTokenType.StartObject
            : reader.Take((byte)'[') ? JsonTokenType.StartArray
            : reader.Take("null"u8) ? JsonTokenType.Null
            : reader.Take("true"u8) ? JsonTokenType.True
            : reader.Take("false"u8) ? JsonTokenType.False
            : reader.TakeInteger() ? JsonTokenType.Number
            : JsonTokenType.None;
        bool isKnown = type != JsonTokenType.None && _depth < JsonScanner.MaxDepth;
        if (isKnown)
        {
            Add(type, start + at, reader.At - at, isEscaped: false);
        }

        return isKnown;
    }

    [MethodImpl(Jit.Optimized)]
    private bool TryText(ref ValidTokenReader reader, int start, JsonTokenType type)
    {
        if (!reader.TryString(out int from, out int end))
        {
            return false;
        }

        bool isEscaped = Buffer.AsSpan(start + from, end - from).Contains((byte)'\\');
        Add(type, start + from, end - from, isEscaped);
        return true;
    }
#endif

    [MethodImpl(Jit.Optimized)]
    private void Add(JsonTokenType type, int start, int length, bool isEscaped)
    {
        if (_count == _tokens.Length)
        {
            Array.Resize(ref _tokens, _count * 2);
        }

        if (type is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            _open[_depth++] = _count;
        }

        ref Token token = ref _tokens[_count++];
        token.Type = type;
        token.Start = start;
        token.Length = length;
        token.IsEscaped = isEscaped;
        token.Next = _count;
    }

    // Ends the innermost object or list, at the place.
    [MethodImpl(Jit.Optimized)]
    private void Close(int end)
    {
        ref Token opened = ref _tokens[_open[--_depth]];
        opened.Next = _count;
        opened.Length = end - opened.Start;
    }

    // Next is the index behind the value and all that is in it. Start and Length of a text are without its quotes.
    internal struct Token
    {
        public JsonTokenType Type;
        public int Start;
        public int Length;
        public int Next;
        public bool IsEscaped;
    }
}
