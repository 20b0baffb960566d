using System.Text.Json.Serialization;
using FineTuning.Core.Client;

namespace FineTuning.Core.Connections;

/// <summary>What there is to know of a connection but its secrets, as it is kept on disk.</summary>
public sealed record ConnectionProfile
{
    internal const int CurrentFormat = 1;

    /// <summary>The version of the file's form.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The exact base of the API.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>How the service spells the API.</summary>
    public ApiDialect Dialect { get; init; }

    /// <summary>The version of the API.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The organisation to bill.</summary>
    public string? Organization { get; init; }

    /// <summary>The project to bill.</summary>
    public string? Project { get; init; }

    /// <summary>Headers whose values anybody may see.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The names of headers whose values are secrets, which are not kept.</summary>
    public IReadOnlyList<string>? SecretHeaders { get; init; }

    /// <summary>The proxy's address; null is the system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whom to be at the proxy; the password is not kept.</summary>
    public string? ProxyUserName { get; init; }

    /// <summary>The proxy knows the account that runs the process.</summary>
    public bool ProxyUseDefaultCredentials { get; init; }

    /// <summary>Seconds without progress until a request is given up; null is the usual.</summary>
    public double? TimeoutSec { get; init; }

    /// <summary>Repeats of a request that failed for a passing reason; null is the usual.</summary>
    public int? MaxRetryCount { get; init; }

    /// <summary>Plain http to other machines is allowed.</summary>
    public bool AllowInsecureHttp { get; init; }

    /// <summary>Where the key comes from.</summary>
    public KeyOrigin Key { get; init; }

    /// <summary>The parameter by which the key was given by hand, such as <c>ApiKey</c>.</summary>
    public string? GivenBy { get; init; }

    /// <summary>The name of the secret with the key.</summary>
    public string? SecretName { get; init; }

    /// <summary>The vault of the secret with the key; null is any.</summary>
    public string? Vault { get; init; }

    /// <summary>The client id of the managed identity; null is the machine's own.</summary>
    public string? ClientId { get; init; }

    /// <summary>The name of the secret with the admin key.</summary>
    public string? AdminSecretName { get; init; }

    /// <summary>The vault of that secret; null is any.</summary>
    public string? AdminVault { get; init; }

    // What a text of JSON says can be null or nonsense where neither is meant.
    [JsonIgnore]
    internal bool IsWhole =>
        Format == CurrentFormat
        && Endpoint is { IsAbsoluteUri: true }
        && Endpoint.UserInfo.Length == 0
        && Enum.IsDefined(typeof(ApiDialect), Dialect)
        && Enum.IsDefined(typeof(KeyOrigin), Key)
        && (Key != KeyOrigin.Secret || SecretName is not null)
        && (TimeoutSec is null or (> 0 and <= 86400))
        && (MaxRetryCount is null or (>= 0 and <= 20))
        && (Proxy is null or { IsAbsoluteUri: true, UserInfo.Length: 0 });
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true
)]
[JsonSerializable(typeof(ConnectionProfile))]
internal sealed partial class ProfileContext : JsonSerializerContext;
