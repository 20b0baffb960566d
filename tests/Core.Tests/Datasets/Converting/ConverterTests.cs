using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using FineTuning.Core.Tests.Grading;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

public class ConverterTests
{
    private static readonly ConvertOptions s_chat = new();

    [Fact]
    public void A_question_with_an_answer_is_a_chat_example() =>
        Assert.Equal(
            """{"messages":[{"role":"user","content":"a \"b\""},{"role":"assistant","content":"c\\d"}]}""",
            One(s_chat, new TestRow(("id", 1), ("Question", "a \"b\""), ("ANSWER", "c\\d")))
        );

    [Theory]
    [InlineData("prompt", "completion")]
    [InlineData("Question", "Answer")]
    [InlineData("input", "output")]
    [InlineData("USER", "ASSISTANT")]
    [InlineData("instruction", "response")]
    public void Usual_names_are_found(string user, string assistant)
    {
        Assert.Contains("\"user\",\"content\":\"one\"", One(s_chat, new TestRow((user, "one"), (assistant, "two"))));
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
        List<ConvertResult> results = Convert(s_chat, with, without);

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

    [Theory]
    [InlineData("PropertyMissing", "answer", "Row 2 has no property 'answer'. It has: question, note.")]
    [InlineData(
        "TextEmpty",
        "answer",
        "Row 3: 'answer' is empty, so there is no answer. The row has: question, answer."
    )]
    [InlineData(
        "TextEmpty",
        "question",
        "Row 4: 'question' is empty, so there is no user's text. The row has: question, answer."
    )]
    public void A_bad_row_is_told_of_and_the_others_go_on(string id, string property, string message)
    {
        List<ConvertResult> results = Convert(
            s_chat,
            new TestRow(("question", "a"), ("answer", "b")),
            new TestRow(("question", "a"), ("note", "b")),
            new TestRow(("question", "a"), ("answer", " \n")),
            new TestRow(("question", null), ("answer", "b")),
            new TestRow(("question", "c"), ("answer", "d"))
        );

        Assert.Equal([true, false, false, false, true], results.Select(result => result.Example is not null));
        Assert.Contains(
            results,
            result => result.Problem is { } p && (p.Id, p.Property, p.Message) == (id, property, message)
        );
    }

    [Fact]
    public void What_has_no_usual_name_must_be_named()
    {
        ConvertResult result = Assert.Single(Convert(s_chat, new TestRow(("a", "b"), ("answer", "c"))));

        Assert.Equal(
            ("PropertyNotNamed", "UserProperty", true),
            (result.Problem!.Id, result.Problem.Option, result.Problem.IsSetUp)
        );
        Assert.EndsWith("Row 1 has: a, answer.", result.Problem.Message);
    }

    // What is named for one thing is not found for another by its name.
    [Fact]
    public void A_property_that_is_named_is_not_found_for_something_else()
    {
        Assert.Contains(
            "user from prompt, assistant from QUESTION.",
            Mapping(s_chat with { AssistantProperty = "QUESTION" }, "question", "prompt")
        );
        Assert.Equal("AssistantProperty", Missing(s_chat with { UserProperty = ["output"] }, "instruction", "output"));
        Assert.StartsWith(
            "system from instruction, user from input, assistant from output.",
            Mapping(s_chat with { SystemProperty = "instruction" }, "instruction", "input", "output")
        );
        Assert.StartsWith(
            "user from instruction, assistant from input.",
            Mapping(s_chat with { AssistantProperty = "input" }, "instruction", "input")
        );
        Assert.StartsWith(
            "user from prompt, item from question.",
            Mapping(new() { Format = DatasetFormat.Reinforcement, ItemProperty = ["question"] }, "question", "prompt")
        );
        Assert.StartsWith(
            "role from author, content from message, group from text.",
            Mapping(s_chat with { GroupProperty = "text", RoleProperty = "author" }, "text", "author", "message")
        );
        Assert.Equal(
            "RoleProperty",
            Missing(s_chat with { GroupProperty = "id", ContentProperty = "from" }, "id", "from")
        );

        static string Mapping(ConvertOptions options, params string[] names)
        {
            var converter = new ExampleConverter(options);
            converter.Add(Row(names));
            return converter.Mapping!;
        }

        static string? Missing(ConvertOptions options, params string[] names) =>
            Assert.Single(Convert(options, Row(names))).Problem?.Option;
        static TestRow Row(string[] names) => new([.. names.Select(name => (name, (object?)"user"))]);
    }

    [Fact]
    public void A_group_that_never_ends_is_not_kept()
    {
        ConvertOptions options = new() { GroupProperty = "id", MaxExampleBytes = 1 << 20 };
        ExampleConverter converter = new(options);
        TestRow row = new(("id", "same"), ("role", "assistant"), ("text", new string('é', 100_000)));
        Assert.Empty(converter.Add(row));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 400; i++)
        {
            Assert.Empty(converter.Add(row));
        }

        // All of it would be 80 MB.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
        List<ConvertResult> results = Convert(
            converter,
            new TestRow(("id", "next"), ("role", "assistant"), ("text", "a"))
        );
        Assert.Equal(("ExampleTooLong", 1), (results[0].Problem?.Id, results[0].Problem?.Row));
        Assert.StartsWith("The rows from 1 on, with 'same' in 'id',", results[0].Problem?.Message);
        Assert.NotNull(results[1].Example);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_group_above_the_limit_is_told_of_by_its_own_rows(int above)
    {
        ConvertOptions options = new() { GroupProperty = "id" };
        TestRow[] rows =
        [
            Said("a", "b"),
            Said("long", "c"),
            Said("long", "d"),
            Said("e", "f"),
            Said("long", "c"),
            Said("long", "d"),
        ];
        int bytes = Convert(options, rows)[1].Example!.Length;
        List<ConvertResult> results = Convert(options with { MaxExampleBytes = bytes - above }, rows);

        Assert.Equal(4, results.Count);
        Assert.Equal(
            above == 0 ? [] : new long[] { 2, 5 },
            results.Where(result => result.Problem is not null).Select(result => result.Problem!.Row)
        );
        Assert.All(
            results.Where(result => result.Problem is not null),
            result => Assert.Contains("'long' in 'id'", result.Problem!.Message)
        );

        static TestRow Said(string id, string text) => new(("id", id), ("role", "assistant"), ("text", text));
    }

    [Fact]
    public void A_value_that_cannot_be_read_is_a_problem_of_its_row()
    {
        JsonElement half = JsonDocument.Parse("\"\\ud800\"").RootElement;
        List<ConvertResult> results = Convert(
            s_chat,
            new TestRow(("user", half), ("assistant", "a")),
            new TestRow(("user", "u"), ("assistant", "a"))
        );

        Assert.Equal(("ValueNotRead", 1), (results[0].Problem?.Id, results[0].Problem?.Row));
        Assert.NotNull(results[1].Example);
    }

    [Fact]
    public void A_message_that_cannot_be_read_spoils_its_example_alone()
    {
        JsonElement half = JsonDocument.Parse("\"\\ud800\"").RootElement;
        List<ConvertResult> results = Convert(
            new ConvertOptions { GroupProperty = "id" },
            Said("1", "a"),
            Said("2", half),
            Said("2", "b"),
            Said("3", "c")
        );

        Assert.Equal(
            ["a", "ValueNotRead@2", "c"],
            results.Select(result =>
                result.Problem is { } problem
                    ? $"{problem.Id}@{problem.Row}"
                    : Messages(result.Example!)[0].GetProperty("content").GetString()
            )
        );

        static TestRow Said(string id, object text) => new(("id", id), ("role", "assistant"), ("text", text));
    }

    [Fact]
    public void Rows_of_a_group_are_one_conversation()
    {
        ConvertOptions options = new() { GroupProperty = "id", SystemMessage = "s" };
        ExampleConverter converter = new(options);
        List<ConvertResult> results = Convert(
            converter,
            Said("1", "Human", "a"),
            Said("1", "gpt", "b"),
            Said("2", "system", "own"),
            Said("2", "USER", "c"),
            Said("2", "assistant", "d"),
            Said("3", "user", "e"),
            Said("4", "frog", "x"),
            Said("4", "assistant", "f"),
            Said("1", "user", "g"),
            Said("1", "bot", "h")
        );

        Assert.Equal(
            ["s|a|b", "own|c|d", "NoAnswer@6", "RoleUnknown@7", "s|g|h"],
            results.Select(result =>
                result.Problem is { } problem
                    ? $"{problem.Id}@{problem.Row}"
                    : string.Join(
                        "|",
                        Messages(result.Example!).Select(message => message.GetProperty("content").GetString())
                    )
            )
        );
        Assert.Equal("1", converter.ScatteredGroup);
        Assert.Equal(
            ["system", "user", "assistant"],
            Messages(results[0].Example!).Select(message => message.GetProperty("role").GetString())
        );

        static TestRow Said(string id, string role, string text) => new(("id", id), ("role", role), ("text", text));
    }

    [Fact]
    public void Space_around_texts_is_left_out_if_asked_for()
    {
        TestRow row = new(("user", " a\n"), ("assistant", "\tb "));

        Assert.Equal(
            ["a", "b"],
            Messages(One(s_chat with { Trim = true }, row)).Select(m => m.GetProperty("content").GetString())
        );
        Assert.Equal([" a\n", "\tb "], Messages(One(s_chat, row)).Select(m => m.GetProperty("content").GetString()));
    }

    [Fact]
    public void An_example_above_the_limit_is_a_problem()
    {
        TestRow row = new(("user", "aé"), ("assistant", "b"));
        int bytes = Encoding.UTF8.GetByteCount(One(s_chat, row));

        Assert.NotNull(Assert.Single(Convert(s_chat with { MaxExampleBytes = bytes }, row)).Example);
        Assert.Equal(
            "ExampleTooLong",
            Assert.Single(Convert(s_chat with { MaxExampleBytes = bytes - 1 }, row)).Problem?.Id
        );
    }

    [Fact]
    public void Options_that_do_not_fit_together_are_refused()
    {
        ConvertOptions[] wrong =
        [
            new() { Format = DatasetFormat.Unknown },
            new() { Format = DatasetFormat.Preference, GroupProperty = "a" },
            new() { RoleProperty = "a" },
            new() { Format = DatasetFormat.Completion, SystemMessage = "a" },
            new() { Format = DatasetFormat.Reinforcement, ItemProperty = ["messages"] },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(() => new ExampleConverter(options)));
    }

    [Theory]
    [InlineData("Chat", nameof(ConvertOptions.PreferredProperty), "Preference")]
    [InlineData("Completion", nameof(ConvertOptions.NonPreferredProperty), "Preference")]
    [InlineData("Chat", nameof(ConvertOptions.ItemProperty), "Reinforcement")]
    [InlineData("Preference", nameof(ConvertOptions.ItemProperty), "Reinforcement")]
    [InlineData("Preference", nameof(ConvertOptions.AssistantProperty), "PreferredProperty")]
    [InlineData("Reinforcement", nameof(ConvertOptions.AssistantProperty), "ItemProperty")]
    [InlineData("Group", nameof(ConvertOptions.UserProperty), "ContentProperty")]
    [InlineData("Group", nameof(ConvertOptions.AssistantProperty), "ContentProperty")]
    public void An_option_that_would_do_nothing_is_refused(string kind, string option, string fix)
    {
        ConvertOptions options =
            kind == "Group"
                ? s_chat with
                {
                    GroupProperty = "g",
                }
                : s_chat with
                {
                    Format = Enum.Parse<DatasetFormat>(kind),
                };
        Assert.NotNull(new ExampleConverter(options));
        options = option switch
        {
            nameof(ConvertOptions.UserProperty) => options with { UserProperty = ["a"] },
            nameof(ConvertOptions.AssistantProperty) => options with { AssistantProperty = "a" },
            nameof(ConvertOptions.PreferredProperty) => options with { PreferredProperty = "a" },
            nameof(ConvertOptions.NonPreferredProperty) => options with { NonPreferredProperty = "a" },
            _ => options with { ItemProperty = ["a"] },
        };

        ArgumentException e = Assert.Throws<ArgumentException>(() => new ExampleConverter(options));
        Assert.StartsWith(option, e.Message);
        Assert.Contains(fix, e.Message.Substring(option.Length));
    }

    [Fact]
    public void A_number_that_JSON_lacks_is_a_problem() =>
        Assert.Equal(
            "ValueNotJson",
            Assert
                .Single(
                    Convert(
                        new ConvertOptions { Format = DatasetFormat.Reinforcement },
                        new TestRow(("user", "a"), ("n", double.NaN))
                    )
                )
                .Problem?.Id
        );

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

    private static JsonElement[] Messages(string example) =>
        [.. JsonDocument.Parse(example).RootElement.GetProperty("messages").EnumerateArray()];

    private static string One(ConvertOptions options, TestRow row)
    {
        ConvertResult result = Assert.Single(Convert(options, row));
        Assert.Null(result.Problem);
        return result.Example!;
    }

    private static List<ConvertResult> Convert(ConvertOptions options, params TestRow[] rows) =>
        Convert(new ExampleConverter(options), rows);

    private static List<ConvertResult> Convert(ExampleConverter converter, params TestRow[] rows)
    {
        List<ConvertResult> results = [];
        foreach (TestRow row in rows)
        {
            results.AddRange(converter.Add(row));
        }

        results.AddRange(converter.Finish());
        return results;
    }
}
