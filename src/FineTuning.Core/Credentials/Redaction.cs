using System.Collections;
using System.Security;
using System.Text.RegularExpressions;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Credentials;

/// <summary>The one place where secrets are taken out of texts that people or logs will see.</summary>
public static class Redaction
{
    internal const string Mask = "[redacted]";

    // Keys as OpenAI makes them, bearer tokens, what a proxy gets for a name and password, what stands before the host
    // of an address, and what stands behind a name for a secret: in headers, queries, environment variables, JSON, JSON
    // inside JSON, and what Python prints. Bounded, so that no text can make it slow.
    private static readonly Regex s_secrets = new(
        @"\bsk-[A-Za-z0-9_\-]{6,4000}"
            + @"|(?<=\bBearer\s{1,4})[^\s""',;]{1,4000}"
            + @"|(?<=\bBasic\s{1,4})(?=[A-Za-z]{0,200}[0-9+/=])[A-Za-z0-9+/]{8,4000}={0,2}"
            + @"|(?<=://)[^\s/?#""'<>]{1,1000}(?=@)"
            + @"|(?<=[?&](?:key|code|sig|token|subscription-key|functions-key)=)[^\s&#""'<>]{1,4000}"
            + @"|(?<=(?:api[_-]?key|authorization|password|secret|access[_-]?token)\\?[""']?\s{0,4}[:=]\s{0,4}\\?[""']?(?:Basic\s{1,4})?)"
            + @"(?!\((?:Read-Host|Get-)|redacted\b)(?:[^\s""'\\,;}]|\\(?![""'])){1,4000}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(2)
    );

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

    /// <summary>An exception as it is if no text of it has a secret; else one that says the same without.</summary>
    /// <param name="exception">Any exception, with those inside it.</param>
    public static Exception? Scrub(Exception? exception)
    {
        // Those of the API are clean from the start.
        return exception is null or FineTuningApiException or RedactedException || IsClean(exception)
            ? exception
            : new RedactedException(exception);
    }

    /// <summary>Takes a secret of the caller's out of all texts from now on.</summary>
    /// <param name="secret">The secret; the caller stays its owner.</param>
    /// <returns>Ends it.</returns>
    public static IDisposable Know(SecureString secret) =>
        new ApiSecret(secret ?? throw new ArgumentNullException(nameof(secret)));

    /// <summary>Takes the secret out of all texts from now on, as long as it lives.</summary>
    internal static void Know(ApiSecret secret)
    {
        lock (s_known)
        {
            s_known.RemoveAll(r => !r.TryGetTarget(out _));
            s_known.Add(new WeakReference<ApiSecret>(secret));
        }
    }

    private static bool IsClean(Exception exception)
    {
        string text = exception.ToString();
        if (Scrub(text) != text)
        {
            return false;
        }

        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            foreach (DictionaryEntry entry in inner.Data)
            {
                string data = $"{entry.Key}={entry.Value}";
                if (Scrub(data) != data)
                {
                    return false;
                }
            }
        }

        return true;
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
