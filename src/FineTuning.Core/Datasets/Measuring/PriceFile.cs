using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Files;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>
/// The prices that a user keeps: a small JSON file, <c>{"prices": [{"model", "perMillionTokens", "currency",
/// "asOf"}]}</c>. A file that is not there has no prices.
/// </summary>
public sealed class PriceFile
{
    private const string DayFormat = "yyyy-MM-dd";

    private readonly List<TrainingPrice> _prices;

    private PriceFile(string path, List<TrainingPrice> prices)
    {
        Path = path;
        _prices = prices;
    }

    /// <summary>Where the file is, or will be.</summary>
    public string Path { get; }

    /// <summary>The prices, in the order of the file.</summary>
    public IReadOnlyList<TrainingPrice> Prices => _prices;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file, which need not be there.</param>
    /// <exception cref="InvalidDataException">It is not a price file; the message says what is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PriceFile Read(string path)
    {
        _ = path ?? throw new ArgumentNullException(nameof(path));
        if (!File.Exists(path))
        {
            return new PriceFile(path, []);
        }

        try
        {
            PriceFileBody? body = JsonSerializer.Deserialize(
                File.ReadAllText(path),
                PriceFileContext.Default.PriceFileBody
            );
            return new PriceFile(path, [.. (body?.Prices ?? []).Select(Parse)]);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new InvalidDataException($"'{path}' is not a price file: {e.Message}", e);
        }
    }

    /// <summary>The price for a model: under its own name, else under that of its base, else without the day of its
    /// version.</summary>
    /// <param name="model">The base model, or a model that was fine-tuned from it.</param>
    /// <returns>The price; null if there is none.</returns>
    public TrainingPrice? Find(string model)
    {
        string root = BaseModelName.Of(model);
        return Exactly(model) ?? Exactly(root) ?? Exactly(BaseModelName.WithoutDate(root));
    }

    /// <summary>Keeps a price in place of what the file had for its model. The file is replaced in one step.</summary>
    /// <param name="price">The price.</param>
    /// <exception cref="ArgumentOutOfRangeException">The price is below 0.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(TrainingPrice price)
    {
        _ = price ?? throw new ArgumentNullException(nameof(price));
        if (price.PerMillionTokens < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(price), "A price is at least 0.");
        }

        _prices.RemoveAll(other => IsSame(other.Model, price.Model));
        _prices.Add(price);
        PriceFileBody body = new() { Prices = [.. _prices.Select(ToEntry)] };
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        using AtomicFile file = new(System.IO.Path.GetFullPath(Path), overwrite: true);
        JsonSerializer.Serialize(file.Stream, body, PriceFileContext.Default.PriceFileBody);
        file.Stream.WriteByte((byte)'\n');
        file.Commit();
    }

    private static bool IsSame(string one, string other) =>
        string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static TrainingPrice Parse(PriceFileEntry? entry)
    {
        if (entry is null || string.IsNullOrWhiteSpace(entry.Model) || entry.PerMillionTokens is not >= 0)
        {
            throw new FormatException("Each price needs a \"model\" and a \"perMillionTokens\" of at least 0.");
        }

        if (
            !DateTime.TryParseExact(
                entry.AsOf,
                DayFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out DateTime day
            )
        )
        {
            throw new FormatException($"The price of {entry.Model} needs an \"asOf\" such as \"2026-11-24\".");
        }

        return new TrainingPrice
        {
            Model = entry.Model!,
            PerMillionTokens = entry.PerMillionTokens.Value,
            Currency = entry.Currency ?? "USD",
            AsOf = day,
        };
    }

    private static PriceFileEntry ToEntry(TrainingPrice price) =>
        new()
        {
            Model = price.Model,
            PerMillionTokens = price.PerMillionTokens,
            Currency = price.Currency,
            AsOf = price.AsOf.ToString(DayFormat, CultureInfo.InvariantCulture),
        };

    private TrainingPrice? Exactly(string model) => _prices.Find(price => IsSame(price.Model, model));
}
