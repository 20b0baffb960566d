using System.Security;

namespace FineTuning.Core.Credentials;

/// <summary>A token that opens a service for a time.</summary>
/// <param name="value">The token; whoever takes it becomes its owner.</param>
/// <param name="expiresAt">When it ends; null if that is not known.</param>
public sealed class AccessToken(SecureString value, DateTimeOffset? expiresAt)
{
    /// <summary>When it ends; null if that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    internal SecureString Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Returns a text that does not contain the token.</summary>
    public override string ToString() => "access token";
}
