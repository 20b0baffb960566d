using System;
using System.Text.RegularExpressions;

namespace FineTuning.Core.Api;

/// <summary>The one place where secrets are taken out of texts that people or logs will see.</summary>
public static class Redaction
{
    internal const string Mask = "[redacted]";

    // Keys as OpenAI makes them, bearer tokens, and what stands behind a name for a secret: in headers, queries, environment variables, JSON,
    // JSON inside JSON, and what Python prints. Bounded, so that no text can make it slow.
    private static readonly Regex s_secrets = new(
        @"\bsk-[A-Za-z0-9_\-]{6,4000}" +
        @"|(?<=\bBearer\s{1,4})[^\s""',;]{1,4000}" +
        @"|(?<=(?:api[_-]?key|authorization|password|secret|access[_-]?token)\\?[""']?\s{0,4}[:=]\s{0,4}\\?[""']?(?:Basic\s{1,4})?)" +
        @"(?:[^\s""'\\,;}]|\\(?![""'])){1,4000}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(2));

    /// <summary>Replaces everything that looks like a key.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with <c>[redacted]</c> in the place of keys.</returns>
    public static string Scrub(string text)
    {
        try
        {
            return s_secrets.Replace(text ?? string.Empty, Mask);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask;
        }
    }
}
