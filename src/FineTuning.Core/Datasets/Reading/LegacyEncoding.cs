namespace FineTuning.Core.Datasets.Reading;

// Guesses in which of the old encodings a text is that is no UTF-8, by how its bytes above 0x7F stand together.
internal static class LegacyEncoding
{
    // Enough to tell them apart.
    public const int SampleBytes = 4096;

    // The name, as .NET and iconv know it; null where no guess would be worth much.
    public static string? Guess(ReadOnlySpan<byte> sample)
    {
        int[] counts = new int[256];
        int high = 0,
            inRuns = 0,
            leads = 0,
            korean = 0,
            oddRuns = 0,
            run = 0;
        for (int i = 0; i <= sample.Length; i++)
        {
            byte value = i < sample.Length ? sample[i] : (byte)0;
            if (value < 0x80)
            {
                inRuns += run > 1 ? run : 0;
                oddRuns += run % 2;
                run = 0;
                continue;
            }

            counts[value]++;
            high++;
            if (run++ % 2 == 0)
            {
                leads++;
                korean += value is >= 0xB0 and <= 0xC8 ? 1 : 0;
            }
        }

        if (high == 0)
        {
            return null;
        }

        int Sum(int from, int to)
        {
            int sum = 0;
            for (int i = from; i <= to; i++)
            {
                sum += counts[i];
            }

            return sum;
        }

        // Kana are in every Japanese text, and nowhere else so often.
        if (Sum(0x82, 0x83) * 4 > high && high > 4)
        {
            return "shift_jis";
        }

        if (inRuns * 2 < high)
        {
            return Western(counts, Sum(0xC0, 0xFF), Sum(0x80, 0x9F));
        }

        return Sum(0xA4, 0xA5) * 4 > high ? "euc-jp"
            : Sum(0xE0, 0xFF) * 5 > high * 3 ? "windows-1251"
            : Sum(0xC0, 0xDF) * 5 > high * 3 ? "koi8-r"
            : Sum(0x80, 0xA0) > 0 || oddRuns > 0 ? null
            : korean * 5 > leads * 4 ? "euc-kr"
            : "gb18030";
    }

    // Letters with accents stand alone among others.
    private static string? Western(int[] counts, int letters, int low)
    {
        if (letters >= low)
        {
            return counts[0xC0] + counts[0xC1] == 0 || letters > 4 ? "windows-1252" : null;
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
}
