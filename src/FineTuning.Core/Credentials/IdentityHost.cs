using System.Net.Http.Headers;
using System.Text;

namespace FineTuning.Core.Credentials;

/// <summary>
/// Where the machine at hand gives out tokens of its identity, and how it wants to be asked. The forms and their
/// versions are those that Microsoft documents for App Service, Automation and Container Apps (2019-08-01, and the
/// older 2017-09-01), Arc (2020-06-01), Cloud Shell, workload identity in Kubernetes, and virtual machines
/// (2018-02-01).
/// </summary>
internal sealed class IdentityHost
{
    private const string InstanceMetadata = "http://169.254.169.254";

    private readonly Func<string, HttpRequestMessage> _make;

    private IdentityHost(string name, Func<string, HttpRequestMessage> make)
    {
        Name = name;
        _make = make;
    }

    /// <summary>What kind of place it is, for people.</summary>
    public string Name { get; }

    /// <summary>It first refuses, and names a file that only an administrator or the service can read.</summary>
    public bool HasChallenge { get; private init; }

    /// <summary>Nothing in the environment told of it: whether it is there is only seen by asking.</summary>
    public bool IsGuess { get; private init; }

    /// <summary>It is in the internet and not beside the machine, so a proxy can be on the way.</summary>
    public bool IsRemote { get; private init; }

    /// <summary>Finds the place by what the platform puts into the environment.</summary>
    /// <param name="variable">Gives an environment variable; null for one that is not set.</param>
    /// <param name="clientId">The identity to be; null is the machine's own.</param>
    /// <exception cref="ArgumentException">The environment names something that is no address.</exception>
    public static IdentityHost Find(Func<string, string?> variable, string? clientId)
    {
        string client = clientId is null ? string.Empty : "&client_id=" + Uri.EscapeDataString(clientId);
        string? endpoint = variable("IDENTITY_ENDPOINT") is string given ? Address(given, "IDENTITY_ENDPOINT") : null;
        if (endpoint is not null && variable("IDENTITY_HEADER") is string header)
        {
            return new IdentityHost(
                "the identity endpoint of this service",
                resource =>
                    Get($"{endpoint}?api-version=2019-08-01&resource={resource}{client}", ("X-IDENTITY-HEADER", header))
            );
        }

        if (endpoint is not null && variable("IMDS_ENDPOINT") is not null)
        {
            return new IdentityHost(
                "the agent of Azure Arc",
                resource => Get($"{endpoint}?api-version=2020-06-01&resource={resource}{client}")
            )
            {
                HasChallenge = true,
            };
        }

        if (
            variable("AZURE_FEDERATED_TOKEN_FILE") is string file
            && variable("AZURE_TENANT_ID") is string tenant
            && (clientId ?? variable("AZURE_CLIENT_ID")) is string workload
        )
        {
            string authority = Address(
                variable("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com",
                "AZURE_AUTHORITY_HOST"
            );
            if (new Uri(authority) is { Scheme: "http", IsLoopback: false })
            {
                throw new ArgumentException(
                    "The environment variable AZURE_AUTHORITY_HOST is not encrypted; use https."
                );
            }

            return new IdentityHost(
                "workload identity",
                resource => new HttpRequestMessage(
                    HttpMethod.Post,
                    $"{authority}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token"
                )
                {
                    Content = new FormUrlEncodedContent(
                        new Dictionary<string, string>
                        {
                            ["grant_type"] = "client_credentials",
                            ["client_id"] = workload,
                            ["scope"] = Uri.UnescapeDataString(resource) + "/.default",
                            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                            ["client_assertion"] = File.ReadAllText(file).Trim(),
                        }
                    ),
                }
            )
            {
                IsRemote = true,
            };
        }

        string? shell = variable("MSI_ENDPOINT") is string named ? Address(named, "MSI_ENDPOINT") : null;
        if (shell is not null && variable("MSI_SECRET") is string secret)
        {
            string older = clientId is null ? string.Empty : "&clientid=" + Uri.EscapeDataString(clientId);
            return new IdentityHost(
                "the identity endpoint of this service",
                resource => Get($"{shell}?api-version=2017-09-01&resource={resource}{older}", ("secret", secret))
            );
        }

        if (shell is not null && clientId is null)
        {
            return new IdentityHost(
                "Cloud Shell",
                resource =>
                {
                    var request = new HttpRequestMessage(HttpMethod.Post, shell)
                    {
                        Content = new StringContent(
                            "resource=" + resource,
                            Encoding.UTF8,
                            "application/x-www-form-urlencoded"
                        ),
                    };
                    request.Headers.Add("Metadata", "true");
                    return request;
                }
            );
        }

        string machine = Address(
            variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? InstanceMetadata,
            "AZURE_POD_IDENTITY_AUTHORITY_HOST"
        );
        return new IdentityHost(
            "the instance metadata service",
            resource =>
                Get($"{machine}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}{client}")
        )
        {
            IsGuess = true,
        };
    }

    /// <summary>A request for a token.</summary>
    /// <param name="resource">What it is to open, such as <c>https://cognitiveservices.azure.com</c>.</param>
    /// <param name="proof">What was in the file that the challenge named; null before it.</param>
    public HttpRequestMessage Ask(string resource, string? proof)
    {
        HttpRequestMessage request = _make(Uri.EscapeDataString(resource));
        if (proof is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", proof);
        }

        return request;
    }

    private static HttpRequestMessage Get(string address, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Metadata", "true");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static string Address(string text, string variable) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
            ? text.TrimEnd('/')
            : throw new ArgumentException($"The environment variable {variable} is no http or https address.");
}
