using System.Runtime.CompilerServices;
using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// A value of a row; the default is none.
internal readonly struct RowValue(RowTokens tokens, int index)
{
    public JsonTokenType Type => tokens is null ? JsonTokenType.None : tokens[index].Type;

    // Neither absent nor null.
    public bool Is => Type is not (JsonTokenType.None or JsonTokenType.Null);

    public bool IsText => Type == JsonTokenType.String;

    public bool IsList => Type == JsonTokenType.StartArray;

    public bool IsObject => Type == JsonTokenType.StartObject;

    // Of a text, what stands between its quotes.
    public ReadOnlySpan<byte> Raw => tokens.Buffer.AsSpan(tokens[index].Start, tokens[index].Length);

    public bool IsEscaped => tokens[index].IsEscaped;

    // Absent, null, or a text of white space.
    public bool IsBlank => !Is || (IsText && InvisibleText.IsBlank(Raw));

    public bool IsEmptyList => IsList && tokens[index].Next == index + 1;

    public int Count
    {
        get
        {
            int count = 0;
            foreach (RowValue _ in this)
            {
                count++;
            }

            return count;
        }
    }

    // The value of an object's field; none if it is no object or has no such field. Of several the last counts, as
    // for most readers.
    public RowValue this[ReadOnlySpan<byte> name]
    {
        [MethodImpl(Jit.Optimized)]
        get
        {
            RowValue found = default;
            if (!IsObject)
            {
                return found;
            }

            int end = tokens[index].Next;
            for (int i = index + 1; i < end; i = tokens[i + 1].Next)
            {
                ref RowTokens.Token field = ref tokens[i];
                if (field.Length == name.Length && tokens.Buffer.AsSpan(field.Start, field.Length).SequenceEqual(name))
                {
                    found = new RowValue(tokens, i + 1);
                }
            }

            return found;
        }
    }

    public string Text()
    {
        if (!IsEscaped)
        {
            return JsonText.Decode(Raw);
        }

        byte[] text = new byte[Raw.Length];
        return JsonText.Decode(text.AsSpan(0, JsonText.Unescape(Raw, text)));
    }

    public bool HasText(ReadOnlySpan<byte> text) => IsText && Raw.SequenceEqual(text);

    // The items of a list; of an object, its names and values in turn.
    [MethodImpl(Jit.Optimized)]
    public Items GetEnumerator() => new(tokens, index, Is && !IsText ? tokens[index].Next : index);

    internal struct Items(RowTokens tokens, int index, int end)
    {
        private int _at = -1;

        public readonly RowValue Current => new(tokens, _at);

        [MethodImpl(Jit.Optimized)]
        public bool MoveNext()
        {
            _at =
                _at < 0 ? index + 1
                : tokens[_at].Type == JsonTokenType.PropertyName ? _at + 1
                : tokens[_at].Next;
            return _at < end;
        }
    }
}
