namespace FineTuning.Server.Training.External;

/// <summary>What a program may name as its state or model: a file or folder of the job's own folder, which the server
/// will delete one day.</summary>
internal static class WorkPaths
{
    /// <summary>The full path of what a message names under <c>path</c>.</summary>
    /// <exception cref="ProtocolException">It is elsewhere, a link, or not there.</exception>
    public static string Find(ProgramMessage message, string workFolder)
    {
        string named = message.Text("path", 4096);
        string root = Path.GetFullPath(workFolder);
        string path;
        try
        {
            path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(named, root));
        }
        catch (ArgumentException)
        {
            throw message.Wrong("'path' is no path");
        }

        string inside = Path.GetRelativePath(root, path);
        if (
            inside == "."
            || inside == ".."
            || inside.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || Path.IsPathRooted(inside)
        )
        {
            throw message.Wrong("'path' is not inside the work folder");
        }

        if (!Path.Exists(path))
        {
            throw message.Wrong("'path' names nothing that exists");
        }

        for (string part = path; part.Length > root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (File.GetAttributes(part).HasFlag(FileAttributes.ReparsePoint))
            {
                throw message.Wrong("'path' is or goes through a link");
            }
        }

        return path;
    }

    /// <summary>Whether deleting one would touch the other.</summary>
    public static bool Overlap(string one, string other) => IsSameOrInside(one, other) || IsSameOrInside(other, one);

    private static bool IsSameOrInside(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal)
        && (path.Length == folder.Length || path[folder.Length] == Path.DirectorySeparatorChar);
}
