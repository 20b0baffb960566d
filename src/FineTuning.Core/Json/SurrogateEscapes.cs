using System.Text.RegularExpressions;

namespace FineTuning.Core.Json;

/// <summary>Escapes of half a character, such as a text that was cut between the two of an emoji. They are valid JSON,
/// and no text can be made of them.</summary>
internal static class SurrogateEscapes
{
    // A pair, half of one, or any other escape, which is passed over as a whole: a backslash may be escaped itself.
    private static readonly Regex s_escapes = new(
        @"\\(?:u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
    );

    /// <summary>Whether there may be such an escape in it: most texts have none, and need no more than this.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> json) => json.IndexOf(@"\ud"u8) >= 0 || json.IndexOf(@"\uD"u8) >= 0;

    /// <summary>Puts U+FFFD in the place of each half.</summary>
    public static string Mend(string json) =>
        json.IndexOf(@"\ud", StringComparison.OrdinalIgnoreCase) < 0
            ? json
            : s_escapes.Replace(json, escape => escape.Length == 6 ? @"\ufffd" : escape.Value);
}
