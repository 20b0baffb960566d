using System;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>What 'auto' comes to at a hosted service, as far as that is published.</summary>
public static class AutoHyperparameters
{
    private const int UsualEpochs = 3;
    private const int FewestVisits = 100;
    private const int MostVisits = 25_000;
    private const int MostEpochs = 25;
    private const double BatchShare = 0.002;
    private const int LargestBatch = 256;

    /// <summary>
    /// Passes over the data: three; more where that would make fewer than 100 visits of examples, fewer where it would make more than 25,000.
    /// Source: "Data preparation and analysis for chat model fine-tuning" in OpenAI's cookbook.
    /// </summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 25.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples.</exception>
    public static int EpochCount(long examples)
    {
        AtLeastOne(examples);
        return examples * UsualEpochs < FewestVisits ? (int)Math.Min(MostEpochs, FewestVisits / examples)
            : examples * UsualEpochs > MostVisits ? (int)Math.Max(1, MostVisits / examples)
            : UsualEpochs;
    }

    /// <summary>
    /// Examples a step: about 0.2 % of them. Source: the batch_size of OpenAI's older fine-tuning guide; for newer models the rule is not
    /// published, and small sets are seen to get 1.
    /// </summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 256.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples.</exception>
    public static int BatchSize(long examples)
    {
        AtLeastOne(examples);
        return (int)Math.Min(LargestBatch, Math.Max(1, Math.Round(examples * BatchShare)));
    }

    private static void AtLeastOne(long examples)
    {
        if (examples < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(examples), "There are no examples.");
        }
    }
}
