using System.Globalization;
using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Splitting;
using FineTuning.Core.Tests.Grading;
using FineTuning.Core.Threading;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Splitting;

public sealed class SplitTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("finetuning-split-").FullName;

    private string Source => Path.Combine(_folder, "data.jsonl");

    private string Training => Path.Combine(_folder, "data.train.jsonl");

    private string Validation => Path.Combine(_folder, "data.valid.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_seed_gives_the_same_split_in_every_version()
    {
        await SplitAsync(Numbered(10), new() { ValidationFraction = 0.3 });

        // As hashlib in Python makes it. Whoever changes the key changes everybody's splits: that needs a reason and a
        // line in the changelog.
        Assert.Equal("0 7 8", string.Join(" ", Lines(Validation).Select(Number)));
    }

    [Fact]
    public async Task Every_example_is_in_one_file_as_it_was_and_in_its_order()
    {
        string[] lines = [.. Numbered(100), "  {\"prompt\":\"é 中\",\"completion\":\"x\"}\t", "{broken}"];
        SplitResult result = await SplitAsync(lines, new() { ValidationFraction = 0.25 });

        Assert.Equal((76, 26, 42), (result.TrainingCount, result.ValidationCount, result.Seed));
        Assert.Equal(76, Lines(Training).Length);
        Assert.Equal(26, Lines(Validation).Length);
        Assert.Equal(lines.Order(), Lines(Training).Concat(Lines(Validation)).Order());
        Assert.Equal(lines.Where(Lines(Training).Contains), Lines(Training));
        Assert.Equal(lines.Where(Lines(Validation).Contains), Lines(Validation));
    }

    [Fact]
    public async Task Line_ends_marks_blank_lines_and_the_culture_make_no_difference()
    {
        string[] lines = Numbered(40);
        await SplitAsync(lines, new());
        (string training, string validation) = (File.ReadAllText(Training), File.ReadAllText(Validation));
        using CultureScope culture = new("tr-TR");

        string[] same =
        [
            "\uFEFF" + string.Join("\r\n", lines) + "\r",
            "\n \n" + string.Join("\n\t\r\n", lines),
            string.Join("\r\r\n", lines),
        ];
        foreach (string text in same)
        {
            await SplitAsync(text, new() { Overwrite = true });
            Assert.Equal(training, File.ReadAllText(Training));
            Assert.Equal(validation, File.ReadAllText(Validation));
        }

        Assert.DoesNotContain('\r', training + validation);
    }

    [Fact]
    public async Task The_order_of_the_lines_makes_no_difference_but_the_seed_does()
    {
        string[] lines = Numbered(200);
        await SplitAsync(lines, new());
        string[] first = Lines(Validation);
        await SplitAsync(lines.Reverse(), new() { Overwrite = true });
        Assert.Equal(first.Order(), Lines(Validation).Order());

        await SplitAsync(lines, new() { Overwrite = true, Seed = 43 });
        Assert.InRange(first.Intersect(Lines(Validation)).Count(), 1, 25);
    }

    // Random files with many duplicates: none is ever on both sides, and the count is met as far as that allows.
    [Theory]
    [InlineData(61)]
    [InlineData(62)]
    public async Task Duplicates_are_never_separated(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 60; round++)
        {
            int distinct = random.Next(2, 80);
            string[] lines =
            [
                .. Enumerable
                    .Range(0, random.Next(distinct, 300))
                    .Select(i => Example(i < distinct ? i : random.Next(distinct), random.Next(4))),
            ];
            lines = random.Next(2) == 0 ? lines : [.. lines, .. Enumerable.Repeat(Example(0, 0), lines.Length)];
            int wanted = random.Next(1, lines.Length);
            bool stratify = random.Next(2) == 0;
            SplitResult result;
            try
            {
                result = await SplitAsync(
                    lines,
                    new()
                    {
                        ValidationCount = wanted,
                        Seed = random.Next(),
                        Stratify = stratify,
                        Overwrite = true,
                    }
                );
            }
            catch (DatasetSplitException e) when (e.Id == "DuplicatesTooMany")
            {
                continue;
            }

            string[] training = [.. Lines(Training).Select(line => line.Trim())];
            string[] validation = [.. Lines(Validation).Select(line => line.Trim())];
            Assert.Empty(training.Intersect(validation));
            Assert.Equal((training.Length, validation.Length), (result.TrainingCount, result.ValidationCount));
            Assert.Equal(lines.Length, training.Length + validation.Length);
            Assert.InRange(validation.Length, 1, wanted);
            int smallest = training.GroupBy(line => line).Min(group => group.Count());
            Assert.True(
                stratify || validation.Length + smallest > wanted,
                $"seed {seed}, round {round}: one more would have fitted"
            );
        }

        // The same text with space around it is the same example.
        static string Example(int number, int spaces) =>
            new string(' ', spaces)
            + $$"""{"prompt":"p{{number}}","completion":"c{{number % 3}}"}"""
            + new string('\t', spaces % 2);
    }

    [Fact]
    public async Task A_line_that_is_there_too_often_goes_to_training_and_the_rest_is_split()
    {
        string[] lines = [.. Numbered(1000), .. Enumerable.Repeat("{\"prompt\":\"same\",\"completion\":\"x\"}", 1000)];
        SplitResult result = await SplitAsync(lines, new() { ValidationCount = 400 });

        Assert.Equal(400, result.ValidationCount);
        Assert.DoesNotContain(Lines(Validation), line => line.Contains("same"));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.37)]
    public async Task Proportions_of_labels_are_kept(double fraction)
    {
        string[] lines =
        [
            .. Numbered(700, "a"),
            .. Numbered(200, "b\\u0021"),
            .. Numbered(99, "c"),
            .. Numbered(1, "once"),
        ];
        SplitResult result = await SplitAsync(lines, new() { ValidationFraction = fraction, Stratify = true });

        Assert.Equal(["a", "b!", "c", "once"], result.Labels.Select(label => label.Label));
        Assert.Equal(fraction * 1000, result.ValidationCount);
        Assert.All(
            result.Labels.Take(3),
            label => Assert.InRange(label.Validation - (fraction * (label.Training + label.Validation)), -1, 1)
        );
        Assert.Equal((1L, 0L), (result.Labels[3].Training, result.Labels[3].Validation));
        Assert.All(
            result.Labels,
            label =>
                Assert.Equal(
                    label.Validation,
                    Lines(Validation).Count(line => line.Contains($":\"{label.Label!.Replace("!", "\\u0021")}\""))
                )
        );
    }

    [Theory]
    [InlineData("{'messages':[{'role':'assistant','content':'no'},<U>,{'content':'L','role':'assistant'}]}", null)]
    [InlineData("{'tools':[],'messages':[<U>,{'role':'assistant','content':'\\u004c'}]}", null)]
    [InlineData("{'completion':'L','prompt':'x'}", null)]
    [InlineData(
        "{<IN>,'non_preferred_output':[{'role':'assistant','content':'M'}],'preferred_output':[{'role':'assistant','content':'L'}]}",
        null
    )]
    [InlineData("{'messages':[<U>],'queue':'L','tools':[]}", null)]
    [InlineData("{'messages':[<U>],'other':'M','queue':'L','more':1}", "queue")]
    [InlineData("{'messages':[<U>,<A>],'queue':'L'}", "queue")]
    public async Task The_label_is_found(string pattern, string? field)
    {
        SplitResult result = await SplitAsync(
            from label in new[] { "L", "K" }
            from space in new[] { "", ",'parallel_tool_calls':true}" }
            select Text(label, space),
            new() { Stratify = true, LabelField = field }
        );
        Assert.Equal(["K", "L"], result.Labels.Select(label => label.Label));

        string Text(string label, string more)
        {
            string text = label == "L" ? pattern : pattern.Replace("L", label).Replace("\\u004c", label);
            return Check.Text(more.Length == 0 ? text : text[..^1] + more);
        }
    }

    [Theory]
    [InlineData("TooFewExamples", "{}", 0, null)]
    [InlineData("TooFewExamples", "\n \n", 0, null)]
    [InlineData("CountTooLarge", "{'a':1}\n{'a':2}", 2, null)]
    [InlineData("NotLines", "[{'a':1},\n{'a':2}]", 0, null)]
    [InlineData("NotLines", "{\n'a':1}\n{\n'a':2}", 0, null)]
    [InlineData("NotLines", "\u001f\u008bxxxxxxxxxxxx", 0, null)]
    [InlineData("LabelsTooRare", "{'c':1}\n{'c':2}", 0, "c")]
    [InlineData("NoLabels", "{'messages':[<U>],'a':1,'b':2}\n{'messages':[<U>],'a':2,'b':2}", 0, "c")]
    [InlineData("DuplicatesTooMany", "{'a':1}\n{'a':1}\n{'a':2}\n{'a':2}", 1, null)]
    [InlineData(
        "LineTooLong",
        "{'a':1}\n{'a':'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}",
        0,
        null
    )]
    public async Task What_cannot_be_split_is_refused_and_nothing_is_left(
        string id,
        string pattern,
        int count,
        string? field
    )
    {
        File.WriteAllBytes(Source, pattern[0] == '\u001f' ? Encoding.Latin1.GetBytes(pattern) : Check.Bytes(pattern));
        var options = new DatasetSplitOptions
        {
            ValidationCount = count == 0 ? null : count,
            Stratify = field is not null,
            LabelField = field,
            MaxLineBytes = 100,
        };

        DatasetSplitException e = await Assert.ThrowsAsync<DatasetSplitException>(() =>
            DatasetSplitter.SplitAsync(Source, Training, Validation, options)
        );
        Assert.Equal(id, e.Id);
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Answers_that_all_differ_are_no_labels()
    {
        string[] lines =
        [
            .. Enumerable.Range(0, 2002).Select(i => $$"""{"prompt":"p{{i % 2}}","completion":"c{{i / 2}}"}"""),
        ];
        Assert.Equal(1000, (await SplitAsync(lines.Take(2000), new() { Stratify = true })).Labels.Count);
        DatasetSplitException e = await Assert.ThrowsAsync<DatasetSplitException>(() =>
            SplitAsync(lines, new() { Stratify = true, Overwrite = true })
        );
        Assert.Equal("TooManyLabels", e.Id);
    }

    [Fact]
    public async Task Files_that_exist_are_kept_unless_asked_for()
    {
        File.WriteAllText(Validation, "before");
        await Assert.ThrowsAsync<IOException>(() => SplitAsync(Numbered(10), new()));
        Assert.Equal([Source, Validation], Directory.GetFiles(_folder).Order());
        Assert.Equal("before", File.ReadAllText(Validation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public Task A_share_outside_of_its_range_is_refused(double fraction) =>
        Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            SplitAsync(Numbered(10), new() { ValidationFraction = fraction })
        );

    [Fact]
    public async Task The_paths_must_differ()
    {
        File.WriteAllLines(Source, Numbered(10));
        await Assert.ThrowsAsync<ArgumentException>(() => DatasetSplitter.SplitAsync(Source, Training, Training));
        await Assert.ThrowsAsync<ArgumentException>(() => DatasetSplitter.SplitAsync(Source, Source, Validation));
    }

    [Fact]
    public async Task A_count_is_met_where_many_labels_have_one_example_only()
    {
        string[] lines =
        [
            .. Numbered(1000, "common"),
            .. Enumerable.Range(0, 500).SelectMany(i => Numbered(1, $"rare {i}")),
        ];
        SplitResult result = await SplitAsync(lines, new() { ValidationCount = 300, Stratify = true });
        Assert.Equal(300, result.ValidationCount);
        Assert.Equal(300, result.Labels[0].Validation);
    }

    [Fact]
    public async Task The_caller_does_none_of_the_work()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();

        // The file is not even looked for.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetSplitter.SplitAsync(Source, Training, Validation, cancellationToken: stop.Token)
        );
    }

    [Fact]
    public async Task A_stop_leaves_nothing()
    {
        File.WriteAllLines(Source, Numbered(60_000));
        using CancellationTokenSource stop = new();
        long last = 0;
        bool hadParts = false;

        // The third pass is the one that writes.
        var progress = new SynchronousProgress<DatasetProgress>(p =>
        {
            Assert.InRange(p.BytesRead, last, p.TotalBytes!.Value);
            last = p.BytesRead;
            hadParts |= Directory.GetFiles(_folder, "*.part").Length == 2;
            if (hadParts)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetSplitter.SplitAsync(Source, Training, Validation, new(), progress, stop.Token)
        );
        Assert.True(hadParts);
        Assert.Equal([Source], Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_files_come_to_their_places_or_none(bool hadValidation)
    {
        File.WriteAllLines(Source, Numbered(60_000));
        if (hadValidation)
        {
            File.WriteAllText(Validation, "old");
        }

        // A folder comes where the training file is to be, while it is written.
        var progress = new SynchronousProgress<DatasetProgress>(p =>
        {
            if (Directory.GetFiles(_folder, "*.part").Length == 2)
            {
                Directory.CreateDirectory(Training);
            }
        });

        Exception? failure = await Record.ExceptionAsync(() =>
            DatasetSplitter.SplitAsync(Source, Training, Validation, new() { Overwrite = true }, progress)
        );

        Assert.True(failure is IOException or UnauthorizedAccessException, failure?.ToString());
        Assert.Equal(hadValidation ? [Source, Validation] : [Source], Directory.GetFiles(_folder).Order());
        Assert.True(!hadValidation || File.ReadAllText(Validation) == "old");
    }

    [Fact]
    public async Task A_link_to_the_source_is_the_source()
    {
        if (OperatingSystem.IsWindows())
        {
            // Making links takes a right there that few have.
            return;
        }

        File.WriteAllLines(Source, Numbered(20));
        File.CreateSymbolicLink(Training, Source);

        await Assert.ThrowsAsync<ArgumentException>(() =>
            DatasetSplitter.SplitAsync(Source, Training, Validation, new() { Overwrite = true })
        );

        // A link among the folders of a path leads there as well.
        string other = _folder + "-link";
        Directory.CreateSymbolicLink(other, _folder);
        try
        {
            await Assert.ThrowsAsync<ArgumentException>(() =>
                DatasetSplitter.SplitAsync(
                    Source,
                    Path.Combine(other, Path.GetFileName(Source)),
                    Validation,
                    new() { Overwrite = true }
                )
            );
        }
        finally
        {
            Directory.Delete(other);
        }

        Assert.Equal(20, File.ReadAllLines(Source).Length);
    }

    private static string[] Numbered(int count, string answer = "c") =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    string.Format(
                        CultureInfo.InvariantCulture,
                        """{{"prompt":"question {0} about something that is longer than a word","completion":"{1}"}}""",
                        i,
                        answer
                    )
                ),
        ];

    private static string Number(string line) => line.Split(' ')[1];

    private static string[] Lines(string path)
    {
        string text = File.ReadAllText(path);
        Assert.EndsWith("\n", text);
        return text[..^1].Split('\n');
    }

    private Task<SplitResult> SplitAsync(IEnumerable<string> lines, DatasetSplitOptions options) =>
        SplitAsync(string.Join("\n", lines), options);

    private Task<SplitResult> SplitAsync(string text, DatasetSplitOptions options)
    {
        File.WriteAllText(Source, text);
        return DatasetSplitter.SplitAsync(Source, Training, Validation, options);
    }
}
