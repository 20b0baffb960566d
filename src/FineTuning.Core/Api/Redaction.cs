using System;
using System.Collections.Generic;
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

    private static readonly List<WeakReference<ApiSecret>> s_known = [];

    /// <summary>Replaces every secret that this process uses, and everything else that looks like a key.</summary>
    /// <param name="text">Any text.</param>
    /// <returns>The text with <c>[redacted]</c> in the place of secrets.</returns>
    public static string Scrub(string text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        // The known ones first: the patterns could take a part of one, and the rest would not be found any more.
        foreach (ApiSecret secret in Known())
        {
            text = secret.Mask(text);
        }

        try
        {
            return s_secrets.Replace(text, Mask);
        }
        catch (RegexMatchTimeoutException)
        {
            return Mask;
        }
    }

    /// <summary>Takes the secret out of all texts from now on, as long as it lives.</summary>
    internal static void Know(ApiSecret secret)
    {
        lock (s_known)
        {
            s_known.RemoveAll(r => !r.TryGetTarget(out _));
            s_known.Add(new WeakReference<ApiSecret>(secret));
        }
    }

    private static List<ApiSecret> Known()
    {
        var live = new List<ApiSecret>();
        lock (s_known)
        {
            foreach (WeakReference<ApiSecret> reference in s_known)
            {
                if (reference.TryGetTarget(out ApiSecret? secret))
                {
                    live.Add(secret);
                }
            }
        }

        return live;
    }
}
