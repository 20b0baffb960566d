using System.Globalization;
using System.Text;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Measuring;
using FineTuning.Core.Tokenization;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Measuring;

public sealed class DatasetMeterTests : IDisposable
{
    private static readonly DatasetMeasureOptions s_options = new() { Model = "gpt-4o-mini" };

    private readonly string _folder = Directory.CreateTempSubdirectory("measure").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The text in quotes is counted apart here; what is around it is 3 a message with 1 for its role, 3 an example, 1
    // and the word for a name.
    [Theory]
    [InlineData("{'messages':[<U>,<A>]}", "Hi|Hello", "Hello", 11)]
    [InlineData("{'messages':[<U>,{'role':'assistant','content':'Hello','weight':0}]}", "Hi|Hello", "", 11)]
    [InlineData("{'messages':[{'role':'user','name':'ann','content':'Hi'},<A>]}", "Hi|Hello", "Hello", 13)]
    [InlineData(
        "{'messages':[{'role':'user','content':[{'type':'text','text':'Hi'},{'type':'text','text':'you'}]},<A>]}",
        "Hi|you|Hello",
        "Hello",
        11
    )]
    [InlineData("{'messages':[<U>,<CALL>,<TOOL>,<A>]}", "Hi|f|{}|1|Hello", "f|{}|Hello", 19)]
    [InlineData(
        "{'messages':[<U>,{'role':'assistant','content':null,'function_call':{'name':'f','arguments':'{}'}}]}",
        "Hi|f|{}",
        "f|{}",
        11
    )]
    [InlineData("{'messages':[<U>,{'role':'assistant','content':null,'refusal':'No.'}]}", "Hi|No.", "No.", 11)]
    [InlineData("{'prompt':'Hi you','completion':'Hello'}", "Hi you|Hello", "Hello", 0)]
    [InlineData("{<IN>,<PO>,<NO>}", "Hi|Hello|What?", "Hello|What?", 15)]
    [InlineData("{'messages':[<U>],'answer':'Hello'}", "Hi", "", 7)]
    [InlineData(
        "{'messages':[{'content':'caf\\u00e9 \\ud83d\\ude00\\n','role':'user'},<A>]}",
        "café 😀\n|Hello",
        "Hello",
        11
    )]
    public async Task Counts_the_text_and_what_is_around_it(string line, string text, string answers, int around)
    {
        DatasetMeasure measure = await MeasureAsync(Check.Text(line) + "\n");

        Assert.Equal(1, measure.Examples);
        Assert.Equal(Tokens(text), measure.ContentTokens);
        Assert.Equal(Tokens(answers), measure.AnswerTokens);
        Assert.Equal(Tokens(text) + around, measure.Tokens);
        Assert.Equal(0, measure.SkippedLines);
    }

    [Fact]
    public async Task Tools_count_as_their_json_and_images_are_told_of()
    {
        const string Tools = """[{"type":"function","function":{"name":"f","parameters":{}}}]""";
        const string Image = "{'type':'image_url','image_url':{'url':'https://e.com/a.png'}}";
        DatasetMeasure plain = await MeasureAsync(Check.Text("{'messages':[<U>,<A>]}"));
        DatasetMeasure measure = await MeasureAsync(
            Check.Text(
                "{'messages':[{'role':'user','content':[{'type':'text','text':'Hi'}," + Image + "]},<A>],'tools':"
            )
                + Tools
                + "}"
        );

        Assert.Equal(plain.Tokens + Tokens(Tools), measure.Tokens);
        Assert.Equal(1, measure.Images);
    }

    [Fact]
    public async Task The_kind_is_what_most_lines_are_and_other_lines_are_left_out()
    {
        DatasetMeasure measure = await MeasureAsync(
            Check.Text(
                "{'prompt':'a','completion':'b'}\n\n{'messages':[<U>,<A>]}\nno "
                    + "json\n[1]\n{'x':1}\n{'messages':[<U>,<A>]}"
            )
        );

        Assert.Equal(DatasetFormat.Chat, measure.Format);
        Assert.Equal(3, measure.Examples);
        Assert.Equal(3, measure.SkippedLines);
        Assert.Equal(4, measure.Messages);
        Assert.Equal(
            [("assistant", 2L), ("user", 2L)],
            measure.Roles.OrderBy(role => role.Key).Select(role => (role.Key, role.Value))
        );
    }

    [Theory]
    [InlineData("{'prompt':'a','completion':'b'} {'prompt':'c','completion':'d'}")]
    [InlineData("{'prompt':'a','completion':'b'} rest")]
    [InlineData("{'messages':[<U>,<A>]},")]
    public async Task A_line_with_more_than_its_object_is_left_out(string line)
    {
        DatasetMeasure measure = await MeasureAsync(
            Check.Text(line) + "\n" + Check.Text("  {'prompt':'a','completion':'b'} \t") + "\n"
        );

        Assert.Equal((1L, 1L), (measure.Examples, measure.SkippedLines));
    }

    [Fact]
    public async Task What_a_prompt_for_reinforcement_has_the_assistant_say_is_not_learned()
    {
        DatasetMeasure measure = await MeasureAsync(Check.Text("{'messages':[<U>,<A>,<U>],'answer':'x'}"));

        Assert.Equal(DatasetFormat.Reinforcement, measure.Format);
        Assert.Equal(0, measure.AnswerTokens);
    }

