using System.Text;

namespace FineTuning.Core.Grading.Similarity;

/// <summary>
/// The Porter stemmer (Porter 1980, "An algorithm for suffix stripping") with the changes that NLTK makes by default,
/// because METEOR's usual implementation stems with it. Not for several threads at a time.
/// </summary>
internal sealed class PorterStemmer
{
    private static readonly Dictionary<string, string> s_irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    private static readonly (string Suffix, string Replacement)[] s_step2 =
    [
        ("ational", "ate"),
        ("tional", "tion"),
        ("enci", "ence"),
        ("anci", "ance"),
        ("izer", "ize"),
        ("bli", "ble"),
        ("alli", "al"),
        ("entli", "ent"),
        ("eli", "e"),
        ("ousli", "ous"),
        ("ization", "ize"),
        ("ation", "ate"),
        ("ator", "ate"),
        ("alism", "al"),
        ("iveness", "ive"),
        ("fulness", "ful"),
        ("ousness", "ous"),
        ("aliti", "al"),
        ("iviti", "ive"),
        ("biliti", "ble"),
        ("fulli", "ful"),
        ("logi", "log"),
    ];

    private static readonly (string Suffix, string Replacement)[] s_step3 =
    [
        ("icate", "ic"),
        ("ative", ""),
        ("alize", "al"),
        ("iciti", "ic"),
        ("ical", "ic"),
        ("ful", ""),
        ("ness", ""),
    ];

    private static readonly string[] s_step4 =
    [
        "al",
        "ance",
        "ence",
        "er",
        "ic",
        "able",
        "ible",
        "ant",
        "ement",
        "ment",
        "ent",
        "ion",
        "ou",
        "ism",
        "ate",
        "iti",
        "ous",
        "ive",
        "ize",
    ];

    // Which letters of the word that was looked at last are vowels.
    private readonly List<bool> _vowels = [];

    /// <param name="word">In lower case.</param>
    public string Stem(string word)
    {
        if (s_irregular.TryGetValue(word, out string? known))
        {
            return known;
        }

        return word.Any(char.IsSurrogate) ? StemPairs(word) : StemCharacters(word);
    }

    private string StemCharacters(string word) =>
        word.Length <= 2 ? word : Finish(Suffix4(Suffix3(Suffix2(EndingY(PastAndGerund(Plural(word)))))));

