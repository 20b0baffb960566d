using System.Globalization;
using FineTuning.Core.Client;

namespace FineTuning.Server.Hosting;

/// <summary>Reads the values of options. What is none is an <see cref="OptionException"/> that says what would
/// be.</summary>
internal static class OptionValue
{
    public static int Number(string option, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number >= min
        && number <= max
            ? number
            : throw new OptionException(option, $"A whole number from {min} to {max} is needed, not '{text}'.");

    public static ApiDialect DialectOf(string option, string text) =>
        text.Equals("openai", StringComparison.OrdinalIgnoreCase) ? ApiDialect.OpenAI
        : text.Equals("azure", StringComparison.OrdinalIgnoreCase) ? ApiDialect.Azure
        : throw new OptionException(option, $"openai or azure is needed, not '{text}'.");

    public static string Text(string option, string text) =>
        string.IsNullOrWhiteSpace(text) || text.StartsWith("--", StringComparison.Ordinal)
            ? throw new OptionException(option, "A value is needed.")
            : text;

    public static string Name(string option, string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? text
            : throw new OptionException(option, $"At most 64 letters, digits and -_. are needed instead of '{text}'.");

    public static string HostName(string option, string text) =>
        Uri.CheckHostName(text) != UriHostNameType.Unknown && text.Length <= 253
            ? text
            : throw new OptionException(
                option,
                $"A host name without scheme and port is needed, such as llm.example.com, not '{text}'."
            );

    public static string FullPath(string option, string text) =>
        string.IsNullOrWhiteSpace(text)
        || text.StartsWith("--", StringComparison.Ordinal)
        || text.Contains('\0', StringComparison.Ordinal)
            ? throw new OptionException(option, "A path is needed.")
            : Path.GetFullPath(text);
}
