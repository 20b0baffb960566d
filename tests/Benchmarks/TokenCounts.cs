using System.Diagnostics;
using System.Text;
using FineTuning.Core.Tokenization;
using FineTuning.Tests.Shared;

namespace FineTuning.Benchmarks;

/// <summary>Counts the tokens of the same texts with this project and with the npm package tiktoken.</summary>
internal static class TokenCounts
{
    private const int Rounds = 3;
    private const int Passes = 3;
    private const int Threads = 2;
    private const double Megabyte = 1_000_000;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(1);

    private static readonly string[] s_encodings = ["o200k_base", "cl100k_base"];

    public static async Task<List<string>> RunAsync(string repository)
    {
        (string Name, string[] Texts)[] kinds =
        [
            ("pages and source code of this repository", ReadParagraphs(repository)),
            ("languages, code, emoji and signs, mixed at random", [.. Corpus.Mixtures(20_000, seed: 21)]),
            ("letters of many languages in random order", [.. Corpus.Gibberish(9_000, seed: 22)]),
            ("long runs of spaces, digits, letters, signs", [.. Corpus.Runs().Where(text => text.Length < 1_500)]),
            ("random bytes, decoded", [.. Corpus.Bytes(12_000, seed: 23).Select(Encoding.UTF8.GetString)]),
        ];
        NpmTiktoken tiktoken = new(repository);
        List<string> rows = [],
            loads = [];
        foreach (string encoding in s_encodings)
        {
            long start = Stopwatch.GetTimestamp();
            var tokenizer = Tokenizer.Get(encoding);
            double loading = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            double theirLoading = 0;
            foreach ((string name, string[] texts) in kinds)
            {
                Figures figures = await CompareAsync(tokenizer, tiktoken, texts);
                rows.Add(Row(name, encoding, texts.Sum(Encoding.UTF8.GetByteCount) / Megabyte, figures));
                theirLoading = figures.Theirs?.LoadSeconds * 1000 ?? 0;
            }

            string peer = theirLoading > 0 ? $" (tiktoken: {theirLoading:0} ms)" : "";
            loads.Add($"{loading:0} ms for `{encoding}`{peer}");
        }

        return
        [
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}; the "
                + $"median of {Rounds} rounds in turns, in MB of UTF-8 a second.",
            string.Empty,
            "| texts | encoding | size | npm tiktoken | one core | two cores | ratio, one core | ratio, two cores | "
                + "all counts equal |",
            "|---|---|---|---|---|---|---|---|---|",
            .. rows,
            string.Empty,
            $"The first use of an encoding in a process reads its vocabulary: {string.Join(", ", loads)}.",
        ];
    }

    /// <summary>In turns: what else the machine does meets both.</summary>
    private static async Task<Figures> CompareAsync(Tokenizer tokenizer, NpmTiktoken tiktoken, string[] texts)
    {
        List<double> one = [],
            two = [];
        List<TiktokenMeasure> theirs = [];
        int[] counts = WarmUp(tokenizer, texts);
        for (int round = 0; round < Rounds; round++)
        {
            if (await tiktoken.MeasureAsync(tokenizer.Name, texts) is { } measured)
            {
                theirs.Add(measured);
            }

            one.Add(FastestPass(tokenizer, texts, 1));
            two.Add(FastestPass(tokenizer, texts, Threads));
        }

        return new Figures(
            Median(one),
            Median(two),
            theirs.OrderBy(run => run.Seconds).ElementAtOrDefault(Rounds / 2),
            theirs.All(run => run.Counts.SequenceEqual(counts))
        );
    }

    private static double FastestPass(Tokenizer tokenizer, string[] texts, int threads) =>
        Enumerable
            .Range(0, Passes)
            .Min(_ =>
            {
                long start = Stopwatch.GetTimestamp();
                Count(tokenizer, texts, threads);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            });

    /// <summary>Until the runtime has compiled what it runs often for speed, which it does beside the work after a
    /// while.</summary>
    private static int[] WarmUp(Tokenizer tokenizer, string[] texts)
    {
        long start = Stopwatch.GetTimestamp();
        int[] counts;
        do
        {
            counts = Count(tokenizer, texts, 1);
        } while (Stopwatch.GetElapsedTime(start) < s_warmUp);

        return counts;
    }

    /// <summary>The threads take some texts at a time until there are no more.</summary>
    private static int[] Count(Tokenizer tokenizer, string[] texts, int threads)
    {
        const int AtATime = 16;
        int[] counts = new int[texts.Length];
        int next = 0;
        void Work()
        {
            TokenCounter counter = tokenizer.CreateCounter();
            for (int from; (from = Interlocked.Add(ref next, AtATime) - AtATime) < texts.Length; )
            {
                for (int i = from; i < Math.Min(from + AtATime, texts.Length); i++)
                {
                    counts[i] = counter.Count(texts[i]);
                }
            }
        }

        Task[] others = [.. Enumerable.Range(1, threads - 1).Select(_ => Task.Run(Work))];
        Work();
        Task.WaitAll(others);
        return counts;
    }

    private static string Row(string name, string encoding, double size, Figures figures)
    {
        string ours = $"| {name} | {encoding} | {size:0.0} MB |";
        return figures.Theirs is not { } theirs
            ? $"{ours} not measured: Node and npm are not installed | {size / figures.OneCore:0.0} | "
                + $"{size / figures.TwoCores:0.0} | | | |"
            : $"{ours} {size / theirs.Seconds:0.0} | {size / figures.OneCore:0.0} | {size / figures.TwoCores:0.0} | "
                + $"{theirs.Seconds / figures.OneCore:0.0} times "
                + $"| **{theirs.Seconds / figures.TwoCores:0.0} times** | {(figures.AreEqual ? "yes" : "**no**")} |";
    }

    /// <summary>Much like the messages of a dataset on a technical matter: some lines of prose or of code.</summary>
    private static string[] ReadParagraphs(string repository) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(repository, "docs"), "*.md", SearchOption.AllDirectories)
                .Concat(Directory.EnumerateFiles(Path.Combine(repository, "src"), "*.cs", SearchOption.AllDirectories))
                .Where(path =>
                    !path.Contains(
                        $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}",
                        StringComparison.Ordinal
                    )
                )
                .Order(StringComparer.Ordinal)
                .SelectMany(path => File.ReadAllText(path).Split("\n\n")),
        ];

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private sealed record Figures(double OneCore, double TwoCores, TiktokenMeasure? Theirs, bool AreEqual);
}
