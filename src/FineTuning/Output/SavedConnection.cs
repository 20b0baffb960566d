using FineTuning.Connections;
using FineTuning.Core.Connections;

namespace FineTuning.Output;

/// <summary>A connection that was saved. It has no secrets, and is not open.</summary>
public sealed class SavedConnection
{
    internal SavedConnection(string name, ConnectionProfile profile)
    {
        Name = name;
        Endpoint = profile.Endpoint;
        Dialect = profile.Dialect.ToString();
        ApiVersion = profile.ApiVersion;
        KeySource = Describe(profile);
        AdminKeySource = profile.AdminSecretName is null
            ? null
            : KeySources.Secret(profile.AdminSecretName, profile.AdminVault);
        Organization = profile.Organization;
        Project = profile.Project;
        Proxy = profile.Proxy;
    }

    /// <summary>Its name, for -Connection and for Connect-FineTuning -Name.</summary>
    public string Name { get; }

    /// <summary>The exact base of the API.</summary>
    public Uri Endpoint { get; }

    /// <summary>How the service spells the API: OpenAI or Azure.</summary>
    public string Dialect { get; }

    /// <summary>The version of the API.</summary>
    public string? ApiVersion { get; }

    /// <summary>Where the key will be looked for.</summary>
    public string KeySource { get; }

    /// <summary>Where the admin key will be looked for.</summary>
    public string? AdminKeySource { get; }

    /// <summary>The organisation to bill.</summary>
    public string? Organization { get; }

    /// <summary>The project to bill.</summary>
    public string? Project { get; }

    /// <summary>The proxy that requests go through; null is the system's.</summary>
    public Uri? Proxy { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Describe(ConnectionProfile profile) =>
        profile.Key switch
        {
            KeyOrigin.Secret => KeySources.Secret(profile.SecretName!, profile.Vault),
            KeyOrigin.Identity => KeySources.Identity(profile.ClientId),
            KeyOrigin.Given => "to be given again",
            _ => "looked up each time",
        };
}
