using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;

namespace FineTuning.Benchmarks;

/// <summary>Compares this project with other programs, side by side in one run, and writes the figures into docs/performance.md.</summary>
internal static class Program
{
    public static async Task<int> Main()
    {
        string repository = FindRepository();
        List<string> lines = await PackageSections.RunAsync(Path.Combine(
            repository, "src", "FineTuning.Server", "bin", Configuration, "net10.0", "FineTuning.Server.dll"));
        lines.ForEach(Console.WriteLine);
        PerformancePage.Write(Path.Combine(repository, "docs", "performance.md"), "package-sections", lines);
        return 0;
    }

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>The folder of the clone: this program runs somewhere below it.</summary>
    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FineTuning.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"FineTuning.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
