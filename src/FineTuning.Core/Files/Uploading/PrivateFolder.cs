namespace FineTuning.Core.Files.Uploading;

/// <summary>Folders that tell which files a user has, and are nobody else's.</summary>
internal static class PrivateFolder
{
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Make(string path)
    {
#if NET
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return;
        }
#endif
        Directory.CreateDirectory(path);
    }
}
