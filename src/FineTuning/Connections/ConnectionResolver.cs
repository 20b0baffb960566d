using FineTuning.Core.Client;
using FineTuning.Core.Connections;
using FineTuning.Core.Errors;
using FineTuning.Errors;
using FineTuning.Identities;
using FineTuning.Output;
using FineTuning.Parameters;
using FineTuning.Runtime;

namespace FineTuning.Connections;

/// <summary>Finds the connection for a cmdlet.</summary>
internal static class ConnectionResolver
{
    /// <summary>
    /// The connection that was named; or the session's, or the one over which an object came that is worked on, or one
    /// made of the vault or the environment, which then is the session's.
    /// </summary>
    /// <param name="cmdlet">Looks for it.</param>
    /// <param name="named">What its -Connection was given.</param>
    /// <param name="origin">The object's; null if there is none.</param>
    public static FineTuningConnection Resolve(
        AsyncCmdlet cmdlet,
        ConnectionIdentity? named,
        FineTuningConnection? origin
    )
    {
        if (named is not null)
        {
            return named.Connection ?? ByName(cmdlet, named);
        }

        RunspaceState session = RunspaceState.Current;
        // One that was closed elsewhere is not replaced by another service: its cmdlet says that it is closed.
        if (session.Connection is FineTuningConnection current)
        {
            return current;
        }

        if (origin is { IsClosed: false })
        {
            return origin;
        }

        return session.Connection = new ConnectionFactory(cmdlet).Make(
            EnvironmentSettings.Service(cmdlet),
            ExplicitSecrets.None,
            name: null
        );
    }

    /// <summary>A connection of this session by its name, or a saved one, which is opened.</summary>
    private static FineTuningConnection ByName(AsyncCmdlet cmdlet, ConnectionIdentity named)
    {
        if (named.Name is not string name)
        {
            throw cmdlet.Stop(IdentityErrors.NoConnection(named));
        }

        if (RunspaceState.Current.Find(name) is FineTuningConnection open)
        {
            return open;
        }

        ConnectionProfile profile = new SavedConnections(cmdlet).Read(name) ?? throw NotFound(cmdlet, name);
        FineTuningConnection connection = new ConnectionFactory(cmdlet).Make(profile, ExplicitSecrets.None, name);
        RunspaceState.Current.Add(connection);
        return connection;
    }

    /// <summary>Stops the cmdlet: there is no connection of the name.</summary>
    public static InvalidOperationException NotFound(AsyncCmdlet cmdlet, string name)
    {
        string[] known =
        [
            .. RunspaceState
                .Current.Named.Select(c => c.Name!)
                .Concat(new SavedConnections(cmdlet).Names(name))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        string list = known.Length == 0 ? "None has a name yet." : $"Known are: {string.Join(", ", known)}.";
        return cmdlet.Stop(ConnectionErrors.NotFound(name, list));
    }

    /// <summary>Makes a first, cheap request, or stops the cmdlet with what is wrong.</summary>
    public static async Task CheckAsync(
        AsyncCmdlet cmdlet,
        FineTuningConnection connection,
        CancellationToken cancellationToken
    )
    {
        try
        {
            FineTuningClient client = connection.Client.WithObserver(new PipelineObserver(cmdlet));
            await client.ListJobsAsync(new JobQuery { Limit = 1 }, cancellationToken);
        }
        catch (FineTuningApiException e)
        {
            connection.Close();
            string? advice =
                e.StatusCode == 404 && connection.Client.Options.Dialect == ApiDialect.OpenAI
                    ? EndpointText.Correction(connection.Endpoint)
                    : null;
            throw cmdlet.Stop(ApiErrors.Make(e, "Endpoint", connection.Endpoint, connection.Endpoint, advice));
        }
    }
}
