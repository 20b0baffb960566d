using System.Security;
using System.Text.RegularExpressions;
using FineTuning.Core.Credentials;

namespace FineTuning.Core.Http;

/// <summary>A header that goes along with every request, such as a gateway wants.</summary>
public sealed class RequestHeader
{
    private static readonly Regex s_name = new(@"\A[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}\z", RegexOptions.CultureInvariant);
    private static readonly string[] s_reserved =
    [
        "Host",
        "Connection",
        "Transfer-Encoding",
        "Expect",
        "Upgrade",
        "Range",
        "If-Range",
        "Accept-Encoding",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
    ];

    private readonly string? _value;
    private readonly ApiSecret? _secret;

    /// <summary>A header whose value anybody may see.</summary>
    /// <exception cref="ArgumentException">The name is none, or is for the client alone to set; the value cannot be in
    /// a header.</exception>
    public RequestHeader(string name, string value)
    {
        Name = Check(name);
        _value = value ?? throw new ArgumentNullException(nameof(value));
        foreach (char c in value)
        {
            if (c is (< ' ' and not '\t') or >= '\u007f')
            {
                throw new ArgumentException(
                    $"The value of the header {name} has a line end or a character outside ASCII inside.",
                    nameof(value)
                );
            }
        }
    }

    /// <summary>A header whose value is a secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">The secret; the caller stays its owner.</param>
    /// <exception cref="ArgumentException">The name is none, or is for the client alone to set; the value cannot be in
    /// a header.</exception>
    public RequestHeader(string name, SecureString value)
    {
        Name = Check(name);
        _secret = new ApiSecret(value ?? throw new ArgumentNullException(nameof(value)));
        if (_secret.HeaderFault($"value of the header {name}") is string fault)
        {
            _secret.Dispose();
            throw new ArgumentException(fault, nameof(value));
        }
    }

    /// <summary>The header's name, as it is sent.</summary>
    public string Name { get; }

    /// <summary>Whether the value is a secret.</summary>
    public bool IsSecret => _secret is not null;

    /// <summary>The value; null if it is a secret.</summary>
    public string? Value => _value;

    /// <summary>Returns a text that does not contain the value.</summary>
    public override string ToString() => Name;

    internal void Use(Action<string, string> apply)
    {
        if (_secret is null)
        {
            apply(Name, _value!);
        }
        else
        {
            _secret.Use<object?>(text =>
            {
                apply(Name, text);
                return null;
            });
        }
    }

    internal void Forget() => _secret?.Dispose();

    /// <summary>Returns the header's name.</summary>
    /// <exception cref="ArgumentException">It is none, or is for the client alone to set.</exception>
    public static string Check(string name)
    {
        if (name is null || !s_name.IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is no name of a header.", nameof(name));
        }

        if (
            name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
            || name.Equals("api-key", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new ArgumentException(
                $"The header {name} carries the key of the connection itself, which is given as a key or a token.",
                nameof(name)
            );
        }

        if (
            Array.Exists(s_reserved, r => r.Equals(name, StringComparison.OrdinalIgnoreCase))
            || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        )
        {
            throw new ArgumentException(
                $"The header {name} cannot be given: the client sets it by itself.",
                nameof(name)
            );
        }

        return name;
    }
}
