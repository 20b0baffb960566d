namespace FineTuning.Core.Datasets.Measuring;

/// <summary>What is in a dataset, in numbers, and what it would cost to train on it.</summary>
public sealed record DatasetMeasure
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The name of the file.</summary>
    public required string Name { get; init; }

    /// <summary>The size in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The model whose tokens are counted and whose limits apply.</summary>
    public required string Model { get; init; }

    /// <summary>The encoding of its tokens: <c>o200k_base</c> or <c>cl100k_base</c>.</summary>
    public required string Encoding { get; init; }

    /// <summary>Whether the model is known to use the encoding; if not, the newest one is taken.</summary>
    public bool IsKnownModel { get; init; }

    /// <summary>What kind of examples most lines are.</summary>
    public DatasetFormat Format { get; init; }

    /// <summary>The lines that are examples.</summary>
    public long Examples { get; init; }

    /// <summary>The lines that are not, blank ones aside; Test-FineTuningDataset says what is wrong with
    /// them.</summary>
    public long SkippedLines { get; init; }

    /// <summary>The messages of all examples.</summary>
    public long Messages { get; init; }

    /// <summary>The messages by role, those that occur.</summary>
    public required IReadOnlyDictionary<string, long> Roles { get; init; }

    /// <summary>The images of all examples. They have tokens too, which depend on their size and are not
    /// counted.</summary>
    public long Images { get; init; }

    /// <summary>The tokens of all text: messages with their calls, or prompts and completions.</summary>
    public long ContentTokens { get; init; }

    /// <summary>The tokens of the text that is learned: what the assistant says, completions, both outputs of a
    /// preference.</summary>
    public long AnswerTokens { get; init; }

    /// <summary>The tokens of all examples, with what surrounds each message.</summary>
    public long Tokens { get; init; }

    /// <summary>The tokens of an example.</summary>
    public required Distribution TokensPerExample { get; init; }

    /// <summary>The messages of an example; all 0 for prompts and completions.</summary>
    public required Distribution MessagesPerExample { get; init; }

    /// <summary>The longest example in tokens that the model learns from whole; null where that is not known.</summary>
    public int? ContextLength { get; init; }

    /// <summary>The examples that are longer; the service cuts them.</summary>
    public long TruncatedExamples { get; init; }

    /// <summary>Passes over the data: as given, or what 'auto' is expected to come to; 0 without examples.</summary>
    public int EpochCount { get; init; }

    /// <summary>Examples a step: as given, or what 'auto' is expected to come to; 0 without examples.</summary>
    public int BatchSize { get; init; }

    /// <summary>The steps of the whole training.</summary>
    public long Steps { get; init; }

    /// <summary>The tokens that are paid for: those of all examples, cut at the context length, times the
    /// epochs.</summary>
    public long BillableTokens { get; init; }

    /// <summary>The price that the estimate is made with; null where none is known.</summary>
    public TrainingPrice? Price { get; init; }

    /// <summary>
    /// What the training would cost, in the currency of <see cref="Price"/>, rounded to hundredths; null without a
    /// price, and for reinforcement, which is paid by time.
    /// </summary>
    public decimal? EstimatedCost { get; init; }

    /// <summary>How long the measure took.</summary>
    public TimeSpan Duration { get; init; }
}
