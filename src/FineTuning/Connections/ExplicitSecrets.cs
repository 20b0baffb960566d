using System.Management.Automation;
using System.Security;
using FineTuning.Core.Http;

namespace FineTuning.Connections;

/// <summary>The secrets that were given by hand for a connection, which are never saved.</summary>
internal sealed class ExplicitSecrets
{
    public static ExplicitSecrets None { get; } = new();

    public SecureString? ApiKey { get; init; }

    public SecureString? AccessToken { get; init; }

    public ScriptBlock? TokenProvider { get; init; }

    public PSCredential? ProxyCredential { get; init; }

    public IReadOnlyList<RequestHeader> Headers { get; init; } = [];
}
