using System.Net;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTuning.Core.Credentials;

/// <summary>A secret, kept as a SecureString and unwrapped only for use. While it lives, <see cref="Redaction"/> takes
/// it out of every text.</summary>
internal sealed class ApiSecret : IDisposable
{
    // A short one can be a part of ordinary words, so it is taken out only where it stands alone.
    private const int ShortLength = 8;

    private readonly SecureString _value;
    private bool _isDisposed;

    /// <summary>Creates a secret with a copy of the text.</summary>
    /// <param name="value">The secret; the caller stays its owner. White space and quotes around it are not part of
    /// it.</param>
    public ApiSecret(SecureString value)
    {
        _value = value.Copy();
        _value.MakeReadOnly();
        Redaction.Know(this);
    }

    /// <summary>Why it cannot go into a header; null if it can.</summary>
    /// <param name="what">How to call it, such as <c>key</c>.</param>
    /// <param name="isKey">Whether it is a key or a token, which have fewer characters than other values.</param>
    public string? HeaderFault(string what, bool isKey = false) =>
        Use(text =>
        {
            if (text.Length == 0)
            {
                return $"The {what} is empty.";
            }

            foreach (char c in text)
            {
                if (c is <= ' ' or >= '\u007f')
                {
                    return $"The {what} has a space, a line end or a character outside ASCII inside: it was probably "
                        + $"not copied whole.";
                }

                // A header may have them, a key or a token has none.
                if (isKey && c is ('"' or '\'' or '`'))
                {
                    return $"The {what} has a quote inside: it was probably not copied whole.";
                }
            }

            return null;
        });

    /// <summary>Lends the secret as a string, which must not be kept.</summary>
    public T Use<T>(Func<string, T> use)
    {
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(_value);
        try
        {
            // With its length: otherwise a secret with a NUL inside would be cut off there in silence.
            return use(PastedText.Clean(Marshal.PtrToStringUni(memory, _value.Length)));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }

    /// <summary>Whether it is the same secret.</summary>
    public bool IsSame(ApiSecret other) => Use(own => other.Use(o => string.Equals(own, o, StringComparison.Ordinal)));

    /// <summary>Takes the secret out of a text: as it is, and as addresses, JSON, pages and headers in base64 spell
    /// it.</summary>
    public string Mask(string text)
    {
        try
        {
            return _isDisposed || text.Length == 0 ? text : Use(secret => Spellings(secret).Aggregate(text, Mask));
        }
        catch (ObjectDisposedException)
        {
            // Another thread closed the connection at this moment.
            return text;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _value.Dispose();
    }

    /// <summary>The plain one comes last: it can be a part of another one, whose rest would stay.</summary>
    private static IEnumerable<string> Spellings(string secret)
    {
        if (secret.Length >= ShortLength)
        {
            yield return Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        }

        string json = JsonEncodedText.Encode(secret).ToString();
        foreach (
            string spelling in new[]
            {
                Uri.EscapeDataString(secret),
                WebUtility.UrlEncode(secret),
                WebUtility.HtmlEncode(secret),
                json,
                JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
                json.Replace("\\", "\\\\"),
            }
        )
        {
            if (spelling != secret)
            {
                yield return spelling;
            }
        }

        yield return secret;
    }

    private static string Mask(string text, string secret)
    {
        if (secret.Length >= ShortLength)
        {
            return text.Replace(secret, Redaction.Mask);
        }

        int start = 0;
        while (secret.Length > 0 && (start = text.IndexOf(secret, start, StringComparison.Ordinal)) >= 0)
        {
            int end = start + secret.Length;
            bool alone =
                (start == 0 || !char.IsLetterOrDigit(text[start - 1]))
                && (end == text.Length || !char.IsLetterOrDigit(text[end]));
            if (alone)
            {
                text = text.Substring(0, start) + Redaction.Mask + text.Substring(end);
            }

            start += alone ? Redaction.Mask.Length : 1;
        }

        return text;
    }
}
