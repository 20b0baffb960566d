using System.Net.Http.Headers;
using FineTuning.Core.Client;

namespace FineTuning.Core.Credentials;

/// <summary>What authorises one attempt.</summary>
/// <param name="Secret">The key or token.</param>
/// <param name="IsToken">Tokens are bearers everywhere; how a key travels is a matter of the dialect.</param>
internal sealed record RequestAuthorization(ApiSecret Secret, bool IsToken)
{
    public void Apply(HttpRequestHeaders headers, ApiDialect dialect) =>
        Secret.Use<object?>(text =>
        {
            if (dialect == ApiDialect.Azure && !IsToken)
            {
                headers.TryAddWithoutValidation("api-key", text);
            }
            else
            {
                headers.Authorization = new AuthenticationHeaderValue("Bearer", text);
            }

            return null;
        });

    /// <summary>Returns a text that does not contain the secret.</summary>
    public override string ToString() => IsToken ? "a token" : "a key";
}
