using System.Security.Cryptography;
using System.Text;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Http;

/// <summary>Asks for a key on every path of the API. A refused key is never repeated, not even in part.</summary>
internal sealed class Authentication(RequestDelegate next, ServerOptions options)
{
    /// <summary>Below this an ordinary key is not enough.</summary>
    public const string AdminPath = "/v1/fine_tuning/checkpoints";
    private const string AdminPrefix = "sk-admin-";

    private readonly byte[]? _key = options.ApiKey is { } key ? Digest(key) : null;

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/v1"))
        {
            string? key = KeyOf(context.Request);
            if (string.IsNullOrEmpty(key))
            {
                throw Refuse(
                    "You didn't provide an API key. Send it as 'Authorization: Bearer KEY' or as 'api-key: KEY'."
                );
            }

            if (_key is not null && !CryptographicOperations.FixedTimeEquals(Digest(key), _key))
            {
                throw Refuse("Incorrect API key provided. This server was started with a key of its own.");
            }

            // A key of the server's own opens all paths: there is no other that could.
            if (
                _key is null
                && context.Request.Path.StartsWithSegments(AdminPath)
                && !key.StartsWith(AdminPrefix, StringComparison.Ordinal)
            )
            {
                throw new ApiException(
                    403,
                    "You have insufficient permissions for this operation: it needs an admin API key. "
                        + "At this server that is any key that begins with 'sk-' and then 'admin-'.",
                    code: "insufficient_permissions"
                );
            }
        }

        return next(context);
    }

    private static string? KeyOf(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string? authorization = request.Headers.Authorization;
        return authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[Scheme.Length..].Trim()
            : request.Headers["api-key"].ToString().Trim();
    }

    // Digests have one length: comparing them tells nothing about the key's.
    private static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static ApiException Refuse(string message) => new(401, message, code: "invalid_api_key");
}
