using System.Diagnostics;
using FineTuning.Core.Datasets.Reading;
using FineTuning.Core.Tokenization;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>
/// Measures a dataset in one pass: examples, messages, exact token counts, and what a training would take. Memory does
/// not depend on the size of the file. Lines that are no examples are counted and left out; <see
/// cref="DatasetChecker"/> says what is wrong with them.
/// </summary>
public static class DatasetMeter
{
    /// <summary>Measures a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to measure it for.</param>
    /// <param name="progress">Told of the bytes and examples done; null for none.</param>
    /// <param name="cancellationToken">Stops the measure.</param>
    /// <returns>The measure.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidDataException">The file is no UTF-8 text but compressed, an archive, UTF-16 or UTF-32;
    /// the message says which.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The measure was stopped.</exception>
    public static async Task<DatasetMeasure> MeasureFileAsync(
        string path,
        DatasetMeasureOptions options,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = options ?? throw new ArgumentNullException(nameof(options));
        if (options.EpochCount is < 1 || options.BatchSize is < 1 || options.MaxLineBytes < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                "EpochCount, BatchSize and MaxLineBytes must be at least 1."
            );
        }

        var watch = Stopwatch.StartNew();
        Tokenizer tokenizer = ModelTokenizer.For(options.Model);
        int? contextLength = ModelLimits.ExampleTokens(options.Model);
        using FileStream stream = DatasetFile.Open(path);
        MeasurePass pass = new(tokenizer, contextLength);
        BlockPipeline<MeasureWorker> pipeline = new(pass)
        {
            MaxLineBytes = options.MaxLineBytes,
            TotalBytes = stream.CanSeek ? stream.Length : null,
            Progress = progress,
        };
        // On the pool: a slow disk must not hold whoever shows the progress.
        await Task.Run(() => pipeline.RunAsync(stream, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (pass.Signature is { } signature)
        {
            throw new InvalidDataException($"{Path.GetFileName(path)}: {signature.Explanation} {signature.Fix}");
        }

        MeasureTotals totals = pass.Totals;
        (int epochs, int batch) = AutoHyperparameters.Settle(
            options.Model,
            totals.Format,
            totals.Examples,
            options.EpochCount,
            options.BatchSize
        );
        long billable = totals.LearnedTokens * epochs;
        bool isPaidByToken = totals.Format is not (DatasetFormat.Reinforcement or DatasetFormat.Unknown);
        return new DatasetMeasure
        {
            Path = stream.Name,
            Name = Path.GetFileName(stream.Name),
            Bytes = pipeline.Bytes,
            Model = options.Model,
            Encoding = tokenizer.Name,
            IsKnownModel = Tokenizer.EncodingFor(options.Model) is not null,
            Format = totals.Format,
            Examples = totals.Examples,
            SkippedLines = totals.SkippedLines,
            Messages = totals.Messages,
            Roles = totals.Roles,
            Images = totals.Images,
            ContentTokens = totals.ContentTokens,
            AnswerTokens = totals.AnswerTokens,
            Tokens = totals.Tokens,
            TokensPerExample = totals.TokensPerExample.ToDistribution(),
            MessagesPerExample = totals.MessagesPerExample.ToDistribution(),
            ContextLength = contextLength,
            TruncatedExamples = totals.TruncatedExamples,
            EpochCount = epochs,
            BatchSize = batch,
            Steps = batch == 0 ? 0 : (totals.Examples + batch - 1) / batch * epochs,
            BillableTokens = billable,
            Price = options.Price,
            EstimatedCost =
                options.Price is { } price && isPaidByToken
                    ? Math.Round(price.PerMillionTokens * billable / 1_000_000, 2)
                    : null,
            Duration = watch.Elapsed,
        };
    }
}
