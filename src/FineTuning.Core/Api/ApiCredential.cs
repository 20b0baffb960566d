using System;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security;

namespace FineTuning.Core.Api;

/// <summary>A key, kept as a SecureString and unwrapped only to make a header.</summary>
public sealed class ApiCredential : IDisposable
{
    private readonly SecureString _key;

    /// <summary>Keeps a copy of the key.</summary>
    /// <param name="key">The key; the caller stays its owner.</param>
    /// <exception cref="ArgumentException">The key is empty, or has characters that a header cannot carry.</exception>
    public ApiCredential(SecureString key)
    {
        _ = key ?? throw new ArgumentNullException(nameof(key));
        _key = key.Copy();
        _key.MakeReadOnly();
        string? fault = Use(Check);
        if (fault is not null)
        {
            _key.Dispose();
            throw new ArgumentException(fault, nameof(key));
        }

        static string? Check(string text)
        {
            if (text.Trim().Length == 0)
            {
                return "The key is empty.";
            }

            foreach (char c in text.Trim())
            {
                if (c is <= ' ' or >= '\u007f')
                {
                    return "The key has a space, a line end or a character outside ASCII inside: it was probably not copied whole.";
                }
            }

            return null;
        }
    }

    /// <summary>Puts the key into the headers of one request.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="endpoint">Azure hosts take it as <c>api-key</c>, all others as a bearer token.</param>
    internal void Apply(HttpRequestHeaders headers, Uri endpoint) => Use<object?>(text =>
    {
        if (IsAzure(endpoint))
        {
            headers.TryAddWithoutValidation("api-key", text.Trim());
        }
        else
        {
            headers.Authorization = new AuthenticationHeaderValue("Bearer", text.Trim());
        }

        return null;
    });

    /// <summary>Whether it is the same key.</summary>
    public bool IsSame(ApiCredential? other) => other is not null && Use(key => other.Use(o => string.Equals(key.Trim(), o.Trim(), StringComparison.Ordinal)));

    /// <summary>Takes the key out of a text that a server may have echoed.</summary>
    internal string Mask(string text) => Use(key => text.Replace(key.Trim(), Redaction.Mask));

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    /// <summary>Never the key.</summary>
    public override string ToString() => "API key";

    private static bool IsAzure(Uri endpoint) =>
        endpoint.Host.EndsWith(".azure.com", StringComparison.OrdinalIgnoreCase) ||
        endpoint.Host.EndsWith(".azure.us", StringComparison.OrdinalIgnoreCase) ||
        endpoint.Host.EndsWith(".azure.cn", StringComparison.OrdinalIgnoreCase);

    private T Use<T>(Func<string, T> use)
    {
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(_key);
        try
        {
            // With its length: otherwise a key with a NUL inside would be cut off there in silence.
            return use(Marshal.PtrToStringUni(memory, _key.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }
}
