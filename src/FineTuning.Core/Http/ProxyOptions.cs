using System.Net;
using System.Security;
using FineTuning.Core.Credentials;

namespace FineTuning.Core.Http;

/// <summary>The proxy that requests go through.</summary>
public sealed class ProxyOptions
{
    private readonly NetworkCredential? _credential;
    private readonly ApiSecret? _password;

    /// <summary>Chooses a proxy, or credentials for the system's.</summary>
    /// <param name="address">Its http address; null is the system's proxy.</param>
    /// <param name="userName">Whom to be at the proxy; null sends no credentials unless the default ones are asked
    /// for.</param>
    /// <param name="password">The password; the caller stays its owner.</param>
    /// <param name="useDefaultCredentials">The account that runs this process is known to the proxy.</param>
    /// <exception cref="ArgumentException">The address is none, or carries a password.</exception>
    public ProxyOptions(
        Uri? address,
        string? userName = null,
        SecureString? password = null,
        bool useDefaultCredentials = false
    )
    {
        if (address is not null && (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")))
        {
            throw new ArgumentException(
                $"The proxy '{address}' is not an http address such as http://proxy.example:8080.",
                nameof(address)
            );
        }

        if (address?.UserInfo.Length > 0)
        {
            throw new ArgumentException(
                "The address of the proxy must not carry a name or password; give them by themselves.",
                nameof(address)
            );
        }

        Address = address;
        UserName = userName;
        UseDefaultCredentials = useDefaultCredentials;
        if (userName is not null)
        {
            _password = new ApiSecret(password ?? new SecureString());
            int at = userName.IndexOf('\\');
            _credential =
                at < 0
                    ? new NetworkCredential(userName, password)
                    : new NetworkCredential(userName.Substring(at + 1), password, userName.Substring(0, at));
        }
    }

    /// <summary>Its address; null is the system's proxy.</summary>
    public Uri? Address { get; }

    /// <summary>The name and password for the proxy.</summary>
    public string? UserName { get; }

    /// <summary>The account that runs this process is known to the proxy.</summary>
    public bool UseDefaultCredentials { get; }

    /// <summary>Returns a text that does not contain the password.</summary>
    public override string ToString() => Address?.ToString() ?? "the system's proxy";

    internal ICredentials? Credentials =>
        _credential ?? (UseDefaultCredentials ? CredentialCache.DefaultCredentials : null);

    /// <summary>The proxy for a handler; null leaves the system's in place.</summary>
    internal IWebProxy? ToWebProxy() => Address is null ? null : new Named(Address, Credentials);

    internal void Forget()
    {
        _password?.Dispose();
        if (_credential is not null)
        {
            _credential.SecurePassword = new SecureString();
        }
    }

    /// <summary>One that was named is meant for every address; .NET Framework's own would pass over loopback.</summary>
    private sealed class Named(Uri address, ICredentials? credentials) : IWebProxy
    {
        public ICredentials? Credentials { get; set; } = credentials;

        public Uri GetProxy(Uri destination) => address;

        public bool IsBypassed(Uri host) => false;
    }
}