    /// <summary>The rules count characters, so while they work each pair of surrogates is one that stands for
    /// it.</summary>
    private string StemPairs(string word)
    {
        const int First = 0xD800,
            Max = 0x800;
        List<string> pairs = [];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        StringBuilder single = new(word.Length),
            whole = new(word.Length);
        for (int i = 0; i < word.Length; i++)
        {
            if (!char.IsSurrogate(word[i]))
            {
                single.Append(word[i]);
                continue;
            }

            string pair = word.Substring(i, char.IsSurrogatePair(word, i) ? 2 : 1);
            i += pair.Length - 1;
            if (!places.TryGetValue(pair, out int place))
            {
                if (pairs.Count == Max)
                {
                    // Not a word any more, and there is no character left to stand for the pair.
                    return word;
                }

                places[pair] = place = pairs.Count;
                pairs.Add(pair);
            }

            single.Append((char)(First + place));
        }

        foreach (char character in StemCharacters(single.ToString()))
        {
            _ = char.IsSurrogate(character) ? whole.Append(pairs[character - First]) : whole.Append(character);
        }

        return whole.ToString();
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    private static string Cut(string word, int letters) => word.Substring(0, word.Length - letters);

    private static string Plural(string word) =>
        Ends(word, "ies") ? (word.Length == 4 ? Cut(word, 1) : Cut(word, 2))
        : Ends(word, "sses") ? Cut(word, 2)
        : Ends(word, "s") && !Ends(word, "ss") ? Cut(word, 1)
        : word;

    private string PastAndGerund(string word)
    {
        if (Ends(word, "ied"))
        {
            return Cut(word, word.Length == 4 ? 1 : 2);
        }

        if (Ends(word, "eed"))
        {
            return Measure(Cut(word, 3)) > 0 ? Cut(word, 1) : word;
        }

        string? stem = Ends(word, "ed") ? Cut(word, 2) : null;
        stem =
            stem is not null && HasVowel(stem) ? stem
            : Ends(word, "ing") ? Cut(word, 3)
            : null;
        if (stem is null || !HasVowel(stem))
        {
            return word;
        }

        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz"))
        {
            return stem + "e";
        }

        if (EndsDouble(stem))
        {
            return stem[stem.Length - 1] is 'l' or 's' or 'z' ? stem : Cut(stem, 1);
        }

        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    private string EndingY(string word) =>
        word.Length > 2 && Ends(word, "y") && !IsVowel(word, word.Length - 2) ? Cut(word, 1) + "i" : word;

    private string Suffix2(string word)
    {
        if (Ends(word, "alli") && Measure(Cut(word, 4)) > 0)
        {
            return Suffix2(Cut(word, 2));
        }

        // This one ending is measured with one letter more.
        return Replace(word, s_step2, suffix => suffix == "logi" ? 3 : suffix.Length);
    }

    private string Suffix3(string word) => Replace(word, s_step3, suffix => suffix.Length);

    // The first ending that fits decides, whether or not enough is left before it.
    private string Replace(string word, (string Suffix, string Replacement)[] rules, Func<string, int> measured)
    {
        foreach ((string suffix, string replacement) in rules)
        {
            if (Ends(word, suffix))
            {
                return Measure(Cut(word, measured(suffix))) > 0 ? Cut(word, suffix.Length) + replacement : word;
            }
        }

        return word;
    }

    private string Suffix4(string word)
    {
        string? suffix = s_step4.FirstOrDefault(ending => Ends(word, ending));
        if (suffix is null)
        {
            return word;
        }

        string stem = Cut(word, suffix.Length);
        return Measure(stem) > 1 && (suffix != "ion" || stem[stem.Length - 1] is 's' or 't') ? stem : word;
    }

    private string Finish(string word)
    {
        if (Ends(word, "e"))
        {
            string stem = Cut(word, 1);
            int measure = Measure(stem);
            word = measure > 1 || (measure == 1 && !EndsShort(stem)) ? stem : word;
        }

        return Ends(word, "ll") && Measure(Cut(word, 1)) > 1 ? Cut(word, 1) : word;
    }

    private bool EndsDouble(string word) =>
        word.Length >= 2 && word[word.Length - 1] == word[word.Length - 2] && !IsVowel(word, word.Length - 1);

    private bool EndsShort(string word)
    {
        int last = word.Length - 1;
        return word.Length == 2
            ? IsVowel(word, 0) && !IsVowel(word, 1)
            : word.Length > 2
                && !IsVowel(word, last - 2)
                && IsVowel(word, last - 1)
                && !IsVowel(word, last)
                && word[last] is not ('w' or 'x' or 'y');
    }

    private bool HasVowel(string word)
    {
        Classify(word);
        return _vowels.Contains(true);
    }

    private bool IsVowel(string word, int index)
    {
        Classify(word);
        return _vowels[index];
    }

    /// <summary>How often a consonant follows a vowel.</summary>
    private int Measure(string word)
    {
        Classify(word);
        int measure = 0;
        for (int i = 1; i < _vowels.Count; i++)
        {
            measure += _vowels[i - 1] && !_vowels[i] ? 1 : 0;
        }

        return measure;
    }

    private void Classify(string word)
    {
        _vowels.Clear();
        foreach (char letter in word)
        {
            // Y is a vowel after a consonant.
            bool afterConsonant = _vowels.Count > 0 && !_vowels[_vowels.Count - 1];
            _vowels.Add(letter is 'a' or 'e' or 'i' or 'o' or 'u' || (letter == 'y' && afterConsonant));
        }
    }
}
