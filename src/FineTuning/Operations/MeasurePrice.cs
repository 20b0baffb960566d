using FineTuning.Core.Datasets.Measuring;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Operations;

/// <summary>The price that a measure goes by: one that was given, or the one in the user's price file.</summary>
internal static class MeasurePrice
{
    /// <summary>Finds the price, and keeps one that was given if that is wanted. What is wrong with the price file
    /// becomes an error record: the numbers of the dataset are worth having without it.</summary>
    /// <param name="cmdlet">The cmdlet that measures.</param>
    /// <param name="model">The model.</param>
    /// <param name="given">The price that was given; null looks it up.</param>
    /// <param name="priceFile">The file that was named; null is the user's own.</param>
    /// <param name="keeps">Whether a price that was given is kept.</param>
    public static TrainingPrice? Find(
        AsyncCmdlet cmdlet,
        string model,
        TrainingPrice? given,
        string? priceFile,
        bool keeps
    )
    {
        string path = priceFile ?? "prices.json";
        try
        {
            path = priceFile is null ? Path.Combine(UserFolder.Path, path) : LocalPath.Target(cmdlet, path);
            if (given is null)
            {
                return PriceFile.Read(path).Find(model);
            }

            if (keeps && cmdlet.ShouldProcess(path, $"Keep the price of {model}: {given}"))
            {
                PriceFile.Read(path).Save(given);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            cmdlet.WriteError(PriceErrors.FileFailed(e, path, keeps));
        }

        return given;
    }
}
