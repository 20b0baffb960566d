using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Tokenization;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>Reads keys and texts of JSON, and counts the tokens of the texts.</summary>
/// <param name="counter">Counts the tokens of a text.</param>
/// <remarks>Not thread-safe: one per worker.</remarks>
internal sealed class JsonTextMeter(TokenCounter counter)
{
    // A buffer that one huge text made is not kept for the rest of a file of short ones.
    private const int MaxKept = 1 << 20;

    private byte[] _scratch = new byte[1024];

    /// <summary>Ends the counting of a long text.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Gives up a buffer that became too large.</summary>
    public void Trim() => _scratch = _scratch.Length > MaxKept ? new byte[MaxKept] : _scratch;

    public long ReadJson(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        int start = (int)json.TokenStartIndex;
        json.Skip();
        return Count(line.Slice(start, (int)json.BytesConsumed - start));
    }

    // What is not a string has no text; the check reports it.
    public long ReadText(ref Utf8JsonReader json)
    {
        long tokens = json.TokenType == JsonTokenType.String ? Count(Value(in json)) : 0;
        json.Skip();
        return tokens;
    }

    public long Count(ReadOnlySpan<byte> text) => counter.Count(text, CancellationToken);

    public Key ReadKey(ref Utf8JsonReader json)
    {
        Key key = Keys.Parse(Value(in json));
        json.Read();
        return key;
    }

    // Valid until the next call.
    public ReadOnlySpan<byte> Value(in Utf8JsonReader json)
    {
        ReadOnlySpan<byte> raw = json.ValueSpan;
        if (!json.ValueIsEscaped)
        {
            return raw;
        }

        if (_scratch.Length < raw.Length)
        {
            _scratch = new byte[Math.Max(raw.Length, _scratch.Length * 2)];
        }

        return _scratch.AsSpan(0, JsonText.Unescape(raw, _scratch));
    }
}
