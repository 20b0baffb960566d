using System.Globalization;
using System.Text;

namespace FineTuning.Core.Grading.Similarity;

/// <summary>
/// Lower case by Unicode's full mapping, which the reference implementations use: İ becomes i and a dot above, a Σ that
/// ends a word becomes ς.
/// </summary>
internal static class LowerCase
{
    private const char DottedI = '\u0130',
        Sigma = '\u03A3';

    public static string Of(string text)
    {
        string lower = text.ToLowerInvariant();
        if (text.IndexOf(DottedI) < 0 && text.IndexOf(Sigma) < 0)
        {
            return lower;
        }

        StringBuilder built = new(lower.Length);
        for (int i = 0; i < text.Length; i++)
        {
            _ = text[i] switch
            {
                DottedI => built.Append("i\u0307"),
                Sigma => built.Append(IsCased(text, i, -1) && !IsCased(text, i, 1) ? '\u03C2' : '\u03C3'),
                _ => built.Append(lower[i]),
            };
        }

        return built.ToString();
    }

    /// <summary>Whether the next character that is not passed over is a letter that has a case.</summary>
    private static bool IsCased(string text, int from, int step)
    {
        for (int i = from + step; i >= 0 && i < text.Length; i += step)
        {
            // Properties are those of the pair, which the index of its first half tells.
            int at = char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1]) ? i - 1 : i;
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, at);
            if (!IsPassedOver(text[at], category))
            {
                return category
                        is UnicodeCategory.UppercaseLetter
                            or UnicodeCategory.LowercaseLetter
                            or UnicodeCategory.TitlecaseLetter
                    || text[at]
                        is '\u00AA'
                            or '\u00BA'
                            or (>= '\u2160' and <= '\u217F')
                            or (>= '\u24B6' and <= '\u24E9')
                    || IsLetterInAFrame(text, at);
            }
        }

        return false;
    }

    // Unicode's Case_Ignorable.
    private static bool IsPassedOver(char c, UnicodeCategory category) =>
        category
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol
        || "'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A".IndexOf(c) >= 0;

    private static bool IsLetterInAFrame(string text, int at) =>
        at + 1 < text.Length
        && char.IsSurrogatePair(text[at], text[at + 1])
        && char.ConvertToUtf32(text[at], text[at + 1])
            is (>= 0x1F130 and <= 0x1F149)
                or (>= 0x1F150 and <= 0x1F169)
                or (>= 0x1F170 and <= 0x1F189);
}