    [Theory]
    [InlineData("\n", false, "en-US")]
    [InlineData("\r\n", false, "de-DE")]
    [InlineData("\n", true, "tr-TR")]
    public async Task Line_ends_marks_and_culture_change_nothing(string end, bool mark, string culture)
    {
        string[] lines = [.. new ExampleGenerator(new Random(5)).Dataset(DatasetFormat.Chat, 40)];
        DatasetMeasure expected = await MeasureAsync(string.Join("\n", lines));
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            DatasetMeasure found = await MeasureAsync((mark ? "\uFEFF" : "") + string.Join(end, lines));

            Assert.Equal(expected.Tokens, found.Tokens);
            Assert.Equal(expected.TokensPerExample.ToString(), found.TokensPerExample.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task Of_many_blocks_the_sum_is_that_of_the_lines()
    {
        string[] lines =
        [
            .. Enumerable
                .Range(0, 30_000)
                .Select(i => Check.Text($"{{'messages':[{{'role':'user','content':'word {i}'}},<A>]}}")),
        ];
        long expected = lines.Select((_, i) => Tokens($"word {i}|Hello")).Sum();

        DatasetMeasure measure = await MeasureAsync(string.Join("\n", lines));

        Assert.Equal(expected, measure.ContentTokens);
        Assert.Equal(30_000, measure.Examples);
        Assert.Equal(30_000, measure.TokensPerExample.Histogram.Sum(bin => bin.Count));
    }

    [Fact]
    public async Task What_is_too_long_is_cut_and_counted()
    {
        string data = Check.Text(
            "{'messages':[{'role':'user','content':'"
                + string.Join(" ", Enumerable.Repeat("word", 5000))
                + "'},<A>]}\n{'messages':[<U>,<A>]}"
        );

        DatasetMeasure measure = await MeasureAsync(
            data,
            s_options with
            {
                Model = "gpt-3.5-turbo-0613",
                EpochCount = 2,
            }
        );

        Assert.Equal(1, measure.TruncatedExamples);
        Assert.Equal(4096, measure.ContextLength);
        Assert.Equal(2 * (4096 + measure.TokensPerExample.Minimum), measure.BillableTokens);
    }

    [Fact]
    public async Task A_cost_is_the_price_of_what_is_billed()
    {
        TrainingPrice price = new() { Model = "gpt-4o-mini", PerMillionTokens = 12_345.6m };

        DatasetMeasure measure = await MeasureAsync(
            Check.Text("{'messages':[<U>,<A>]}"),
            s_options with
            {
                Price = price,
                EpochCount = 3,
            }
        );

        Assert.Equal(Math.Round(3 * measure.Tokens * 12_345.6m / 1_000_000, 2), measure.EstimatedCost);
    }

    [Fact]
    public async Task An_empty_file_has_no_epochs_and_no_cost()
    {
        DatasetMeasure measure = await MeasureAsync(
            "",
            s_options with
            {
                Price = new TrainingPrice { Model = "m", PerMillionTokens = 1 },
            }
        );

        Assert.Equal((0, 0, 0L, 0L), (measure.EpochCount, measure.BatchSize, measure.Steps, measure.BillableTokens));
        Assert.Equal(DatasetFormat.Unknown, measure.Format);
        Assert.Null(measure.EstimatedCost);
    }

    [Fact]
    public async Task What_is_no_text_is_named()
    {
        string path = Path.Combine(_folder, "wide.jsonl");
        File.WriteAllText(path, Check.Text("{'messages':[<U>,<A>]}"), Encoding.Unicode);

        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() =>
            DatasetMeter.MeasureFileAsync(path, s_options)
        );

        Assert.Contains("wide.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains("UTF-16", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Can_be_stopped()
    {
        string path = Path.Combine(_folder, "some.jsonl");
        File.WriteAllText(path, Check.Text("{'messages':[<U>,<A>]}"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            DatasetMeter.MeasureFileAsync(path, s_options, null, new CancellationToken(canceled: true))
        );
    }

    // No bytes at all make it throw; with a fixed seed, so that what fails fails again.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_line_is_measured_or_left_out(int seed)
    {
        Random random = new(seed);
        ExampleGenerator generator = new(random);
        ExampleMeter meter = new(Tokenizer.Get("o200k_base").CreateCounter());
        const int Rounds = 4000;
        int measured = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] line = Encoding.UTF8.GetBytes(generator.Dataset(generator.AnyFormat(), 1)[0]);
            for (int i = random.Next(5); i > 0; i--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            if (meter.TryMeasure(line, out ExampleMeasure measure))
            {
                Assert.InRange(measure.Tokens, 0, line.Length);
                Assert.InRange(measure.AnswerTokens, 0, measure.ContentTokens);
                measured++;
            }
        }

        // Both ways were gone.
        Assert.InRange(measured, Rounds / 10, Rounds - (Rounds / 10));
    }

    private static long Tokens(string texts) =>
        texts.Length == 0
            ? 0
            : texts.Split('|').Sum(text => (long)Tokenizer.Get("o200k_base").CreateCounter().Count(text));

    private async Task<DatasetMeasure> MeasureAsync(string data, DatasetMeasureOptions? options = null)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllText(path, data);
        return await DatasetMeter.MeasureFileAsync(path, options ?? s_options);
    }
}
