using System.Text.Json;
using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using Xunit;

namespace FineTuning.Core.Tests.Grading;

public sealed class GradingTests
{
    private const string Item = """
        {"answer":"Paris","n":1.50,"ok":true,"none":null,"list":["x",{"y":"zé"}],"a":{"b":[10,20]},"with space":"w","größe":"g"}
        """;

    [Theory]
    [InlineData("eq", "Paris", "Paris", 1)]
    [InlineData("eq", "Paris", "paris", 0)]
    [InlineData("eq", "", "", 1)]
    [InlineData("ne", "Paris", "Rome", 1)]
    [InlineData("ne", "Paris", "Paris", 0)]
    [InlineData("like", "It is Paris.", "Paris", 1)]
    [InlineData("like", "It is Paris.", "paris", 0)]
    [InlineData("like", "Paris", "It is Paris.", 0)]
    [InlineData("like", "Paris", "", 1)]
    [InlineData("ilike", "It is PARIS.", "paris", 1)]
    [InlineData("ilike", "Rome", "paris", 0)]
    [InlineData("ilike", "ÉTÉ", "été", 1)]
    public async Task A_string_check_is_1_or_0(string operation, string sample, string reference, double expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{ sample.output_text }}",
                reference,
                operation,
            }
        );
        GradeResult result = await grader.GradeAsync(sample, null);

        Assert.Equal(expected, result.Reward);
        Assert.False(result.Errors.Any);
        Assert.Null(result.SubRewards);
        Assert.Empty(result.TokenUsage);
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("de-DE")]
    public async Task Case_is_ignored_alike_in_every_culture(string culture)
    {
        using CultureScope scope = new(culture);
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "TITLE I",
                reference = "title i",
                operation = "ilike",
            }
        );
        Assert.Equal(1, (await grader.GradeAsync("x", null)).Reward);
    }

    [Theory]
    [InlineData("{{ item.answer }}", "Paris")]
    [InlineData("{{item.answer}}, {{item.answer}}!", "Paris, Paris!")]
    [InlineData("{{ item.n }}", "1.50")]
    [InlineData("{{ item.ok }} {{ item.none }}", "true null")]
    [InlineData("{{ item.list }}", """["x",{"y":"zé"}]""")]
    [InlineData("{{ item.list[1].y }}", "zé")]
    [InlineData("{{ item.a.b[1] }}", "20")]
    [InlineData("{{ item['with space'] }}{{ item[\"größe\"] }}{{ item.größe }}", "wgg")]
    [InlineData("{{ sample.output_json.city }} {{ sample.output_json.n[0] }}", "Rome 7")]
    [InlineData("{{ sample.output_json }}", """{"city":"Rome","n":[7]}""")]
    [InlineData("{{ sample.output_text }}", """{"city": "Rome", "n": [7]}""")]
    [InlineData("{{ sample.output_tools }}", "[]")]
    [InlineData("{{ sample.choices[0].message.content }}", """{"city": "Rome", "n": [7]}""")]
    [InlineData("""{"a":{"b":{}}} { } {x}""", """{"a":{"b":{}}} { } {x}""")]
    [InlineData("", "")]
    public async Task A_template_is_filled(string template, string expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = template,
                reference = expected,
                operation = "eq",
            }
        );
        GradeResult result = await grader.GradeAsync("""{"city": "Rome", "n": [7]}""", Testing.Parse(Item));

        Assert.Null(result.Errors.Message);
        Assert.Equal(1, result.Reward);
    }

    [Theory]
    [InlineData("{{ item.question }}", "not json", "variable", "item.question")]
    [InlineData("{{ item.a.c }}", "not json", "variable", "item.a.c")]
    [InlineData("{{ item.a.b[2] }}", "not json", "variable", "item.a.b[2]")]
    [InlineData("{{ item.answer.x }}", "not json", "variable", "item.answer.x")]
    [InlineData("{{ sample.output_json.city }}", "not json", "sample", "not JSON")]
    [InlineData("{{ sample.output_json.city }}", "{\"town\":1}", "variable", "sample.output_json.city")]
    [InlineData("{{ sample.choices[1].x }}", "x", "variable", "sample.choices[1].x")]
    public async Task A_value_that_is_missing_is_an_error_of_the_sample(
        string template,
        string sample,
        string flag,
        string part
    )
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = template,
                reference = template,
                operation = "eq",
            }
        );
        GradeResult result = await grader.GradeAsync(sample, Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.Equal(
            (flag == "variable", flag == "sample"),
            (result.Errors.InvalidVariableError, result.Errors.SampleParseError)
        );
        Assert.Contains(part, result.Errors.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_item_its_fields_are_missing()
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{ item.a }}",
                reference = "",
                operation = "eq",
            }
        );
        Assert.Contains(
            "no item was given",
            (await grader.GradeAsync("x", null)).Errors.Message,
            StringComparison.Ordinal
        );
        Assert.True((await grader.GradeAsync("x", Testing.Parse("[1]"))).Errors.InvalidVariableError);
    }

    [Fact]
    public async Task Texts_that_are_too_long_are_errors_of_the_sample()
    {
        const string Sample = "{{sample.output_text}}";
        string twenty = string.Concat(Enumerable.Repeat(Sample, 20));
        LocalGrader similar = Create(
            new
            {
                type = "text_similarity",
                name = "t",
                input = Sample,
                reference = "a",
                evaluation_metric = "fuzzy_match",
            }
        );
        LocalGrader repeats = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = twenty,
                reference = "",
                operation = "ne",
            }
        );

        Assert.Contains(
            "100000",
            (await similar.GradeAsync(new string('a', 100_001), null)).Errors.Message,
            StringComparison.Ordinal
        );
        Assert.True((await repeats.GradeAsync(new string('a', 60_000), null)).Errors.OtherError);
        Assert.Equal(1, (await repeats.GradeAsync(new string('a', 40_000), null)).Reward);
    }

    [Fact]
    public async Task A_broken_sample_or_item_never_throws()
    {
        LocalGrader grader = Create(
            new
            {
                type = "string_check",
                name = "c",
                input = "{{item.a}}{{sample.choices}}",
                reference = "",
                operation = "ne",
            }
        );
        string deep = new string('[', 5000) + new string(']', 5000);

        Assert.True((await grader.GradeAsync("x", Testing.Parse("""{"a":"\ud800"}"""))).Errors.OtherError);
        Assert.Equal(1, (await grader.GradeAsync("half \ud800", Testing.Parse("""{"a":1}"""))).Reward);
        Assert.Equal(1, (await grader.GradeAsync(deep, Testing.Parse("""{"a":1}"""))).Reward);
    }

    [Fact]
    public async Task A_multi_grader_works_out_a_score_of_its_parts()
    {
        LocalGrader grader = Multi("0.75 * exact + 0.25 * near");
        GradeResult right = await grader.GradeAsync("Paris", Testing.Parse(Item)),
            wrong = await grader.GradeAsync("paris", Testing.Parse(Item));

        Assert.Equal(1, right.Reward);
        Assert.Equal(0.2, wrong.Reward, 1e-12);
        Assert.Equal(new Dictionary<string, double> { ["exact"] = 0, ["near"] = 0.8 }, wrong.SubRewards);
    }

    [Fact]
    public async Task A_part_that_fails_makes_the_whole_fail_and_the_others_are_graded()
    {
        GradeResult result = await Multi("exact + near").GradeAsync("Paris", Testing.Parse("""{"city":"Paris"}"""));
        GradeResult divided = await Multi("1 / exact").GradeAsync("paris", Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.True(result.Errors.InvalidVariableError);
        Assert.Equal(["exact", "near"], result.SubRewards!.Keys);
        Assert.True(divided.Errors.FormulaParseError);
        Assert.Equal(0.8, divided.SubRewards!["near"]);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData(" 7.5\n", 7.5)]
    [InlineData("{\"steps\":[],\"result\":3}", 3)]
    [InlineData("{\"result\":\"3\"}", 3)]
    public async Task A_model_gives_a_score(string answer, double expected)
    {
        TestModel model = new(answer);
        GradeResult result = await Score(model).GradeAsync("Rome", Testing.Parse(Item));

        Assert.Equal(expected, result.Reward);
        Assert.Equal("judge", result.SampledModel);
        (IReadOnlyList<GraderMessage> messages, GraderSampling sampling) = Assert.Single(model.Asked);
        Assert.Equal([new GraderMessage("system", "Judge."), new GraderMessage("user", "Rome or Paris?")], messages);
        Assert.Equal(
            new GraderSampling
            {
                Temperature = 0.5,
                TopP = 1,
                Seed = 3,
                MaxTokens = 8,
                ReasoningEffort = "low",
            },
            sampling
        );
        Assert.Equal(new GraderTokens(20, 2), result.TokenUsage["judge"]);
    }

    [Theory]
    [InlineData("11")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("good")]
    [InlineData("")]
    [InlineData("{\"score\":3}")]
    [InlineData("{broken")]
    public async Task An_answer_that_is_no_score_in_the_range_is_an_error_of_the_sample(string answer)
    {
        GradeResult result = await Score(new TestModel(answer)).GradeAsync("Rome", Testing.Parse(Item));

        Assert.Equal(0, result.Reward);
        Assert.True(result.Errors.ModelGraderParseError);
        Assert.Contains("0 to 10", result.Errors.Message, StringComparison.Ordinal);
        Assert.Equal(2, result.TokenUsage["judge"].Completion);
    }

    [Fact]
    public async Task A_model_that_cannot_answer_is_an_error_of_the_sample() =>
        Assert.True(
            (await Score(new TestModel(null)).GradeAsync("x", Testing.Parse(Item))).Errors.ModelGraderServerError
        );

    [Theory]
    [InlineData("good", 1.0)]
    [InlineData("GOOD", 1.0)]
    [InlineData("{\"result\":\"fair\"}", 1.0)]
    [InlineData("bad", 0.0)]
    [InlineData("awful", null)]
    public async Task A_model_chooses_a_label(string answer, double? expected)
    {
        LocalGrader grader = Create(
            new
            {
                type = "label_model",
                name = "l",
                model = "judge",
                input = new[]
                {
                    new
                    {
                        type = "message",
                        role = "user",
                        content = new { type = "input_text", text = "{{item.answer}}" },
                    },
                },
                labels = new[] { "good", "fair", "bad" },
                passing_labels = new[] { "good", "fair" },
            },
            new GraderServices { Model = new TestModel(answer) }
        );
        GradeResult result = await grader.GradeAsync("x", Testing.Parse(Item));

        Assert.Equal(expected ?? 0, result.Reward);
        Assert.Equal(expected is null, result.Errors.ModelGraderParseError);
    }

    [Fact]
    public async Task A_script_gets_the_sample_and_the_item()
    {
        TestPython python = new();
        GraderServices services = new() { Python = python };
        LocalGrader quarter = Create(
            new
            {
                type = "python",
                name = "p",
                source = "0.25",
                image_tag = "x",
            },
            services
        );
        LocalGrader endless = Create(
            new
            {
                type = "python",
                name = "p",
                source = "Infinity",
            },
            services
        );
        GradeResult result = await quarter.GradeAsync("[1]", Testing.Parse("""{"a":1}""")),
            infinite = await endless.GradeAsync("x", null);

        Assert.Equal(0.25, result.Reward);
        Assert.True(infinite.Errors.PythonGraderRuntimeError);
        Assert.Equal("{}", python.Last.Item);
        Testing.AssertJson(
            """
            {"output_text":"x","output_json":null,"output_tools":[],
             "choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"x"}}]}
            """,
            python.Last.Sample
        );
    }

    [Fact]
    public async Task Grading_is_cancelled()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();
        await Testing.IsCancelledAsync(() => Score(new TestModel("1")).GradeAsync("x", null, source.Token));
    }

    [Fact]
    public async Task One_grader_serves_several_threads()
    {
        LocalGrader grader = Multi("(exact + near) / 2");
        JsonElement item = Testing.Parse(Item);
        double[] rewards = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    Task.Run(async () => (await grader.GradeAsync(i % 2 == 0 ? "Paris" : "paris", item)).Reward)
                )
        );

        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1 : 0.4), rewards);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{{ sample.output_text }}")]
    public async Task A_cancel_ends_the_parts_that_ask_nobody_too(string input)
    {
        using CancellationTokenSource source = new();
        object graders = new
        {
            script = new { type = "python", source = "1" },
            check = new
            {
                type = "string_check",
                input,
                reference = "x",
                operation = "eq",
            },
        };
        LocalGrader grader = Create(
            new
            {
                type = "multi",
                name = "m",
                graders,
                calculate_output = "script + check",
            },
            new GraderServices { Python = new TestPython { Asked = source.Cancel } }
        );
        await Testing.IsCancelledAsync(() => grader.GradeAsync("x", null, source.Token));
    }

    private static LocalGrader Create(object definition, GraderServices? services = null) =>
        LocalGrader.Create(JsonSerializer.SerializeToElement(definition), services);

    private static LocalGrader Multi(string formula) =>
        Create(
            new
            {
                type = "multi",
                name = "m",
                graders = new
                {
                    exact = new
                    {
                        type = "string_check",
                        name = "e",
                        input = "{{ sample.output_text }}",
                        reference = "{{ item.answer }}",
                        operation = "eq",
                    },
                    near = new
                    {
                        type = "text_similarity",
                        name = "n",
                        input = "{{ sample.output_text }}",
                        reference = "Paris",
                        evaluation_metric = "fuzzy_match",
                    },
                },
                calculate_output = formula,
            }
        );

    private static LocalGrader Score(TestModel model) =>
        Create(
            new
            {
                type = "score_model",
                name = "s",
                model = "judge",
                input = new object[]
                {
                    new { role = "system", content = "Judge." },
                    new
                    {
                        role = "user",
                        content = new object[]
                        {
                            "{{ sample.output_text }} or ",
                            new { type = "input_text", text = "{{ item.answer }}?" },
                        },
                    },
                },
                range = new[] { 0, 10 },
                sampling_params = new
                {
                    temperature = 0.5,
                    top_p = 1,
                    seed = 3,
                    max_completions_tokens = 8,
                    reasoning_effort = "low",
                },
            },
            new GraderServices { Model = model }
        );
}
