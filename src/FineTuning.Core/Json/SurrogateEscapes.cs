using System.Text.RegularExpressions;

namespace FineTuning.Core.Json;

/// <summary>Escapes of half a character, such as a text that was cut between the two of an emoji. They are valid JSON,
/// and no text can be made of them.</summary>
internal static class SurrogateEscapes
{
    private const int Length = 6;

    // A pair, half of one, or any other escape, which is passed over as a whole: a backslash may be escaped itself.
    private static readonly Regex s_escapes = new(
        @"\\(?:u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
    );

    /// <summary>Whether there is such a half. Most texts have no escapes of characters above U+FFFF at all, and those
    /// that have are mostly of whole ones: neither costs more than a look.</summary>
    public static bool IsHalfIn(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf(@"\ud"u8) < 0 && json.IndexOf(@"\uD"u8) < 0)
        {
            return false;
        }

        int at;
        while ((at = json.IndexOf((byte)'\\')) >= 0)
        {
            json = json.Slice(at);
            int unit = Unit(json);
            if (unit is < 0xD800 or > 0xDFFF)
            {
                json = json.Slice(Math.Min(2, json.Length));
                continue;
            }

            if (unit >= 0xDC00 || Unit(json.Slice(Length)) is < 0xDC00 or > 0xDFFF)
            {
                return true;
            }

            json = json.Slice(2 * Length);
        }

        return false;
    }

    /// <summary>Puts U+FFFD in the place of each half.</summary>
    public static string Mend(string json) =>
        json.IndexOf(@"\ud", StringComparison.OrdinalIgnoreCase) < 0
            ? json
            : s_escapes.Replace(json, escape => escape.Length == Length ? @"\ufffd" : escape.Value);

    /// <summary>The number of the escape that a text begins with; -1 if it begins with none of four digits.</summary>
    private static int Unit(ReadOnlySpan<byte> json)
    {
        if (json.Length < Length || json[0] != (byte)'\\' || json[1] != (byte)'u')
        {
            return -1;
        }

        int unit = 0;
        foreach (byte digit in json.Slice(2, 4))
        {
            int value =
                digit is >= (byte)'0' and <= (byte)'9' ? digit - '0'
                : (digit | 0x20) is >= 'a' and <= 'f' ? (digit | 0x20) - 'a' + 10
                : -1;
            if (value < 0)
            {
                return -1;
            }

            unit = (unit << 4) | value;
        }

        return unit;
    }
}
