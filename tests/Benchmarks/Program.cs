namespace FineTuning.Benchmarks;

/// <summary>
/// Compares this project with other programs, side by side in one run, and writes the figures into docs/performance.md.
/// With names of sections as arguments it runs those alone.
/// </summary>
internal static class Program
{
    /// <summary>By the names of their markers in the page; each gets the folder of the clone, and returns the lines to
    /// write there.</summary>
    private static readonly (string Name, Func<string, Task<List<string>>> RunAsync)[] s_sections =
    [
        ("dataset-check", DatasetCheck.RunAsync),
        ("token-counts", TokenCounts.RunAsync),
        ("package-sections", repository => PackageSections.RunAsync(ServerIn(repository))),
        ("grading", Grading.RunAsync),
        ("upload", repository => UploadThroughput.RunAsync(ServerIn(repository))),
    ];

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    public static async Task<int> Main(string[] names)
    {
        if (names.Except(s_sections.Select(section => section.Name)).FirstOrDefault() is { } unknown)
        {
            Console.Error.WriteLine(
                $"There is no section '{unknown}'. The sections are: "
                    + $"{string.Join(", ", s_sections.Select(section => section.Name))}."
            );
            return 1;
        }

        string repository = FindRepository();
        foreach ((string name, Func<string, Task<List<string>>> runAsync) in s_sections)
        {
            if (names.Length > 0 && !names.Contains(name))
            {
                continue;
            }

            List<string> lines = await runAsync(repository);
            lines.ForEach(Console.WriteLine);
            PerformancePage.Write(Path.Combine(repository, "docs", "performance.md"), name, lines);
        }

        return 0;
    }

    private static string ServerIn(string repository) =>
        Path.Combine(repository, "src", "FineTuning.Server", "bin", Configuration, "net10.0", "FineTuning.Server.dll");

    /// <summary>The folder of the clone: this program runs somewhere below it.</summary>
    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FineTuning.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new DirectoryNotFoundException(
                $"FineTuning.sln is in no folder above {AppContext.BaseDirectory}."
            );
    }
}
