using FineTuning.Core.Datasets;
using FineTuning.Core.Threading;
using FineTuning.Output;

namespace FineTuning.Runtime;

/// <summary>Shows how far the work on a dataset has come.</summary>
internal static class DatasetProgressLine
{
    /// <summary>Takes the progress of a pass with its examples and bytes. Of work in several passes the bytes say
    /// nothing, only their share.</summary>
    public static IProgress<DatasetProgress> For(ProgressLine line, bool isOnePass = false) =>
        new SynchronousProgress<DatasetProgress>(p =>
            line.Report(
                FormattableString.Invariant($"{p.Examples:N0} examples") + (isOnePass ? Bytes(p) : string.Empty),
                p.TotalBytes is > 0 ? (double)p.BytesRead / p.TotalBytes.Value : null
            )
        );

    private static string Bytes(DatasetProgress progress) =>
        ", "
        + ByteSize.Text(progress.BytesRead)
        + (progress.TotalBytes is { } total ? " of " + ByteSize.Text(total) : string.Empty);
}
