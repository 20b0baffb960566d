using System.Text.Json;
using System.Text.Json.Serialization;

namespace FineTuning.Core.Datasets.Measuring;

// The price file as it stands on the disk. People write it by hand too, so comments and a comma too many do no harm.
internal sealed class PriceFileBody
{
    public List<PriceFileEntry?>? Prices { get; set; }
}

internal sealed class PriceFileEntry
{
    public string? Model { get; set; }

    public decimal? PerMillionTokens { get; set; }

    public string? Currency { get; set; }

    // A day, 2026-11-24.
    public string? AsOf { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    WriteIndented = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString
)]
[JsonSerializable(typeof(PriceFileBody))]
internal sealed partial class PriceFileContext : JsonSerializerContext;
