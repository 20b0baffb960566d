namespace FineTuning.Core.Tokenization;

// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
internal sealed class Cl100kSplitter(CharacterTable characters) : PieceSplitter(characters)
{
    public override int EndOfPiece(ReadOnlySpan<byte> utf8, int start)
    {
        CharacterClass first = Characters.At(utf8, start, out int length);
        int after = start + length;
        if ((first & CharacterClass.Letter) != 0)
        {
            return Characters.EndOfRun(utf8, after, CharacterClass.Letter);
        }

        if (first == CharacterClass.Number)
        {
            return EndOfNumber(utf8, after);
        }

        int contraction = ContractionLength(utf8, start);
        if (contraction > 0)
        {
            return start + contraction;
        }

        CharacterClass second = 0;
        if (first != CharacterClass.LineEnd && after < utf8.Length)
        {
            second = Characters.At(utf8, after, out length);
            if ((second & CharacterClass.Letter) != 0)
            {
                return Characters.EndOfRun(utf8, after + length, CharacterClass.Letter);
            }
        }

        bool isMarked =
            utf8[start] == (byte)' '
                ? (second & CharacterClass.Punctuation) != 0
                : (first & CharacterClass.Punctuation) != 0;
        return isMarked
            ? Characters.EndOfRun(
                utf8,
                Characters.EndOfRun(utf8, after, CharacterClass.Punctuation),
                CharacterClass.LineEnd
            )
            : EndOfWhiteSpace(utf8, start);
    }
}
