using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Tests.Grading;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

public sealed class ConverterTests : RowConverting
{
    [Fact]
    public void A_question_with_an_answer_is_a_chat_example() =>
        Assert.Equal(
            """{"messages":[{"role":"user","content":"a \"b\""},{"role":"assistant","content":"c\\d"}]}""",
            One(Chat, new TestRow(("id", 1), ("Question", "a \"b\""), ("ANSWER", "c\\d")))
        );

    [Theory]
    [InlineData("prompt", "completion")]
    [InlineData("Question", "Answer")]
    [InlineData("input", "output")]
    [InlineData("USER", "ASSISTANT")]
    [InlineData("instruction", "response")]
    public void Usual_names_are_found(string user, string assistant)
    {
        Assert.Contains("\"user\",\"content\":\"one\"", One(Chat, new TestRow((user, "one"), (assistant, "two"))));
        Assert.Equal(
            """{"prompt":"one","completion":"two"}""",
            One(
                new ConvertOptions { Format = DatasetFormat.Completion },
                new TestRow((assistant, "two"), (user, "one"))
            )
        );
    }

    [Fact]
    public void Usual_names_are_found_under_a_Turkish_culture()
    {
        using CultureScope culture = new("tr-TR");
        Usual_names_are_found("INPUT", "COMPLETION");
    }

    [Fact]
    public void An_input_belongs_to_its_instruction()
    {
        TestRow with = new(("instruction", "Translate."), ("input", "Haus"), ("output", "house"));
        TestRow without = new(("instruction", "Greet."), ("input", ""), ("output", "Hi"));
        List<ConvertResult> results = Convert(Chat, with, without);

        Assert.Contains("\"Translate.\\n\\nHaus\"", results[0].Example);
        Assert.Contains("\"Greet.\"", results[1].Example);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("en-US")]
    public void Values_are_written_the_same_under_every_culture(string name)
    {
        using CultureScope culture = new(name);
        JsonElement json = JsonDocument.Parse("{\"I\":[1.50,\"\\u00e9\\u2028\"]}").RootElement;
        ConvertOptions options = new()
        {
            Format = DatasetFormat.Reinforcement,
            ItemProperty = ["n", "d", "t", "b", "x", "j", "day", "hour", "tick"],
        };
        TestRow row = new(
            ("prompt", 1.5),
            ("n", 2.25),
            ("d", new DateTime(2026, 3, 4)),
            ("t", new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc)),
            ("b", true),
            ("x", null),
            ("j", json),
            ("day", new DateOnly(2026, 3, 4)),
            ("hour", new TimeOnly(15, 6, 7)),
            ("tick", new TimeOnly(5, 6, 7, 500))
        );

        Assert.Equal(
            """{"messages":[{"role":"user","content":"1.5"}],"n":2.25,"d":"2026-03-04","t":"2026-03-04T05:06:07Z","b":true,"x":null,"j":{"I":[1.50,"é\u2028"]},"day":"2026-03-04","hour":"15:06:07","tick":"05:06:07.5"}""",
            One(options, row)
        );
    }

    [Fact]
    public void Text_is_readable_and_half_a_character_is_replaced() =>
        Assert.Equal(
            "{\"prompt\":\"é中😀</>'&+\\u2028\\u2029\\u0001\\t\\r\\n\u007f\",\"completion\":\"\uFFFDx\uFFFD\"}",
            One(
                new ConvertOptions { Format = DatasetFormat.Completion },
                new TestRow(("prompt", "é中😀</>'&+\u2028\u2029\u0001\t\r\n\u007f"), ("completion", "\uDC00x\uD83D"))
            )
        );

    [Fact]
    public void The_system_message_of_a_row_comes_before_that_of_all()
    {
        ConvertOptions options = new() { SystemMessage = "all" };
        List<ConvertResult> results = Convert(
            options,
            new TestRow(("user", "a"), ("assistant", "b"), ("system prompt", "own")),
            new TestRow(("user", "a"), ("assistant", "b"), ("system prompt", "")),
            new TestRow(("user", "a"), ("assistant", "b"))
        );

        Assert.Equal(
            ["own", "all", "all"],
            results.Select(result => Messages(result.Example!)[0].GetProperty("content").GetString())
        );
    }

    [Fact]
    public void A_preference_example_has_both_answers() =>
        Assert.Equal(
            Check.Text(
                "{'input':{'messages':[{'role':'system','content':'s'},{'role':'user','content':'p'}]},'preferred_output':[{'role':'assistant','content':'c'}],"
                    + "'non_preferred_output':[{'role':'assistant','content':'r'}]}"
            ),
            One(
                new ConvertOptions { Format = DatasetFormat.Preference, SystemMessage = "s" },
                new TestRow(("prompt", "p"), ("chosen", "c"), ("rejected", "r"))
            )
        );

    [Fact]
    public void All_other_properties_are_for_the_grader() =>
        Assert.Equal(
            Check.Text("{'messages':[{'role':'user','content':'q'}],'answer':'a','Points':3}"),
            One(
                new ConvertOptions { Format = DatasetFormat.Reinforcement },
                new TestRow(("question", "q"), ("answer", "a"), ("tools", "x"), ("Points", 3))
            )
        );

    [Fact]
    public void Space_around_texts_is_left_out_if_asked_for()
    {
        TestRow row = new(("user", " a\n"), ("assistant", "\tb "));

        Assert.Equal(
            ["a", "b"],
            Messages(One(Chat with { Trim = true }, row)).Select(m => m.GetProperty("content").GetString())
        );
        Assert.Equal([" a\n", "\tb "], Messages(One(Chat, row)).Select(m => m.GetProperty("content").GetString()));
    }

    // Whatever the rows hold, what is made of them has no error, and comes back as it was.
    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public async Task What_is_made_has_no_errors(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 300; round++)
        {
            ConvertOptions options = new() { Format = (DatasetFormat)random.Next(1, 5), SystemMessage = null };
            TestRow[] rows =
            [
                .. Enumerable
                    .Range(0, 12)
                    .Select(_ => new TestRow(
                        ("prompt", Value(random)),
                        ("response", Value(random)),
                        ("chosen", Value(random)),
                        ("rejected", Value(random)),
                        ("system", Value(random))
                    )),
            ];
            options = options.Format == DatasetFormat.Completion ? options : options with { SystemMessage = "s\u2029" };
            string[] lines =
            [
                .. Convert(options, rows).Select(result => result.Example!).Where(line => line is not null),
            ];
            if (lines.Length == 0)
            {
                continue;
            }

            DatasetReport report = await Check.RunAsync(Encoding.UTF8.GetBytes(string.Join("\n", lines)));
            Assert.True(report.ErrorCount == 0, $"seed {seed}, round {round}: {string.Join("\n", report.Problems)}");
            Assert.Equal(options.Format, report.Format);
            Assert.DoesNotContain(report.Problems, problem => problem.Code is "FT1010" or "FT1108" or "FT1109");
        }
    }

    private static object? Value(Random random) =>
        random.Next(9) switch
        {
            0 => null,
            1 => random.Next(),
            2 => random.NextDouble(),
            3 => random.Next(2) == 0,
            4 => "",
            5 => JsonDocument.Parse("""{"a":[null,"\ud83d\ude00 \u2028",1e5],"":{}}""").RootElement,
            _ => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)random.Next(0x10000))]),
        };
}
