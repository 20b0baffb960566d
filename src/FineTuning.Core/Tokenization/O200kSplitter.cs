namespace FineTuning.Core.Tokenization;

// With U for [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L for [\p{Ll}\p{Lm}\p{Lo}\p{M}] and C for (?i:'s|'t|'re|'ve|'m|'ll|'d):
// [^\r\n\p{L}\p{N}]?U*L+C?|[^\r\n\p{L}\p{N}]?U+L*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
internal sealed class O200kSplitter(CharacterTable characters) : PieceSplitter(characters)
{
    private const CharacterClass Word = CharacterClass.Letter | CharacterClass.Mark;

    public override int EndOfPiece(ReadOnlySpan<byte> utf8, int start)
    {
        CharacterClass first = Characters.At(utf8, start, out int length);
        int after = start + length;
        if ((first & CharacterClass.Letter) != 0)
        {
            return AfterContraction(utf8, EndOfWord(utf8, start, out _));
        }

        if (first == CharacterClass.Number)
        {
            return EndOfNumber(utf8, after);
        }

        CharacterClass second = 0;
        if (first != CharacterClass.LineEnd && after < utf8.Length)
        {
            second = Characters.At(utf8, after, out _);
        }

        if ((second & Word) != 0)
        {
            int end = EndOfWord(utf8, after, out bool isLower);

            // A mark is a word with L in it, which is tried before it leads one without.
            return AfterContraction(utf8, isLower || first != CharacterClass.Mark ? end : after);
        }

        if (first == CharacterClass.Mark)
        {
            return AfterContraction(utf8, after);
        }

        return first == CharacterClass.Other || (second == CharacterClass.Other && utf8[start] == (byte)' ')
            ? EndOfPunctuation(utf8, after)
            : EndOfWhiteSpace(utf8, start);
    }

    // U*L+ where that matches, which is told, or U+L*. The first character is in one of the two.
    private int EndOfWord(ReadOnlySpan<byte> utf8, int start, out bool isLower)
    {
        int end = start,
            afterUncased = start;
        while (end < utf8.Length)
        {
            CharacterClass kind = Characters.At(utf8, end, out int length);
            if (kind == CharacterClass.Lower)
            {
                isLower = true;
                return Characters.EndOfRun(utf8, end + length, CharacterClass.WordEnd);
            }

            if ((kind & CharacterClass.WordStart) == 0)
            {
                break;
            }

            end += length;
            if (kind != CharacterClass.Upper)
            {
                afterUncased = end;
            }
        }

        // U* gives back what it took until L+ has a character, which one that is in both is.
        isLower = afterUncased > start;
        return isLower ? afterUncased : end;
    }

    private int EndOfPunctuation(ReadOnlySpan<byte> utf8, int start)
    {
        int end = Characters.EndOfRun(utf8, start, CharacterClass.Punctuation);
        while (end < utf8.Length && utf8[end] is (byte)'\r' or (byte)'\n' or (byte)'/')
        {
            end++;
        }

        return end;
    }

    private static int AfterContraction(ReadOnlySpan<byte> utf8, int end) => end + ContractionLength(utf8, end);
}
