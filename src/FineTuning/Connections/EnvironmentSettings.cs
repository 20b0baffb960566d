using System;
using System.Security;
using FineTuning.Common;
using FineTuning.Core.Api;
using FineTuning.Core.Connections;

namespace FineTuning.Connections;

/// <summary>What the environment says of services and keys, by the names that other programs for this API read.</summary>
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

    /// <summary>The variables with secrets, Azure's identity endpoint's among them.</summary>
    public static string[] Secrets { get; } = [Key, AdminKey, AzureKey, AzureToken, "IDENTITY_HEADER"];

    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is string value && value.Trim().Length > 0 ? value.Trim() : null;

    /// <summary>The service to use where none is named: the one of OPENAI_BASE_URL, or of AZURE_OPENAI_ENDPOINT, or OpenAI.</summary>
    public static ConnectionProfile Service(AsyncCmdlet cmdlet)
    {
        string? azure = Variable(AzureEndpoint);
        bool hasAzureKey = (Variable(AzureKey) ?? Variable(AzureToken)) is not null;
        if (azure is null || Variable(Endpoint) is not null || (!hasAzureKey && Variable(Key) is not null))
        {
            return With(OpenAIService(cmdlet), null);
        }

        if (Variable(Key) is not null)
        {
            cmdlet.WriteWarning(
                $"The environment has keys for OpenAI ({Key}) and for Azure OpenAI ({AzureEndpoint}): Azure's is used. Connect-FineTuning OpenAI uses the other.");
        }

        return With(AzureService(cmdlet, azure), ApiDialect.Azure) with { ApiVersion = Variable(AzureVersion) };
    }

    /// <summary>The environment's key for an endpoint: each is for the endpoint beside it, and another one that was named does not draw it out.</summary>
    public static FoundKey? KeyFor(AsyncCmdlet cmdlet, Uri endpoint)
    {
        if (Variable(AzureEndpoint) is string azure && IsSameOrigin(endpoint, AzureService(cmdlet, azure)))
        {
            if (Variable(AzureKey) is string key)
            {
                return new FoundKey(Secure(key), $"environment variable {AzureKey}");
            }

            if (Variable(AzureToken) is string token)
            {
                return new FoundKey(Secure(token), $"environment variable {AzureToken}", IsToken: true);
            }
        }

        return OfOpenAI(cmdlet, endpoint, Key);
    }

    /// <summary>The environment's admin key for an endpoint.</summary>
    public static FoundKey? AdminKeyFor(AsyncCmdlet cmdlet, Uri endpoint) => OfOpenAI(cmdlet, endpoint, AdminKey);

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

    private static FoundKey? OfOpenAI(AsyncCmdlet cmdlet, Uri endpoint, string variable) =>
        Variable(variable) is string key && IsSameOrigin(endpoint, OpenAIService(cmdlet)) ? new FoundKey(Secure(key), $"environment variable {variable}") : null;

    private static Uri OpenAIService(AsyncCmdlet cmdlet) => Variable(Endpoint) is string text
        ? EndpointText.Parse(cmdlet, text, $"the environment variable {Endpoint}")
        : ClientOptions.OpenAIEndpoint;

    private static Uri AzureService(AsyncCmdlet cmdlet, string resource) =>
        EndpointText.ParseAzure(cmdlet, resource, Variable(AzureVersion), $"the environment variable {AzureEndpoint}");

    private static ConnectionProfile With(Uri endpoint, ApiDialect? dialect) => new()
    {
        Endpoint = endpoint,
        Dialect = dialect ?? ApiDialects.Of(endpoint),
        Organization = Variable(Organization),
        Project = Variable(Project),
    };

    private static bool IsSameOrigin(Uri a, Uri b) =>
        Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
