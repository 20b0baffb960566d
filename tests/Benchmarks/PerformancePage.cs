namespace FineTuning.Benchmarks;

/// <summary>The page with the figures. What is between two markers is replaced, the rest is written by hand.</summary>
internal static class PerformancePage
{
    public static void Write(string path, string section, IReadOnlyList<string> lines)
    {
        string begin = $"<!-- begin {section}: written by ./build.ps1 bench -->",
            end = $"<!-- end {section} -->";
        string text = File.ReadAllText(path);
        int from = text.IndexOf(begin, StringComparison.Ordinal),
            to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidDataException($"'{path}' has no lines '{begin}' and '{end}' to write between.");
        }

        File.WriteAllText(path, $"{text[..from]}{begin}\n{string.Join('\n', lines)}\n{text[to..]}");
    }
}
