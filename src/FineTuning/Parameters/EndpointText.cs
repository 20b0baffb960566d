using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Credentials;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Parameters;

/// <summary>Reads the addresses that users give.</summary>
internal static class EndpointText
{
    /// <summary>The exact base of an API, or the word OpenAI. Stops the cmdlet if it is neither.</summary>
    /// <param name="cmdlet">Was given it.</param>
    /// <param name="text">The text.</param>
    /// <param name="origin">Where it was given.</param>
    public static Uri Parse(AsyncCmdlet cmdlet, string text, string origin)
    {
        if (text.Equals("OpenAI", StringComparison.OrdinalIgnoreCase))
        {
            return ClientOptions.OpenAIEndpoint;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("https" or "http"))
        {
            throw Stop(
                cmdlet,
                $"'{text}' from {origin} is not an http or https address.",
                $"Give the exact base of the API, such as {ClientOptions.OpenAIEndpoint}; a connection with a name "
                    + $"is opened with -Name.",
                text
            );
        }

        return Checked(cmdlet, endpoint, origin);
    }

    /// <summary>The base of an Azure OpenAI resource and the version to ask for, which a pasted address may have in its
    /// query. Stops the cmdlet if it is none.</summary>
    /// <param name="cmdlet">Was given it.</param>
    /// <param name="resource">A name or address.</param>
    /// <param name="apiVersion">The version that was given beside it, or null.</param>
    /// <param name="origin">Where it was given.</param>
    public static (Uri Base, string? ApiVersion) ParseAzure(
        AsyncCmdlet cmdlet,
        string resource,
        string? apiVersion,
        string origin
    )
    {
        string? version = Version(cmdlet, resource, apiVersion, origin);
        try
        {
            Uri address = Checked(cmdlet, AzureAddress.Base(resource, version), origin);
            if (AzureAddress.ProjectIn(resource) is string project)
            {
                cmdlet.WriteWarning(
                    $"The project '{project}' of the address is left out: models are trained by the resource, "
                        + $"{address.Host}, whose files and jobs all of its projects share."
                );
            }

            return (address, version);
        }
        catch (ArgumentException)
        {
            throw Stop(
                cmdlet,
                $"What {origin} has is neither the name of an Azure OpenAI resource nor its address.",
                "Give its name, or its address such as https://NAME.openai.azure.com.",
                null
            );
        }
    }

    private static string? Version(AsyncCmdlet cmdlet, string resource, string? given, string origin)
    {
        try
        {
            string? pasted = AzureAddress.VersionIn(resource);
            string? version = given is null ? null : AzureAddress.Version(given);
            return pasted is null || version is null || pasted == version
                ? version ?? pasted
                : throw new ArgumentException($"The address says {pasted}, and {version} was given beside it.");
        }
        catch (ArgumentException e)
        {
            throw Stop(
                cmdlet,
                $"What {origin} has, or the version given with it, cannot be used. {e.Message}",
                "Give the address without a query, and the version with -ApiVersion or OPENAI_API_VERSION.",
                null
            );
        }
    }

    /// <summary>What an address that was not found was probably meant to be; null if it looks right.</summary>
    public static string? Correction(Uri endpoint)
    {
        string[] path = endpoint.AbsolutePath.Trim('/').Split('/');
        int version = Array.FindIndex(path, part => part.Equals("v1", StringComparison.OrdinalIgnoreCase));
        string origin = endpoint.GetLeftPart(UriPartial.Authority);
        if (version < 0)
        {
            return $"The base of most services ends in /v1: Connect-FineTuning -Endpoint "
                + $"{origin}{endpoint.AbsolutePath.TrimEnd('/')}/v1.";
        }

        return version == path.Length - 1
            ? null
            : $"The base ends before the paths of the API: Connect-FineTuning -Endpoint "
                + $"{origin}/{string.Join("/", path, 0, version + 1)}.";
    }

    private static Uri Checked(AsyncCmdlet cmdlet, Uri endpoint, string origin)
    {
        if (endpoint.UserInfo.Length > 0)
        {
            throw Stop(
                cmdlet,
                $"The address from {origin} carries a name or password, which would be shown in logs.",
                "Give the key by itself, with -ApiKey or -SecretName.",
                null
            );
        }

        if (Redaction.Scrub(endpoint.Query) != endpoint.Query)
        {
            throw Stop(
                cmdlet,
                $"The address from {origin} has a key in its query, which would be shown in logs.",
                "Give the secret as a header: -Header @{ 'Ocp-Apim-Subscription-Key' = (Read-Host -AsSecureString) "
                    + "}, by the name that the gateway reads.",
                null
            );
        }

        return endpoint;
    }

    private static InvalidOperationException Stop(AsyncCmdlet cmdlet, string message, string action, object? target) =>
        cmdlet.Stop(ConnectionErrors.InvalidEndpoint(message, action, target));
}
