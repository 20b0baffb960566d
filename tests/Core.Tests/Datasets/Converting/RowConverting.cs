using System.Text.Json;
using FineTuning.Core.Datasets.Converting;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Converting;

/// <summary>Converts rows to examples.</summary>
public abstract class RowConverting
{
    protected static ConvertOptions Chat { get; } = new();

    protected static JsonElement[] Messages(string example) =>
        [.. JsonDocument.Parse(example).RootElement.GetProperty("messages").EnumerateArray()];

    private protected static string One(ConvertOptions options, TestRow row)
    {
        ConvertResult result = Assert.Single(Convert(options, row));
        Assert.Null(result.Problem);
        return result.Example!;
    }

    private protected static List<ConvertResult> Convert(ConvertOptions options, params TestRow[] rows) =>
        Convert(new ExampleConverter(options), rows);

    private protected static List<ConvertResult> Convert(ExampleConverter converter, params TestRow[] rows)
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
