using System.Reflection;

namespace FineTuning.Architecture.Tests;

/// <summary>Where this clone's sources and compiled assemblies lie.</summary>
internal static class Sources
{
    /// <summary>The root of the clone.</summary>
    public static string Root { get; } = Metadata("Root");

    /// <summary>The module's build for PowerShell 7, with Core beside it.</summary>
    public static string Module { get; } = Metadata("Module");

    /// <summary>The server's build.</summary>
    public static string Server { get; } = Metadata("Server");

    /// <summary>All C# files of the product, as paths from the root with forward slashes, in order.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Find("src")];

    /// <summary>All C# files of the clone, likewise.</summary>
    public static IReadOnlyList<string> AllCode { get; } = [.. Find("src"), .. Find("tests"), .. Find("samples")];

    /// <summary>The text of a file.</summary>
    /// <param name="path">A path from the root.</param>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Find(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/bin/") && !path.Contains("/obj/"))
            .Order(StringComparer.Ordinal);

    private static string Metadata(string key) =>
        Path.GetFullPath(
            typeof(Sources)
                .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(attribute => attribute.Key == key)
                .Value!
        );
}
