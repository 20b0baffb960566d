using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Reading;

// Guesses in which of the old encodings a text is that is no UTF-8, by how its bytes above 0x7F stand together.
internal static class LegacyEncoding
{
    // Enough to tell them apart.
    public const int SampleBytes = 4096;

    // The name, as .NET and iconv know it; null where no guess would be worth much.
    public static string? Guess(ReadOnlySpan<byte> sample)
    {
        Runs runs = default;
        int[] counts = new int[256];
        int i = 0;
        while (i < sample.Length)
        {
            int length = 0;
            while (i + length < sample.Length && sample[i + length] >= 0x80)
            {
                counts[sample[i + length++]]++;
            }

            if (length > 0)
            {
                runs.Add(sample, i, length);
            }

            i += length + 1;
        }

        // UTF-8 after all, with characters that were cut or broken.
        if (runs.Count == 0 || runs.Utf8 * 2 > runs.Count)
        {
            return null;
        }

        int Sum(int from, int to)
        {
            int sum = 0;
            for (int value = from; value <= to; value++)
            {
                sum += counts[value];
            }

            return sum;
        }

        int high = runs.Bytes;

        // Hiragana are in every Japanese text, and nowhere else.
        if (runs.Hiragana > 1 && runs.Hiragana * 8 > high)
        {
            return "shift_jis";
        }

        if (runs.BytesOfLong * 2 < high)
        {
            return Western(counts, Sum(0xC0, 0xFF), Sum(0x80, 0x9F));
        }

        return Sum(0xA4, 0xA5) * 4 > high ? "euc-jp"
            : Sum(0xE0, 0xFF) * 5 > high * 3 ? "windows-1251"
            : Sum(0xC0, 0xDF) * 5 > high * 3 ? "koi8-r"
            : Sum(0x80, 0xA0) > 0 || runs.Odd > 0 ? null
            : runs.Korean * 5 > runs.Leads * 4 ? "euc-kr"
            : "gb18030";
    }

    // Letters with accents stand alone among others.
    private static string? Western(int[] counts, int letters, int low)
    {
        if (letters >= low)
        {
            return "windows-1252";
        }

        // e with acute and grave, a with grave, c with cedilla, o and u with diaeresis.
        int mac = counts[0x8E] + counts[0x8F] + counts[0x88] + counts[0x8D] + counts[0x9A] + counts[0x9F];
        int dos = counts[0x82] + counts[0x8A] + counts[0x85] + counts[0x87] + counts[0x94] + counts[0x81];

        // Quotes, dashes and the euro.
        int marks = low - mac - dos;
        return marks > mac + dos ? "windows-1252"
            : mac > dos ? "macintosh"
            : dos > mac ? "ibm850"
            : null;
    }

    // Runs of bytes above 0x7F.
    private struct Runs
    {
        public int Count;
        public int Bytes;

        // Bytes in runs of more than one.
        public int BytesOfLong;
        public int Odd;

        // First bytes of pairs, and those of them that are first bytes of Korean syllables.
        public int Leads;
        public int Korean;
        public int Hiragana;

        // Runs that are characters in UTF-8, of which the last may be cut off where the string ends.
        public int Utf8;

        public void Add(ReadOnlySpan<byte> text, int start, int length)
        {
            ReadOnlySpan<byte> run = text.Slice(start, length);
            Count++;
            Bytes += length;
            BytesOfLong += length > 1 ? length : 0;
            Odd += length % 2;
            int end = start + length;
            bool isInWord = start > 0 && (text[start - 1] | 0x20) is >= 'a' and <= 'z';
            bool isCut = end < text.Length && text[end] == (byte)'"' && IsCut(run, isInWord);
            Utf8 += isCut || Utf8Check.IsValid(run) ? 1 : 0;
            for (int i = 0; i < length; i += 2)
            {
                Leads++;
                Korean += run[i] is >= 0xB0 and <= 0xC8 ? 1 : 0;
            }

            for (int i = 0; i + 1 < length; i++)
            {
                Hiragana += run[i] == 0x82 && run[i + 1] is >= 0x9F and <= 0xF1 ? 1 : 0;
            }
        }

        // In a word of Latin letters, the last one with an accent is likelier than a cut character of three bytes.
        private static bool IsCut(ReadOnlySpan<byte> run, bool isInWord)
        {
            int rest = 1;
            while (rest < run.Length && (run[run.Length - rest] & 0xC0) == 0x80)
            {
                rest++;
            }

            byte lead = run[run.Length - rest];
            int needed =
                lead >= 0xF0 ? 4
                : lead >= 0xE0 ? (isInWord ? 0 : 3)
                : lead >= 0xC2 ? 2
                : 0;
            return rest < needed && Utf8Check.IsValid(run.Slice(0, run.Length - rest));
        }
    }
}
