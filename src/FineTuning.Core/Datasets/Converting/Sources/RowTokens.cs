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

    public byte[] Buffer { get; private set; } = [];

    public RowValue Root => new(this, 0);

    public ref Token this[int index] => ref _tokens[index];

    // Reads a value and nothing behind it.
    [MethodImpl(Jit.Optimized)]
    public void Read(byte[] buffer, int start, int length)
    {
        Buffer = buffer;
        _count = 0;
        int depth = 0;
        Utf8JsonReader reader = new(
            buffer.AsSpan(start, length),
            new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth }
        );
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                ref Token opened = ref _tokens[_open[--depth]];
                opened.Next = _count;
                opened.Length = start + (int)reader.BytesConsumed - opened.Start;
                continue;
            }

            if (_count == _tokens.Length)
            {
                Array.Resize(ref _tokens, _count * 2);
            }

            bool isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            ref Token token = ref _tokens[_count];
            token.Type = reader.TokenType;
            token.Start = start + (int)reader.TokenStartIndex + (isText ? 1 : 0);
            token.Length = reader.ValueSpan.Length;
            token.IsEscaped = reader.ValueIsEscaped;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                _open[depth++] = _count;
            }

            _count++;
            token.Next = _count;
        }
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
