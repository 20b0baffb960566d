using System.Text;
using FineTuning.Core.Datasets;
using Xunit;

namespace FineTuning.Core.Tests.Datasets;

// What holds for any data: with a fixed seed, so that what fails fails again.
public class PropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_bytes_never_throw(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 3000; round++)
        {
            byte[] data = new byte[random.Next(120)];
            random.NextBytes(data);
            await Survives(data, random, seed, round);
        }
    }

    // Pieces of JSON, escapes and line ends in any order get further than bytes do.
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Random_pieces_never_throw(int seed)
    {
        string[] pieces =
        [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "'",
            "\\",
            "\n",
            "\r",
            "\r\n",
            " ",
            "\\u",
            "\\ud800",
            "\\udc00",
            "null",
            "true",
            "0",
            "1.5",
            "-",
            "'messages':",
            "'role':",
            "'content':",
            "'user'",
            "'assistant'",
            "'tool_calls':",
            "'weight':",
            "'tools':",
            "'prompt':",
            "'completion':",
            "'input':",
            "'preferred_output':",
            "'type':",
            "'text'",
            "'image_url':",
            "'function':",
            "'arguments':",
            "<U>",
            "<A>",
            "<CALL>",
            "<TOOL>",
            "\u2028",
            "\uFEFF",
            "é",
            "😀",
            "sk-",
            "@",
            "a.b",
            "{'messages':[",
            "]}",
            "'name':",
            "'id':",
            "'x'",
        ];
        Random random = new(seed);
        for (int round = 0; round < 4000; round++)
        {
            StringBuilder text = new();
            for (int i = random.Next(40); i > 0; i--)
            {
                text.Append(pieces[random.Next(pieces.Length)]);
            }

            await Survives(Check.Bytes(text.ToString()), random, seed, round);
        }
    }

    // A good file with some bytes changed gets further still.
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public async Task Damaged_files_never_throw(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        for (int round = 0; round < 2000; round++)
        {
            byte[] data = Encoding.UTF8.GetBytes(string.Join("\n", generator.Dataset(generator.AnyFormat(), 3)));
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                data[random.Next(data.Length)] = (byte)random.Next(256);
            }

            await Survives(data, random, seed, round);
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public async Task A_random_valid_dataset_has_no_errors(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        for (int round = 0; round < 500; round++)
        {
            DatasetFormat format = generator.AnyFormat();
            string[] lines = generator.Dataset(format, random.Next(10, 25));

            DatasetReport report = await Check.RunAsync(
                Encoding.UTF8.GetBytes(string.Join("\n", lines)),
                new DatasetCheckOptions()
            );

            Assert.True(
                report.IsValid,
                $"seed {seed}, round {round}, {format}:\n" + string.Join("\n", report.Problems)
            );
            Assert.Equal(format, report.Format);
            Assert.Equal(lines.Length, report.ExampleCount);
        }
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public async Task One_corruption_is_an_error_on_its_line_and_on_no_other(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        HashSet<string> kinds = [];
        for (int round = 0; round < 600; round++)
        {
            DatasetFormat format = generator.AnyFormat();
            string[] lines = generator.Dataset(format, random.Next(10, 25));
            int line = random.Next(lines.Length);
            (string kind, lines[line]) = generator.Corrupt(lines[line], format);
            kinds.Add(kind);

            // The format is given: which line would show it is another matter.
            DatasetReport report = await Check.RunAsync(
                Encoding.UTF8.GetBytes(string.Join("\n", lines)),
                new DatasetCheckOptions { Format = format }
            );

            long[] found = report
                .Problems.Where(problem => problem.Severity == ProblemSeverity.Error)
                .Select(problem => problem.Line)
                .Distinct()
                .ToArray();
            Assert.True(
                found is [long only] && only == line + 1,
                $"seed {seed}, round {round}, {kind} of {format} in line {line + 1}: "
                    + $"found errors in [{string.Join(", ", found)}]\n{lines[line]}"
            );
        }

        Assert.True(kinds.Count >= 8, string.Join(", ", kinds));
    }

    private static async Task Survives(byte[] data, Random random, int seed, int round)
    {
        DatasetCheckOptions options = new()
        {
            MinimumExamples = random.Next(3),
            CheckSecrets = random.Next(2) == 0,
            MaxLineBytes = random.Next(4) == 0 ? random.Next(1, 60) : 1_000_000,
            MaxProblemsPerCode = random.Next(4),
            Method = random.Next(6) switch
            {
                0 => "supervised",
                1 => "dpo",
                2 => "reinforcement",
                _ => null,
            },
        };
        try
        {
            DatasetReport report = await DatasetChecker.CheckAsync(
                new MemoryStream(data),
                "fuzz",
                options,
                null,
                default
            );
            Assert.Equal(report.ErrorCount + report.WarningCount, report.CountsByCode.Values.Sum());
            Assert.All(report.Problems, problem => Assert.InRange(problem.ByteOffset, 0, data.Length));
            Assert.All(report.Problems, problem => Assert.InRange(problem.Line, 0, Math.Max(report.LineCount, 1)));
            Assert.True(report.ErrorCount > 0 || report.ExampleCount > 0, "Nothing in it, and nothing said.");
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"seed {seed}, round {round}: {Convert.ToHexString(data)}\n{exception}");
        }
    }
}
