using System;
using FineTuning.Common;
using FineTuning.Core.Common;
using FineTuning.Core.Datasets;

namespace FineTuning.Datasets;

/// <summary>Shows how far the work on a dataset has come.</summary>
internal static class DatasetProgressLine
{
    public static IProgress<DatasetProgress> For(ProgressLine line) => new DirectProgress<DatasetProgress>(p => line.Report(
        FormattableString.Invariant($"{p.Examples} examples"), p.TotalBytes is > 0 ? (double)p.BytesRead / p.TotalBytes.Value : null));
}
