using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Looks for what a model should not learn. The messages never repeat what was found.
internal static class SecretRules
{
    internal static readonly ProblemCode SecretKey = ProblemCode.Warning(
        "FT1606",
        "looks like an API key",
        "A string has something that looks like an API key. What a model learns it can repeat.",
        "Remove the key, and revoke it if it is real.",
        """{"messages":[{"role":"user","content":"use sk-..."},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode EmailAddress = ProblemCode.Warning(
        "FT1607",
        "looks like an e-mail address",
        "A string has something that looks like an e-mail address. What a model learns it can repeat.",
        "Replace the address with a made-up one.",
        """{"messages":[{"role":"user","content":"write to ann@example.com"},{"role":"assistant","content":"Hello"}]}"""
    );

    // Real keys are longer; this is about where a product code or a made-up example ends.
    private const int MinimumKeyChars = 20;

    public static void Check(LineContext line, int start, ReadOnlySpan<byte> text)
    {
        int key = IndexOfKey(text);
        if (key >= 0)
        {
            line.Report(SecretKey, start + key, null, $"The text has what looks like an API key (sk-…).");
        }

        int address = IndexOfAddress(text);
        if (address >= 0)
        {
            line.Report(EmailAddress, start + address, null, $"The text has what looks like an e-mail address.");
        }
    }

    private static int IndexOfKey(ReadOnlySpan<byte> text)
    {
        int i = 0;
        while (true)
        {
            int found = text.Slice(i).IndexOf("sk-"u8);
            if (found < 0)
            {
                return -1;
            }

            int start = i + found;
            int end = start + 3;
            while (end < text.Length && (IsAlphanumeric(text[end]) || text[end] is (byte)'-' or (byte)'_'))
            {
                end++;
            }

            // "task-..." and "disk-..." are words.
            if (
                end - start - 3 >= MinimumKeyChars
                && (start == 0 || !IsAlphanumeric(text[start - 1]) || IsEscapeLetter(text, start - 1))
            )
            {
                return start;
            }

            i = end;
        }
    }

    private static int IndexOfAddress(ReadOnlySpan<byte> text)
    {
        int i = 0;
        while (true)
        {
            int found = text.Slice(i).IndexOf((byte)'@');
            if (found < 0)
            {
                return -1;
            }

            int at = i + found;
            int start = at;
            while (start > i && IsLocalPart(text[start - 1]))
            {
                start--;
            }

            int end = at + 1;
            int lastDot = -1;
            while (end < text.Length && (IsAlphanumeric(text[end]) || text[end] is (byte)'-' or (byte)'.'))
            {
                lastDot = text[end] == (byte)'.' && end + 1 < text.Length && IsLetter(text[end + 1]) ? end : lastDot;
                end++;
            }

            if (start < at && lastDot > at + 1)
            {
                return start;
            }

            i = at + 1;
        }
    }

    // The n of \n stands before a key at the start of a line.
    private static bool IsEscapeLetter(ReadOnlySpan<byte> text, int index) =>
        index > 0 && text[index - 1] == (byte)'\\' && text[index] is ((byte)'n' or (byte)'t' or (byte)'r');

    private static bool IsLocalPart(byte value) =>
        IsAlphanumeric(value) || value is (byte)'.' or (byte)'_' or (byte)'-' or (byte)'+';

    private static bool IsAlphanumeric(byte value) => IsLetter(value) || value is >= (byte)'0' and <= (byte)'9';

    private static bool IsLetter(byte value) => (value | 0x20) is >= 'a' and <= 'z';
}
