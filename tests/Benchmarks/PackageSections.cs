namespace FineTuning.Benchmarks;

/// <summary>A text of a few words, one word as the answer: the section of a package by its description.</summary>
internal static class PackageSections
{
    private const int Rounds = 3;

    public static async Task<List<string>> RunAsync(string program)
    {
        if (await PackageData.ReadAsync() is not { } data)
        {
            return
            [
                "Not measured: the data is a Debian archive's package list, and `apt-cache dumpavail` tells none here.",
            ];
        }

        bool peer = await FastText.IsThereAsync();
        List<LocalResult> ours = [];
        List<(double Right, TimeSpan Time)> theirs = [];
        for (int round = 0; round < Rounds; round++)
        {
            // In turns: what else the machine does meets both.
            if (peer)
            {
                theirs.Add(await FastText.RunAsync(data));
            }

            ours.Add(await LocalRun.RunAsync(program, data));
        }

        return Describe(data, ours, theirs);
    }

    private static List<string> Describe(
        PackageData data,
        List<LocalResult> ours,
        List<(double Right, TimeSpan Time)> theirs
    )
    {
        TimeSpan time = Median(ours.Select(run => run.Training));
        List<string> lines =
        [
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}. "
                + $"{data.Training.Count:N0} descriptions to learn, "
                + $"{data.Unseen.Count:N0} others to answer, {data.Labels} sections; the median of {Rounds} runs in "
                + $"turns.",
            string.Empty,
            "| | exactly right | training |",
            "|---|---|---|",
            $"| local server, all settings `auto` | {Median(ours.Select(run => run.Right)):P1} | "
                + $"{time.TotalSeconds:0.0} s |",
        ];
        if (theirs.Count > 0)
        {
            TimeSpan other = Median(theirs.Select(run => run.Time));
            lines.Add(
                $"| `fasttext supervised -epoch 3 -lr 0.5 -dim 64 -thread 2` | "
                    + $"{Median(theirs.Select(run => run.Right)):P1} | {other.TotalSeconds:0.0} s |"
            );
            double points = 100 * (Median(ours.Select(run => run.Right)) - Median(theirs.Select(run => run.Right)));
            lines.Add($"| difference, ratio | {points:+0.0;-0.0} points | {time / other:0.0} times |");
        }
        else
        {
            lines.Add(
                "| `fasttext supervised -epoch 3 -lr 0.5 -dim 64 -thread 2` | not measured: `fasttext` is not "
                    + "installed | |"
            );
        }

        TimeSpan whole = Median(ours.Select(run => run.Whole)),
            answer = Median(ours.Select(run => run.Answer));
        lines.Add(string.Empty);
        lines.Add(
            $"From the upload to the finished model it takes {whole.TotalSeconds:0.0} s; the training does "
                + $"{ours[0].Steps / time.TotalSeconds:N0} steps "
                + $"of {Math.Ceiling(3.0 * data.Training.Count / ours[0].Steps):0} examples a second. One answer "
                + $"over HTTP takes {answer.TotalMilliseconds:0.0} ms (median)."
        );
        return lines;
    }

    private static T Median<T>(IEnumerable<T> values) => values.Order().ElementAt(Rounds / 2);
}
