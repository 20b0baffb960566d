namespace FineTuning.Core.Files;

// Where paths lead to.
internal static class FilePaths
{
    // The path behind all links, also those of its folders; the file need not exist. .NET Framework follows none.
#if NET
    public static string Resolve(string path) => Resolve(Path.GetFullPath(path), 0);

    private static string Resolve(string path, int links)
    {
        // As many links behind each other as Linux follows.
        const int MaxLinks = 40;
        if (Path.GetDirectoryName(path) is not string folder)
        {
            return path;
        }

        string full = Path.Combine(Resolve(folder, links), Path.GetFileName(path));
        FileInfo file = new(full);
        if (file.LinkTarget is null || file.ResolveLinkTarget(returnFinalTarget: true) is not { } target)
        {
            return full;
        }

        return links < MaxLinks
            ? Resolve(target.FullName, links + 1)
            : throw new IOException($"Too many links at '{path}'.");
    }
#else
    public static string Resolve(string path) => Path.GetFullPath(path);
#endif
}
