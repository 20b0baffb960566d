using System.Diagnostics;

namespace FineTuning.Benchmarks;

/// <summary>A text and the word that is the right answer to it.</summary>
internal sealed record Example(string Text, string Label);

/// <summary>
/// The packages of a Debian archive, as this machine's package lists tell them: a line of description, and the section
/// it belongs to. Descriptions are part of each package and under its free licence; nothing of them is kept here.
/// </summary>
internal sealed record PackageData(IReadOnlyList<Example> Training, IReadOnlyList<Example> Unseen, int Labels)
{
    private const int MaxTraining = 48_000,
        MaxUnseen = 12_000,
        LeastOfSection = 100,
        Seed = 1;

    /// <summary>Null where there are no package lists.</summary>
    public static async Task<PackageData?> ReadAsync()
    {
        List<Example> all = [];
        string? text = null,
            section = null;
        try
        {
            using Process apt = Process.Start(
                new ProcessStartInfo("apt-cache", ["dumpavail"]) { RedirectStandardOutput = true }
            )!;
            while (await apt.StandardOutput.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("Description: ", StringComparison.Ordinal))
                {
                    text = line["Description: ".Length..].Trim();
                }
                else if (line.StartsWith("Section: ", StringComparison.Ordinal))
                {
                    // contrib/net is net of another area of the archive.
                    section = line[(line.LastIndexOfAny([' ', '/']) + 1)..];
                }
                else if (line.Length == 0 && text is { Length: > 0 } && section is not null)
                {
                    all.Add(new Example(text, section));
                    (text, section) = (null, null);
                }
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        return all.Count == 0 ? null : Divide(all);
    }

    /// <summary>No text is on both sides, and a section that is too rare to be learned is on neither.</summary>
    private static PackageData Divide(List<Example> all)
    {
        Example[] texts = [.. all.DistinctBy(example => example.Text, StringComparer.OrdinalIgnoreCase)];
        HashSet<string> common =
        [
            .. texts
                .GroupBy(example => example.Label)
                .Where(group => group.Count() >= LeastOfSection)
                .Select(group => group.Key),
        ];
        Example[] kept =
        [
            .. texts
                .Where(example => common.Contains(example.Label))
                .OrderBy(example => example.Text, StringComparer.Ordinal),
        ];
        new Random(Seed).Shuffle(kept);
        int unseen = Math.Min(MaxUnseen, kept.Length / 5);
        return new PackageData([.. kept.Skip(unseen).Take(MaxTraining)], kept[..unseen], common.Count);
    }
}
