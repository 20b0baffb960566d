using System.Text;

namespace FineTuning.Core.Datasets.Repairing;

// Text in another encoding as UTF-8 without a byte order mark. What is not text becomes U+FFFD.
internal sealed class TranscodingStream(Stream inner, Encoding encoding) : FilterStream(inner)
{
    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    private readonly Decoder _decoder = encoding.GetDecoder();
    private readonly Encoder _encoder = s_utf8.GetEncoder();
    private readonly byte[] _read = new byte[PieceBytes];
    private readonly char[] _chars = new char[encoding.GetMaxCharCount(PieceBytes)];
    private readonly byte[] _written = new byte[s_utf8.GetMaxByteCount(encoding.GetMaxCharCount(PieceBytes))];
    private bool _hasBegun;
    private bool _isAtEnd;

    protected override (byte[] Piece, int Start, int Length) Produce()
    {
        if (_isAtEnd)
        {
            return (_written, 0, -1);
        }

        int count = Inner.Read(_read, 0, _read.Length);
        _isAtEnd = count == 0;
        int chars = _decoder.GetChars(_read, 0, count, _chars, 0, flush: _isAtEnd);
        int skipped = !_hasBegun && chars > 0 && _chars[0] == '\uFEFF' ? 1 : 0;
        _hasBegun |= chars > 0;
        return (_written, 0, _encoder.GetBytes(_chars, skipped, chars - skipped, _written, 0, flush: _isAtEnd));
    }
}
