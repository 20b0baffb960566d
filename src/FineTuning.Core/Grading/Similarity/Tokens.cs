using System.Text.RegularExpressions;

namespace FineTuning.Core.Grading.Similarity;

/// <summary>How texts become words, per metric, as the metric's usual implementation does it.</summary>
internal static class Tokens
{
    private static readonly Regex s_symbol = new(@"([{-~\[-` -&(-+:-@/])", RegexOptions.CultureInvariant);
    private static readonly Regex s_stopAfterNonDigit = new("([^0-9])([.,])", RegexOptions.CultureInvariant);
    private static readonly Regex s_stopBeforeNonDigit = new("([.,])([^0-9])", RegexOptions.CultureInvariant);
    private static readonly Regex s_dashAfterDigit = new("([0-9])(-)", RegexOptions.CultureInvariant);

    /// <summary>Words between white space.</summary>
    public static List<string> Words(string text)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool inside = i < text.Length && !IsSpace(text[i]);
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                words.Add(text.Substring(start, i - start));
                start = -1;
            }
        }

        return words;
    }

    /// <summary>The tokenizer "13a" of mteval-v13a and sacrebleu: marks stand alone, but not the point or comma within
    /// a number.</summary>
    public static List<string> Bleu(string text)
    {
        int end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
        {
            end--;
        }

        string line = text.Substring(0, end)
            .Replace("<skipped>", string.Empty)
            .Replace("-\n", string.Empty)
            .Replace('\n', ' ')
            .Replace("&quot;", "\"")
            .Replace("&amp;", "&")
            .Replace("&lt;", "<")
            .Replace("&gt;", ">");
        line = " " + line + " ";
        line = s_symbol.Replace(line, " $1 ");
        line = s_stopAfterNonDigit.Replace(line, "$1 $2 ");
        line = s_stopBeforeNonDigit.Replace(line, " $1 $2");
        line = s_dashAfterDigit.Replace(line, "$1 $2 ");
        return Words(line);
    }

    /// <summary>Runs of a to z and 0 to 9 after lower-casing; all else divides words, letters of other alphabets
    /// too.</summary>
    public static List<string> Rouge(string text)
    {
        string lower = LowerCase.Of(text);
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= lower.Length; i++)
        {
            bool inside = i < lower.Length && lower[i] is (>= 'a' and <= 'z') or (>= '0' and <= '9');
            if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                words.Add(lower.Substring(start, i - start));
                start = -1;
            }
        }

        return words;
    }

    /// <summary>Unicode characters; a pair of surrogates is one.</summary>
    public static List<int> Characters(string text)
    {
        List<int> characters = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                characters.Add(char.ConvertToUtf32(text[i], text[++i]));
            }
            else
            {
                characters.Add(text[i]);
            }
        }

        return characters;
    }

    // The separators U+001C to U+001F are white space to the reference implementations.
    private static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
}
