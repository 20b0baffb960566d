using System.Security;
using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Credentials;
using FineTuning.Errors;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Connections;

/// <summary>What the environment says of services and keys, by the names that other programs for this API
/// read.</summary>
internal static class EnvironmentSettings
{
    public const string Key = "OPENAI_API_KEY";
    public const string AdminKey = "OPENAI_ADMIN_KEY";
    public const string Endpoint = "OPENAI_BASE_URL";
    public const string Organization = "OPENAI_ORG_ID";
    public const string Project = "OPENAI_PROJECT_ID";
    public const string AzureEndpoint = "AZURE_OPENAI_ENDPOINT";
    public const string AzureKey = "AZURE_OPENAI_API_KEY";
    public const string AzureToken = "AZURE_OPENAI_AD_TOKEN";
    public const string AzureVersion = "OPENAI_API_VERSION";

    /// <summary>The variables with secrets, those of Azure's identities among them.</summary>
    public static string[] Secrets { get; } =
    [Key, AdminKey, AzureKey, AzureToken, "IDENTITY_HEADER", "MSI_SECRET", "AZURE_CLIENT_SECRET"];

    /// <summary>The value of a variable; null if it has none. Files of variables have values in quotes, which some
    /// programs that read them keep.</summary>
    public static string? Variable(string name) =>
        PastedText.Clean(Environment.GetEnvironmentVariable(name) ?? string.Empty) is { Length: > 0 } value
            ? value
            : null;

    /// <summary>The service to use where none is named: the one of OPENAI_BASE_URL, or of AZURE_OPENAI_ENDPOINT, or
    /// OpenAI.</summary>
    /// <param name="cmdlet">Is stopped if the environment names none that can be.</param>
    /// <param name="isForToken">It is to be opened by an identity or a token: OpenAI takes neither, so one of the
    /// variables must be set.</param>
    public static ConnectionProfile Service(AsyncCmdlet cmdlet, bool isForToken = false)
    {
        string? azure = Variable(AzureEndpoint);
        if (Variable(Endpoint) is string other)
        {
            return Make(EndpointText.Parse(cmdlet, other, $"the environment variable {Endpoint}"), null);
        }

        bool hasAzureKey = isForToken || (Variable(AzureKey) ?? Variable(AzureToken)) is not null;
        if (azure is not null && (hasAzureKey || Variable(Key) is null))
        {
            if (Variable(Key) is not null && !isForToken)
            {
                cmdlet.WriteWarning(
                    $"The environment has keys for OpenAI ({Key}) and for Azure OpenAI ({AzureEndpoint}): Azure's is "
                        + $"used. Connect-FineTuning OpenAI uses the other."
                );
            }

            (Uri resource, string? version) = EndpointText.ParseAzure(
                cmdlet,
                azure,
                Variable(AzureVersion),
                $"the environment variable {AzureEndpoint}"
            );
            return Make(resource, ApiDialect.Azure) with { ApiVersion = version };
        }

        if (isForToken)
        {
            cmdlet.ThrowTerminatingError(ConnectionErrors.NoService());
        }

        return Make(ClientOptions.OpenAIEndpoint, null);
    }

    /// <summary>What is known of a service that was named.</summary>
    public static ConnectionProfile Describe(Uri endpoint) =>
        Make(endpoint, AzureService() is Uri azure && IsSameOrigin(endpoint, azure) ? ApiDialect.Azure : null);

    /// <summary>The environment's key for an endpoint: each is for the endpoint beside it, and another one that was
    /// named does not draw it out.</summary>
    public static ResolvedKey? KeyFor(Uri endpoint)
    {
        if (AzureService() is Uri azure && IsSameOrigin(endpoint, azure))
        {
            if (Variable(AzureKey) is string key)
            {
                return new ResolvedKey(Secure(key), $"environment variable {AzureKey}");
            }

            if (Variable(AzureToken) is string token)
            {
                return new ResolvedKey(Secure(token), $"environment variable {AzureToken}", IsToken: true);
            }
        }

        return OfOpenAI(endpoint, Key);
    }

    /// <summary>The environment's admin key for an endpoint.</summary>
    public static ResolvedKey? AdminKeyFor(Uri endpoint) => OfOpenAI(endpoint, AdminKey);

    public static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char c in text)
        {
            secure.AppendChar(c);
        }

        secure.MakeReadOnly();
        return secure;
    }

    private static ResolvedKey? OfOpenAI(Uri endpoint, string variable) =>
        Variable(variable) is string key && IsOpenAIService(endpoint)
            ? new ResolvedKey(Secure(key), $"environment variable {variable}")
            : null;

    /// <summary>Whether it is the service that the variables of OpenAI are for. An address that is none is
    /// nobody's.</summary>
    private static bool IsOpenAIService(Uri endpoint) =>
        Variable(Endpoint) is not string text || text.Equals("OpenAI", StringComparison.OrdinalIgnoreCase)
            ? IsSameOrigin(endpoint, ClientOptions.OpenAIEndpoint)
            : Uri.TryCreate(text, UriKind.Absolute, out Uri? named) && IsSameOrigin(endpoint, named);

    private static Uri? AzureService()
    {
        try
        {
            return Variable(AzureEndpoint) is string resource
                ? AzureAddress.Base(resource, AzureAddress.VersionIn(resource) ?? Variable(AzureVersion))
                : null;
        }
        catch (ArgumentException)
        {
            // It is reported where it would be used.
            return null;
        }
    }

    private static ConnectionProfile Make(Uri endpoint, ApiDialect? dialect)
    {
        // An organisation of OpenAI's means nothing to another service, and need not be told to it.
        bool isOpenAI = IsOpenAIService(endpoint);
        return new ConnectionProfile
        {
            Endpoint = endpoint,
            Dialect = dialect ?? ApiDialects.Of(endpoint),
            Organization = isOpenAI ? Variable(Organization) : null,
            Project = isOpenAI ? Variable(Project) : null,
        };
    }

    private static bool IsSameOrigin(Uri a, Uri b) =>
        Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
