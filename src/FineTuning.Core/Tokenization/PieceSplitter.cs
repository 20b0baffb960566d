namespace FineTuning.Core.Tokenization;

// Divides a text into the pieces that are merged apart, as an encoding's regular expression does it: leftmost, the
// first alternative that matches, greedy. Every character is in a piece.
internal abstract class PieceSplitter(CharacterTable characters)
{
    protected CharacterTable Characters { get; } = characters;

    // Where the piece ends that starts at a place in well-formed UTF-8. The place is where a piece ended, or 0, and not
    // the end.
    public abstract int EndOfPiece(ReadOnlySpan<byte> utf8, int start);

    // \p{N}{1,3}, where the first number is known.
    protected int EndOfNumber(ReadOnlySpan<byte> utf8, int afterFirst)
    {
        int end = afterFirst;
        for (int more = 0; more < 2 && end < utf8.Length; more++)
        {
            if (Characters.At(utf8, end, out int length) != CharacterClass.Number)
            {
                break;
            }

            end += length;
        }

        return end;
    }

    // \s*[\r\n]+|\s+(?!\S)|\s+, where the first white space is known.
    protected int EndOfWhiteSpace(ReadOnlySpan<byte> utf8, int start)
    {
        int end = start,
            last = start,
            afterLineEnd = start;
        while (end < utf8.Length)
        {
            CharacterClass kind = Characters.At(utf8, end, out int length);
            if ((kind & CharacterClass.WhiteSpace) == 0)
            {
                break;
            }

            last = end;
            end += length;
            if (kind == CharacterClass.LineEnd)
            {
                afterLineEnd = end;
            }
        }

        if (afterLineEnd > start)
        {
            return afterLineEnd;
        }

        // Before a word, the last white space is left to it, unless it is the only one.
        return end < utf8.Length && last > start ? last : end;
    }

    // (?i:'s|'t|'re|'ve|'m|'ll|'d): its length in bytes, or 0. U+017F is an s to an engine that ignores case.
    protected static int ContractionLength(ReadOnlySpan<byte> utf8, int start)
    {
        if (start + 1 >= utf8.Length || utf8[start] != (byte)'\'')
        {
            return 0;
        }

        int first = utf8[start + 1] | 0x20;
        switch (first)
        {
            case 's' or 't' or 'm' or 'd':
                return 2;
            case 'r' or 'v' or 'l' when start + 2 < utf8.Length:
                return (utf8[start + 2] | 0x20) == (first == 'l' ? 'l' : 'e') ? 3 : 0;
            default:
                return utf8[start + 1] == 0xC5 && start + 2 < utf8.Length && utf8[start + 2] == 0xBF ? 3 : 0;
        }
    }
}
