using System.Buffers;
using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>Turns tokens into text one by one; holds half bytes back until they make characters.</summary>
internal sealed class TokenDecoder(OutputTokenizer tokenizer)
{
    private readonly byte[] _bytes = new byte[4];
    private int _count;
    private int _high = -1;

    /// <summary>The text that the token completes; empty while a character is unfinished.</summary>
    public string Next(int token)
    {
        if (token == OutputTokenizer.EndOfMessage || tokenizer.PieceOf(token) is not null)
        {
            return Finish() + tokenizer.PieceOf(token);
        }

        int nibble = token - OutputTokenizer.FirstNibble;
        if (_high < 0)
        {
            _high = nibble;
            return string.Empty;
        }

        _bytes[_count++] = (byte)((_high << 4) | nibble);
        _high = -1;
        OperationStatus status = Rune.DecodeFromUtf8(_bytes.AsSpan(0, _count), out Rune rune, out _);
        if (status == OperationStatus.NeedMoreData)
        {
            return string.Empty;
        }

        // Not UTF-8: a model may draw anything. The replacement character stands for it.
        _count = 0;
        return rune.ToString();
    }

    /// <summary>What is left of an unfinished character: a replacement character, or nothing.</summary>
    public string Finish()
    {
        bool unfinished = _count > 0 || _high >= 0;
        _count = 0;
        _high = -1;
        return unfinished ? Rune.ReplacementChar.ToString() : string.Empty;
    }
}
