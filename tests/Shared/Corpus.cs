using System.Text;

namespace FineTuning.Tests.Shared;

/// <summary>Texts that a tokenizer may get wrong. All are made here; what is random is seeded.</summary>
public static class Corpus
{
    /// <summary>What the two regular expressions tell apart, and what stands at their edges.</summary>
    private static readonly string[] s_fragments =
    [
        "a",
        "b",
        "the",
        "word",
        "Zeta",
        "HTML",
        "iPhone",
        "é",
        "É",
        "ß",
        "İ",
        "ı",
        "ſ",
        "\u212A",
        "ǅ",
        "ʰ",
        "ª",
        "あ",
        "漢字",
        "한국",
        "ا",
        "مرحبا",
        "שלום",
        "नमस्ते",
        "क्",
        "สวัสดี",
        "Ж",
        "ж",
        "Ω",
        "\u0301",
        "\u0903",
        "\u0488",
        "\u20E3",
        "\uFE0F",
        "\u200D",
        "\u200B",
        "\uFEFF",
        "1",
        "23",
        "4567",
        "٣",
        "½",
        "Ⅷ",
        "²",
        "𝟘",
        "𐐀",
        "𐐨",
        "𝒜",
        " ",
        "  ",
        "   ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "\u000B",
        "\u000C",
        "\u0085",
        "\u00A0",
        "\u1680",
        "\u2003",
        "\u2028",
        "\u202F",
        "\u3000",
        "\0",
        "\u001F",
        "'",
        "’",
        "''",
        "'s",
        "'S",
        "'ſ",
        "'t",
        "'T",
        "'re",
        "'RE",
        "'Re",
        "'ve",
        "'vE",
        "'m",
        "'M",
        "'ll",
        "'LL",
        "'lL",
        "'d",
        "'D",
        "'r",
        "'l",
        "'x",
        "/",
        "//",
        "\\",
        "_",
        "-",
        ".",
        "...",
        "!",
        "?",
        "(",
        ")",
        "{",
        "}",
        "[]",
        ";",
        ":",
        "\"",
        "#",
        "$",
        "€",
        "=",
        "==",
        "*",
        "«",
        "—",
        "、",
        "。",
        "،",
        "؟",
        "।",
        "😀",
        "👍🏽",
        "👨‍👩‍👧‍👦",
        "🇩🇪",
        "🏳️‍🌈",
        "❤️",
        "1️⃣",
        "<|endoftext|>",
        "<|im_start|>",
        "<|fim_prefix|>",
        "\uE000",
        "\uFFFD",
        "\uFFFF",
        "\U0010FFFF",
        "\u0378",
    ];

    private static readonly string[] s_written =
    [
        "",
        "Hello, world!",
        "I'm sure they'll say it's what we'd've done; DON'T YOU'RE 'TIS we'Ll o'clock rock'n'roll",
        "HE'S SHE'LL I'VE We'rE it'ſ ſ'S K's",
        "for (int i = 0; i < n; ++i) {\n    total += values[i] * 0x1F;   // sum\n}\n\n\n\treturn total;\r\n}\r\n",
        "def f(x):\n    return {'a': [1, 2, 3], \"b\": x ** 2}\n\n\nif __name__ == "
            + "'__main__':\n\tprint(f(12345678901234567890))\n",
        "SELECT * FROM t WHERE a<>b AND c LIKE '%x%';--\n",
        "<div class=\"a\">&nbsp;</div>\n<!-- x -->",
        "https://example.org/a//b/?q=1&r=%20#frag/\n/\n//\r\n/",
        "{\"k\":[1.5e-10,true,null,\"\\u00e9\"]}",
        "  leading and trailing   ",
        "\n\n  \n \t \r\n  x",
        "a\u00A0\u00A0b\u3000\u3000c \u2028 d",
        "    \n",
        " \n ",
        "\r\r\n\n\r",
        "x \n y  \n  z   \n",
        "tab\t\ttab \t tab",
        "今天天气很好,我们去公园散步吧。这个问题的答案是四十二。",
        "吾輩は猫である。名前はまだ無い。カタカナとひらがな、漢字。",
        "나는 오늘 학교에 갔다. 대한민국 만세!",
        "你好world混合text文本123测试ABC",
        "مرحبا بالعالم، كيف حالك؟ اللُّغَةُ العَرَبِيَّةُ ١٢٣٤",
        "שָׁלוֹם עוֹלָם! מה שלומך?",
        "नमस्ते दुनिया, आप कैसे हैं? क्षत्रिय १२३",
        "สวัสดีชาวโลก น้ำ ภาษาไทยไม่มีเว้นวรรค",
        "Привет, мир! Ещё одна СТРОКА",
        "Γειά σου Κόσμε ΑΒΓ",
        "Tiếng Việt có dấu: ường, e\u0301e\u0301 E\u0301X \u0301\u0301AB \u0301a",
        "Zürich, Ærøskøbing, Łódź, ĲSSEL, ǅungla ǆ Ǆ, ﬁn ﬂ",
        "😀😃 👨‍👩‍👧‍👦👩🏿‍🚀 🇩🇪🇫🇷🇯 👍🏻👍🏼👍🏽 🏳️‍🌈 ❤️‍🔥 1️⃣ #️⃣ ☺☺️",
        "<|endoftext|>",
        "a<|im_start|>system\n<|im_end|><|fim_prefix|><|fim_middle|><|fim_suffix|><|endofprompt|> <|endoftext|",
        "\uFEFFBOM",
        "\0\u0001\u007F\u0080\u009F",
        "ABCdef ABCDEF AbCdEf aBC XMLHttpRequest aあB あBC ʰA Aʰ",
        "\uD800",
        "a\uDC00b",
        "\uDE00\uD83D",
        "x\uD83D",
        "100,000.00 3.14159 2024-01-31T12:34:56Z 0b1010 1e100 ٣٤٥٦ ⅧⅨⅩⅪ ½⅓¼⅛ ¹²³⁴",
        "!!!???...,,,;;; ---===+++ \\\\\\ ///\n",
        "$$\\int_0^\\infty e^{-x^2}dx = \\frac{\\sqrt{\\pi}}{2}$$",
        "don’t “quote” – dash — em … ‘s’",
    ];

