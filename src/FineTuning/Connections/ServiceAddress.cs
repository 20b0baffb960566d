using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Errors;
using FineTuning.LocalServer;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Connections;

/// <summary>The service that -Endpoint or -AzureResource names.</summary>
internal static class ServiceAddress
{
    /// <summary>What is known of it; stops the cmdlet if it is none.</summary>
    /// <param name="cmdlet">Was given them.</param>
    /// <param name="endpoint">An address, or the words OpenAI or Local; null if a resource is given.</param>
    /// <param name="azureResource">A name or address; null if an endpoint is given.</param>
    /// <param name="apiVersion">The version that was asked for.</param>
    public static ConnectionProfile Find(
        AsyncCmdlet cmdlet,
        string? endpoint,
        string? azureResource,
        string? apiVersion
    )
    {
        if (azureResource is not null)
        {
            (Uri address, string? version) = EndpointText.ParseAzure(
                cmdlet,
                azureResource,
                apiVersion,
                "-AzureResource"
            );
            return EnvironmentSettings.Describe(address) with { Dialect = ApiDialect.Azure, ApiVersion = version };
        }

        return endpoint!.Equals("Local", StringComparison.OrdinalIgnoreCase)
            ? Local(cmdlet)
            : EnvironmentSettings.Describe(EndpointText.Parse(cmdlet, endpoint, "-Endpoint"));
    }

    /// <summary>The newest local server that this user runs.</summary>
    private static ConnectionProfile Local(AsyncCmdlet cmdlet)
    {
        if (RunFiles.Read().OrderByDescending(s => s.StartedAt).FirstOrDefault() is FineTuningServerInfo server)
        {
            return EnvironmentSettings.Describe(server.Endpoint) with { Dialect = server.Dialect };
        }

        throw cmdlet.Stop(LocalServerErrors.NoneOfUser());
    }
}
