namespace FineTuning.Core.Datasets.Measuring;

/// <summary>What 'auto' comes to: at hosted services as far as that is published, and at the local server.</summary>
public static class AutoHyperparameters
{
    private const string LocalModel = "local-small";

    private const int UsualEpochs = 3;
    private const int MaxEpochs = 25;

    /// <summary>
    /// What is given, and what 'auto' is expected to come to. The local server settles every model of a job by its own
    /// rules; which server a job will go to is not known here, so they count for its own model only.
    /// </summary>
    /// <param name="model">The model to train.</param>
    /// <param name="format">The kind of examples.</param>
    /// <param name="examples">The examples of the training file.</param>
    /// <param name="epochCount">The epochs as given; null is 'auto'.</param>
    /// <param name="batchSize">The batch size as given; null is 'auto'.</param>
    /// <returns>Both numbers; 0 where there are no examples.</returns>
    public static (int EpochCount, int BatchSize) Settle(
        string model,
        DatasetFormat format,
        long examples,
        int? epochCount,
        int? batchSize
    )
    {
        if (examples < 1)
        {
            return (0, 0);
        }

        bool isLocal = BaseModelName.Of(model) == LocalModel;
        bool isReinforcement = format == DatasetFormat.Reinforcement;
        bool isSupervised = !isReinforcement && format != DatasetFormat.Preference;
        int epochs =
            epochCount
            ?? (
                !isLocal ? HostedEpochCount(examples)
                : isSupervised ? LocalEpochCount(examples)
                : LocalEpochCountOfOtherMethods(examples)
            );
        int batch =
            batchSize
            ?? (
                !isLocal ? HostedBatchSize(examples)
                : isReinforcement ? LocalRewardBatchSize(examples)
                : LocalBatchSize(examples)
            );
        return (epochs, (int)Math.Min(batch, examples));
    }

    /// <summary>
    /// Passes over the data at a hosted service: three; more where that would make fewer than 100 visits of examples,
    /// fewer where it would make more than 25,000. Source: "Data preparation and analysis for chat model fine-tuning"
    /// in OpenAI's cookbook.
    /// </summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 25.</returns>
    public static int HostedEpochCount(long examples)
    {
        const int MinVisits = 100,
            MaxVisits = 25_000;
        return examples * UsualEpochs < MinVisits ? (int)Math.Min(MaxEpochs, MinVisits / examples)
            : examples * UsualEpochs > MaxVisits ? (int)Math.Max(1, MaxVisits / examples)
            : UsualEpochs;
    }

    /// <summary>
    /// Examples a step at a hosted service: about 0.2 % of them. Source: the batch_size of OpenAI's older fine-tuning
    /// guide; for newer models the rule is not published.
    /// </summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 256.</returns>
    public static int HostedBatchSize(long examples) => Share(examples, 0.002, 1, 256);

    /// <summary>Passes of supervised training at the local server: three; more for few examples (ten for 400), fewer
    /// for very many.</summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 25.</returns>
    public static int LocalEpochCount(long examples)
    {
        // A model that starts from nothing has not learnt enough below; above, more passes gain little.
        const int MinVisits = 4000,
            MaxVisits = 300_000;
        return examples * UsualEpochs < MinVisits ? (int)Math.Min(MaxEpochs, (MinVisits + examples - 1) / examples)
            : examples * UsualEpochs > MaxVisits ? (int)Math.Max(1, MaxVisits / examples)
            : UsualEpochs;
    }

    /// <summary>Passes of dpo and reinforcement at the local server, where a model starts that knows something
    /// already.</summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 10.</returns>
    public static int LocalEpochCountOfOtherMethods(long examples)
    {
        const int MinVisits = 1500,
            MaxEpochs = 10;
        return examples * UsualEpochs < MinVisits
            ? (int)Math.Min(MaxEpochs, (MinVisits + examples - 1) / examples)
            : LocalEpochCount(examples);
    }

    /// <summary>Examples a step at the local server: about 1 % of them.</summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>1 to 64.</returns>
    public static int LocalBatchSize(long examples) => Share(examples, 0.01, 1, 64);

    /// <summary>Items a step of reinforcement at the local server: about 2 % of them; each is answered several times,
    /// so a few have much to teach.</summary>
    /// <param name="examples">The examples of the training file, at least 1.</param>
    /// <returns>4 to 16.</returns>
    public static int LocalRewardBatchSize(long examples) => Share(examples, 0.02, 4, 16);

    private static int Share(long examples, double share, int min, int max) =>
        (int)Math.Min(max, Math.Max(min, Math.Round(examples * share)));
}
