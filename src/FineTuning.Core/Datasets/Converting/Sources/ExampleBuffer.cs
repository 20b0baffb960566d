using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Collects examples as lines of UTF-8. A text of a row that is in order goes over as it stands, escapes and all: no
// string is made of it.
internal sealed class ExampleBuffer
{
    private readonly JsonLineBuilder _json = new();
    private byte[] _bytes = [];

    public int Length { get; private set; }

    // Whether the rows at hand may have line separators.
    public bool MayHaveSeparators { get; set; }

    public bool Trim { get; init; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    // Where Written is, at its start.
    public byte[] Buffer => _bytes;

    public void Clear(int length = 0) => Length = length;

    // Gives up what was written, for another buffer.
    public byte[] Swap(byte[] other, out int length)
    {
        byte[] made = _bytes;
        length = Length;
        _bytes = other;
        Length = 0;
        return made;
    }

    // Moves a part of what was written to another place.
    public void Move(int start, int count, int target)
    {
        if (start != target)
        {
            _bytes.AsSpan(start, count).CopyTo(_bytes.AsSpan(target));
        }
    }

    [MethodImpl(Jit.Optimized)]
    public ExampleBuffer Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        Length += json.Length;
        return this;
    }

    public ExampleBuffer Text(string text)
    {
        _json.Clear();
        string json = _json.Text(text).ToString();
        int needed = Encoding.UTF8.GetMaxByteCount(json.Length);
        Room(needed);
        Length += Encoding.UTF8.GetBytes(json, 0, json.Length, _bytes, Length);
        return this;
    }

    // A value as a JSON text: a text as it is, of anything else its JSON.
    [MethodImpl(Jit.Optimized)]
    public ExampleBuffer Text(RowValue value)
    {
        if (!value.IsText)
        {
            return value.Is ? Text(JsonText.Decode(Compact(value))) : Raw("\"\""u8);
        }

        if (Trim)
        {
            return Text(value.Text().Trim());
        }

        ReadOnlySpan<byte> raw = value.Raw;
        bool isInOrder =
            (!value.IsEscaped || JsonText.IndexOfLoneSurrogate(raw) < 0)
            && (!MayHaveSeparators || !LineSeparators.Contains(raw));
        if (!isInOrder)
        {
            return Text(value.Text());
        }

        Span<byte> room = Room(raw.Length + 2);
        room[0] = (byte)'"';
        raw.CopyTo(room.Slice(1));
        room[raw.Length + 1] = (byte)'"';
        Length += raw.Length + 2;
        return this;
    }

    // A value as it is, without white space between its parts.
    public ExampleBuffer Value(RowValue value)
    {
        bool isObject = value.IsObject;
        if (!isObject && !value.IsList)
        {
            return value.IsText ? Copy(value) : Raw(value.Raw);
        }

        Raw(isObject ? "{"u8 : "["u8);
        bool isFirst = true;
        bool isName = isObject;
        foreach (RowValue item in value)
        {
            if (!isFirst && (isName || !isObject))
            {
                Raw(","u8);
            }

            isFirst = false;
            if (item.Type == JsonTokenType.PropertyName)
            {
                Copy(item).Raw(":"u8);
            }
            else
            {
                Value(item);
            }

            isName = isObject && !isName;
        }

        return Raw(isObject ? "}"u8 : "]"u8);
    }

    private ExampleBuffer Copy(RowValue text)
    {
        bool isInOrder = !MayHaveSeparators && (!text.IsEscaped || JsonText.IndexOfLoneSurrogate(text.Raw) < 0);
        return isInOrder ? Raw("\""u8).Raw(text.Raw).Raw("\""u8) : Text(text.Text());
    }

    private byte[] Compact(RowValue value)
    {
        int start = Length;
        Value(value);
        byte[] json = _bytes.AsSpan(start, Length - start).ToArray();
        Length = start;
        return json;
    }

    [MethodImpl(Jit.Optimized)]
    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max(_bytes.Length * 2L, Length + (long)count), 0x7FFFFFC7));
        }

        return _bytes.AsSpan(Length);
    }
}
