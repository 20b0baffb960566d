namespace FineTuning.Core.Credentials;

/// <summary>Texts as people paste them, or as files of settings hold them.</summary>
public static class PastedText
{
    // The first of each opens, the second closes. Word processors make curly ones of straight ones.
    private static readonly string[] s_quotes = ["\"\"", "''", "``", "\u201C\u201D", "\u2018\u2019", "\u00AB\u00BB"];

    /// <summary>The text without white space around it, and without one pair of quotes: a file of settings that is read
    /// by another program than it was written for leaves them. A single quote at one end stays, and so can be
    /// told.</summary>
    public static string Clean(string text)
    {
        string clean = (text ?? throw new ArgumentNullException(nameof(text))).Trim();
        bool isQuoted =
            clean.Length >= 2
            && Array.Exists(s_quotes, pair => clean[0] == pair[0] && clean[clean.Length - 1] == pair[1]);
        return isQuoted ? clean.Substring(1, clean.Length - 2).Trim() : clean;
    }
}