    /// <summary>Written by hand: languages, code, emoji, white space, names of special tokens, halves of surrogate
    /// pairs.</summary>
    public static IReadOnlyList<string> Written => s_written;

    /// <summary>The same character or word over and over, at lengths around those where the way of merging
    /// changes.</summary>
    public static IEnumerable<string> Runs()
    {
        string[] units =
        [
            " ",
            "\n",
            "\r\n",
            "\t",
            "a",
            "A",
            "Ab",
            "0",
            "12",
            "=",
            "-",
            "/",
            " a",
            "\u00A0",
            "é",
            "漢",
            "あ",
            "ا",
            "क",
            "\u0301",
            "😀",
            "'s",
            "ab cd\n",
            "\0",
        ];
        foreach (string unit in units)
        {
            foreach (
                int count in (int[])
                    [2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 79, 80, 81, 82, 100, 127, 128, 129, 255, 257, 600, 3000]
            )
            {
                string run = string.Concat(Enumerable.Repeat(unit, count));
                yield return run;
                yield return $"x{run}y";
                yield return $" {run}\n{run} 1";
            }
        }
    }

    /// <summary>Random sequences of the fragments.</summary>
    public static IEnumerable<string> Mixtures(int count, int seed)
    {
        Random random = new(seed);
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            text.Clear();

            // Some draw on few fragments only, so that the same ones meet again.
            string[] some = random.Next(2) == 0 ? s_fragments : random.GetItems(s_fragments, 4);
            int length = random.Next(1, random.Next(10) == 0 ? 200 : 14);
            for (int j = 0; j < length; j++)
            {
                text.Append(some[random.Next(some.Length)]);
            }

            yield return text.ToString();
        }
    }

    /// <summary>Random letters, digits and signs without spaces, which make long pieces that are no words.</summary>
    public static IEnumerable<string> Gibberish(int count, int seed)
    {
        string[] alphabets =
        [
            "abcdefghijklmnopqrstuvwxyz",
            "abcABC",
            "ACGT",
            "的一是不了人我在有他这为之大来以个中上们",
            "あいうえおかきくけこさしすせそ",
            "ابتثجحخدذرزسشصضطظعغ",
            "กขคงจฉชซญดตถทนบปผพฟมยรลวสหอ",
            "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
            "0123456789abcdef",
            "😀😁😂🤣😃",
        ];
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            Rune[] alphabet = [.. alphabets[random.Next(alphabets.Length)].EnumerateRunes()];
            yield return string.Concat(
                Enumerable
                    .Range(0, random.Next(1, random.Next(8) == 0 ? 700 : 60))
                    .Select(_ => alphabet[random.Next(alphabet.Length)].ToString())
            );
        }
    }

    /// <summary>Random bytes, of few values or of all, which are UTF-8 only in part.</summary>
    public static IEnumerable<byte[]> Bytes(int count, int seed)
    {
        byte[] edges =
        [
            0x20,
            0x0A,
            0x41,
            0x61,
            0x27,
            0x73,
            0x7F,
            0x80,
            0x8F,
            0x90,
            0x9F,
            0xA0,
            0xBF,
            0xC0,
            0xC1,
            0xC2,
            0xDF,
            0xE0,
            0xE1,
            0xED,
            0xEF,
            0xF0,
            0xF1,
            0xF4,
            0xF5,
            0xFF,
        ];
        Random random = new(seed);
        for (int i = 0; i < count; i++)
        {
            byte[] data = new byte[random.Next(1, random.Next(10) == 0 ? 1000 : 40)];
            random.NextBytes(data);
            yield return random.Next(2) == 0 ? data : [.. data.Select(value => edges[value % edges.Length])];
        }
    }

    /// <summary>
    /// Every character there is, in the contexts in which its class matters, or in one where none of its block is
    /// assigned; many to a text.
    /// </summary>
    public static IEnumerable<string> AllCharacters()
    {
        const int PerText = 128;
        const int FirstUnassigned = 0x33480,
            Tags = 0xE0000,
            AfterTags = 0xE0200;
        StringBuilder text = new();
        for (int code = 0; code <= 0x10FFFF; code++)
        {
            if (code is >= FirstUnassigned and (< Tags or >= AfterTags))
            {
                text.Append('a').Append(char.ConvertFromUtf32(code));
            }
            else if (code is < 0xD800 or > 0xDFFF)
            {
                string c = char.ConvertFromUtf32(code);
                text.Append(c)
                    .Append("a A")
                    .Append(c)
                    .Append("b B")
                    .Append(c)
                    .Append("'s 1")
                    .Append(c)
                    .Append("2 !")
                    .Append(c)
                    .Append("\n ")
                    .Append(c)
                    .Append(c)
                    .Append("\n\n");
            }

            if (code % PerText == PerText - 1 && text.Length > 0)
            {
                yield return text.ToString();
                text.Clear();
            }
        }
    }

    /// <summary>Every character as the letter of a contraction, the first or the second.</summary>
    public static IEnumerable<string> Contractions()
    {
        for (int code = 0; code <= 0xFFFF; code++)
        {
            if (code is < 0xD800 or > 0xDFFF)
            {
                yield return $"x'{(char)code}y 'r{(char)code}y x'l{(char)code}";
            }
        }
    }
}
