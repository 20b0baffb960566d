using FineTuning.Core.Datasets;

namespace FineTuning.Core.Evaluation;

/// <summary>None of the first lines of a file is an example, so it is no dataset, and the rest was not tried.</summary>
public sealed class NoExamplesException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    public NoExamplesException(string path)
        : base(
            FormattableString.Invariant($"None of the first {DatasetLimits.FirstRows} lines of '{path}' can be asked, ")
                + "so the rest was not tried."
        ) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }
}
