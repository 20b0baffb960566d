using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Cuts text into chunks whose concatenation is the text: a word, a number of up to three digits or a sign, each with
/// the one space before it, and what white space is left.
/// </summary>
internal static class TextChunks
{
    private const int MaxDigits = 3;

    /// <summary>Longer words are cut: a chunk is to become one token.</summary>
    private const int MaxLetters = 32;

    /// <summary>The chunks as ranges of <paramref name="text"/>.</summary>
    public static IEnumerable<(int Start, int Length)> Split(string text)
    {
        int position = 0;
        while (position < text.Length)
        {
            int end = EndOfChunk(text, position);
            yield return (position, end - position);
            position = end;
        }
    }

    private static int EndOfChunk(string text, int start)
    {
        int position = start;
        if (text[start] == ' ' && start + 1 < text.Length && !char.IsWhiteSpace(text[start + 1]))
        {
            position++;
        }

        CharacterKind kind = KindAt(text, position, out int length);
        position += length;
        if (kind == CharacterKind.Other)
        {
            return position;
        }

        if (kind == CharacterKind.Space)
        {
            // A run of one white-space character; the last of several spaces belongs to the word after it.
            while (
                position < text.Length
                && text[position] == text[start]
                && !(text[position] == ' ' && position + 1 < text.Length && !char.IsWhiteSpace(text[position + 1]))
            )
            {
                position++;
            }

            return position;
        }

        int left = (kind == CharacterKind.Digit ? MaxDigits : MaxLetters) - 1;
        while (left-- > 0 && position < text.Length && KindAt(text, position, out length) == kind)
        {
            position += length;
        }

        return position;
    }

    private static CharacterKind KindAt(string text, int position, out int length)
    {
        Rune.DecodeFromUtf16(text.AsSpan(position), out Rune rune, out length);
        return CharacterKinds.Of(rune);
    }
}
