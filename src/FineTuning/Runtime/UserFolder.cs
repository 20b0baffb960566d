namespace FineTuning.Runtime;

/// <summary>Where the module keeps what is the user's: run files and data of local servers, states of uploads, saved
/// connections, prices.</summary>
internal static class UserFolder
{
    private static readonly string s_ofThisProcess = System.IO.Path.Combine(
        System.IO.Path.GetTempPath(),
        "FineTuning-" + Guid.NewGuid().ToString("N")
    );

    /// <summary>Where saved connections are; null for an account without a folder of its own: in a temporary one others
    /// could put some.</summary>
    public static string? Connections => Own is string own ? System.IO.Path.Combine(own, "connections") : null;

    /// <summary>
    /// The user's data folder of this module. An account without a home, or with one that cannot be written to, as
    /// services have, gets a temporary one that is its own.
    /// </summary>
    public static string Path => Own ?? Temporary();

    private static string? Own
    {
        get
        {
            // HOME may change in a running session. Letting .NET create the folder would throw where the home is not
            // there.
            string root = Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.DoNotVerify
            );
            string folder = System.IO.Path.Combine(root, "FineTuning");
            return root.Length > 0 && TryCreate(folder) ? folder : null;
        }
    }

    private static string Temporary()
    {
        string named = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "FineTuning-" + Environment.UserName);
        if (TryCreate(named) && TryMakePrivate(named))
        {
            return named;
        }

        // The folder of that name is somebody else's, who could read the tokens of servers in it.
        Directory.CreateDirectory(s_ofThisProcess);
        TryMakePrivate(s_ofThisProcess);
        return s_ofThisProcess;
    }

    private static bool TryCreate(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether only this account can look into the folder now: only its owner can close it to the
    /// others.</summary>
    private static bool TryMakePrivate(string folder)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
#endif
        return true;
    }
}
