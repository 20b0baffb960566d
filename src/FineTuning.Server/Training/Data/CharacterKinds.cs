using System.Globalization;
using System.Text;

namespace FineTuning.Server.Training.Data;

/// <summary>Tells the kinds of characters apart, by Unicode category and never by culture.</summary>
internal static class CharacterKinds
{
    public static CharacterKind Of(Rune rune)
    {
        if (rune.IsAscii)
        {
            char c = (char)rune.Value;
            return char.IsAsciiLetter(c) ? CharacterKind.Letter
                : char.IsAsciiDigit(c) ? CharacterKind.Digit
                : c <= ' ' || c == 127 ? CharacterKind.Space
                : CharacterKind.Other;
        }

        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.UppercaseLetter:
            case UnicodeCategory.LowercaseLetter:
            case UnicodeCategory.TitlecaseLetter:
            case UnicodeCategory.ModifierLetter:
            case UnicodeCategory.OtherLetter:
            case UnicodeCategory.NonSpacingMark:
            case UnicodeCategory.SpacingCombiningMark:
            case UnicodeCategory.EnclosingMark:
                return IsWrittenWithoutSpaces(rune.Value) ? CharacterKind.Other : CharacterKind.Letter;
            case UnicodeCategory.DecimalDigitNumber:
                return CharacterKind.Digit;
            case UnicodeCategory.SpaceSeparator:
            case UnicodeCategory.LineSeparator:
            case UnicodeCategory.ParagraphSeparator:
            case UnicodeCategory.Control:
                return CharacterKind.Space;
            default:
                return CharacterKind.Other;
        }
    }

    /// <summary>Thai and Lao, Burmese, Khmer, kana, and Chinese characters.</summary>
    private static bool IsWrittenWithoutSpaces(int value) =>
        value
            is (>= 0x0E00 and <= 0x0EFF)
                or (>= 0x1000 and <= 0x109F)
                or (>= 0x1780 and <= 0x17FF)
                or (>= 0x3040 and <= 0x30FF)
                or (>= 0x3400 and <= 0x9FFF)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x3FFFF);
}
