using System.Globalization;
using FineTuning.Core.Datasets.Measuring;
using Xunit;

namespace FineTuning.Core.Tests.Datasets.Measuring;

public sealed class PriceFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("prices").FullName;

    private string File => Path.Combine(_folder, "new", "prices.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_price_that_is_kept_is_found_again_under_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            foreach (string culture in new[] { "en-US", "de-DE", "tr-TR" })
            {
                CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
                TrainingPrice price = new()
                {
                    Model = "GPT-4o-mini",
                    PerMillionTokens = 3.25m,
                    Currency = "EUR",
                    AsOf = new DateTime(2026, 3, 9),
                };
                PriceFile.Read(File).Save(price);

                Assert.Equal([price], PriceFile.Read(File).Prices);
                Assert.Equal("3.25 EUR per million tokens (as of 2026-03-09)", price.ToString());
                Assert.Equal(price, PriceFile.Read(File).Find("gpt-4o-mini-2024-07-18"));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_newer_price_takes_the_place_of_the_older_and_no_other()
    {
        TrainingPrice one = new() { Model = "a", PerMillionTokens = 1 },
            other = new() { Model = "b", PerMillionTokens = 2 };
        PriceFile.Read(File).Save(one);
        PriceFile.Read(File).Save(other);
        PriceFile.Read(File).Save(one with { PerMillionTokens = 5 });

        var found = PriceFile.Read(File);

        Assert.Equal([other, one with { PerMillionTokens = 5 }], found.Prices);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(File)!));
    }

    [Theory]
    [InlineData("gpt-4o-mini", 1)]
    [InlineData("gpt-4o-mini-2024-07-18", 2)]
    [InlineData("ft:gpt-4o-mini-2024-07-18:org:name:id", 2)]
    [InlineData("gpt-4o-mini-2025-01-01", 1)]
    [InlineData("ft:gpt-4o-mini-2025-01-01:org:name:id", 1)]
    public void The_nearest_name_wins(string model, int price)
    {
        PriceFile.Read(File).Save(new TrainingPrice { Model = "gpt-4o-mini", PerMillionTokens = 1 });
        PriceFile.Read(File).Save(new TrainingPrice { Model = "gpt-4o-mini-2024-07-18", PerMillionTokens = 2 });

        Assert.Equal(price, PriceFile.Read(File).Find(model)!.PerMillionTokens);
        Assert.Null(PriceFile.Read(File).Find("gpt-4o"));
    }

    [Fact]
    public void A_price_below_zero_is_not_kept()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            PriceFile.Read(File).Save(new TrainingPrice { Model = "a", PerMillionTokens = -0.4m })
        );
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void What_people_write_by_hand_is_taken()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(
            File,
            """
            {
              // from the price page
              "prices": [
                { "Model": "a", "perMillionTokens": "3.5", "asOf": "2026-11-24" },
              ]
            }
            """
        );

        Assert.Equal(3.5m, PriceFile.Read(File).Find("a")!.PerMillionTokens);
        Assert.Equal("USD", PriceFile.Read(File).Find("a")!.Currency);
    }

    [Theory]
    [InlineData("no json", "price file")]
    [InlineData("""{"prices":[null]}""", "model")]
    [InlineData("""{"prices":[{"perMillionTokens":3,"asOf":"2026-11-24"}]}""", "model")]
    [InlineData("""{"prices":[{"model":"a","perMillionTokens":-1,"asOf":"2026-11-24"}]}""", "perMillionTokens")]
    [InlineData("""{"prices":[{"model":"a","perMillionTokens":3,"asOf":"24.11.2026"}]}""", "asOf")]
    public void What_is_no_price_file_is_refused_with_its_name_and_the_reason(string text, string reason)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, text);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => PriceFile.Read(File));

        Assert.Contains(File, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
