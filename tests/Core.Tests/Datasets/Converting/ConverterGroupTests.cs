using System.Text.Json;
using FineTuning.Core.Datasets.Converting;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

/// <summary>Rows that are one conversation.</summary>
public sealed class ConverterGroupTests : RowConverting
{
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
}
