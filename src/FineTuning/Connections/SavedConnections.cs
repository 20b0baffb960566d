using FineTuning.Core.Connections;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Connections;

/// <summary>The connections that this account has saved. What is wrong with their files stops the cmdlet. An account
/// without a place for them has none.</summary>
/// <param name="cmdlet">The cmdlet to stop, and to warn.</param>
internal sealed class SavedConnections(AsyncCmdlet cmdlet)
{
    /// <summary>The names of all of them.</summary>
    /// <param name="wanted">The name at hand, for the error; null if there is none.</param>
    public IReadOnlyList<string> Names(string? wanted = null) => Use(wanted, store => store.Names()) ?? [];

    /// <summary>A saved connection, or null if there is none of the name.</summary>
    public ConnectionProfile? Read(string name) => Use(name, store => store.Read(name));

    /// <summary>One of several to show: a damaged one becomes an error record, so that the others are shown.</summary>
    /// <returns>Null if there is none of the name, or it is damaged.</returns>
    public SavedConnection? ReadForList(string name)
    {
        try
        {
            return new ProfileStore(UserFolder.Connections!).Read(name) is ConnectionProfile profile
                ? new SavedConnection(name, profile)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            cmdlet.WriteError(ConnectionErrors.SavedDamaged(e, name));
            return null;
        }
    }

    /// <summary>Saves a connection, and warns of what a session that nobody watches will miss.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="profile">What to save.</param>
    /// <param name="isLocal">Whether it was given as the local server, whose port may be another the next time.</param>
    public void Save(string name, ConnectionProfile profile, bool isLocal)
    {
        Use(
            name,
            store =>
            {
                store.Write(name, profile);
                return true;
            }
        );
        if (profile.Key == KeyOrigin.Given || profile.SecretHeaders is not null || profile.ProxyUserName is not null)
        {
            cmdlet.WriteWarning(
                $"'{name}' is saved without the secrets that were given by hand: they have to be given again where "
                    + $"it is used."
            );
        }

        if (isLocal)
        {
            cmdlet.WriteWarning(
                $"'{name}' is saved with the address {profile.Endpoint}: start the server with -Port "
                    + $"{profile.Endpoint.Port} from now on, so that it keeps it."
            );
        }
    }

    /// <summary>Deletes a saved connection.</summary>
    /// <returns>Whether there was one of the name.</returns>
    public bool Delete(string name) => Use(name, store => store.Delete(name));

    private T? Use<T>(string? name, Func<ProfileStore, T> work)
    {
        if (UserFolder.Connections is not string folder)
        {
            return default;
        }

        try
        {
            return work(new ProfileStore(folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw cmdlet.Stop(ConnectionErrors.SavedUnusable(e.Message, name));
        }
    }
}
