using System.Text;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Datasets.Converting;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

/// <summary>Rows and options that are refused.</summary>
public sealed class ConverterProblemTests : RowConverting
{
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
            Chat,
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
        ConvertResult result = Assert.Single(Convert(Chat, new TestRow(("a", "b"), ("answer", "c"))));

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
            Mapping(Chat with { AssistantProperty = "QUESTION" }, "question", "prompt")
        );
        Assert.Equal("AssistantProperty", Missing(Chat with { UserProperty = ["output"] }, "instruction", "output"));
        Assert.StartsWith(
            "system from instruction, user from input, assistant from output.",
            Mapping(Chat with { SystemProperty = "instruction" }, "instruction", "input", "output")
        );
        Assert.StartsWith(
            "user from instruction, assistant from input.",
            Mapping(Chat with { AssistantProperty = "input" }, "instruction", "input")
        );
        Assert.StartsWith(
            "user from prompt, item from question.",
            Mapping(new() { Format = DatasetFormat.Reinforcement, ItemProperty = ["question"] }, "question", "prompt")
        );
        Assert.StartsWith(
            "role from author, content from message, group from text.",
            Mapping(Chat with { GroupProperty = "text", RoleProperty = "author" }, "text", "author", "message")
        );
        Assert.Equal(
            "RoleProperty",
            Missing(Chat with { GroupProperty = "id", ContentProperty = "from" }, "id", "from")
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
    public void A_value_that_cannot_be_read_is_a_problem_of_its_row()
    {
        JsonElement half = JsonDocument.Parse("\"\\ud800\"").RootElement;
        List<ConvertResult> results = Convert(
            Chat,
            new TestRow(("user", half), ("assistant", "a")),
            new TestRow(("user", "u"), ("assistant", "a"))
        );

        Assert.Equal(("ValueNotRead", 1), (results[0].Problem?.Id, results[0].Problem?.Row));
        Assert.NotNull(results[1].Example);
    }

    [Fact]
    public void An_example_above_the_limit_is_a_problem()
    {
        TestRow row = new(("user", "aé"), ("assistant", "b"));
        int bytes = Encoding.UTF8.GetByteCount(One(Chat, row));

        Assert.NotNull(Assert.Single(Convert(Chat with { MaxExampleBytes = bytes }, row)).Example);
        Assert.Equal(
            "ExampleTooLong",
            Assert.Single(Convert(Chat with { MaxExampleBytes = bytes - 1 }, row)).Problem?.Id
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
                ? Chat with
                {
                    GroupProperty = "g",
                }
                : Chat with
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
}
