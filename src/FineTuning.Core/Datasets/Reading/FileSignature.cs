using FineTuning.Core.Datasets.Problems;

namespace FineTuning.Core.Datasets.Reading;

// Tells by the first bytes what a file is when it is not UTF-8 text, so that it is named once and not as a million bad
// lines.
internal static class FileSignature
{
    // Returns what is wrong with the whole file, or null if it can be text.
    public static ProblemCode? Find(ReadOnlySpan<byte> head)
    {
        if (StartsWith(head, 0x1F, 0x8B))
        {
            return FileProblems.Gzip;
        }

        if (StartsWith(head, (byte)'P', (byte)'K', 3, 4) || StartsWith(head, (byte)'P', (byte)'K', 5, 6))
        {
            return FileProblems.Zip;
        }

        // UTF-32 before UTF-16: its mark starts with the one of UTF-16.
        if (
            StartsWith(head, 0xFF, 0xFE, 0, 0)
            || StartsWith(head, 0, 0, 0xFE, 0xFF)
            || HasPattern(head, "x000")
            || HasPattern(head, "000x")
        )
        {
            return FileProblems.Utf32;
        }

        if (
            StartsWith(head, 0xFF, 0xFE)
            || StartsWith(head, 0xFE, 0xFF)
            || HasPattern(head, "x0x0")
            || HasPattern(head, "0x0x")
        )
        {
            return FileProblems.Utf16;
        }

        return null;
    }

    private static bool StartsWith(ReadOnlySpan<byte> head, params byte[] bytes) => head.StartsWith(bytes);

    // Without a mark the zero bytes give it away: an example starts with ASCII, a brace and a quote.
    private static bool HasPattern(ReadOnlySpan<byte> head, string pattern)
    {
        if (head.Length < pattern.Length)
        {
            return false;
        }

        for (int i = 0; i < pattern.Length; i++)
        {
            if ((head[i] == 0) != (pattern[i] == '0'))
            {
                return false;
            }
        }

        return true;
    }
}
