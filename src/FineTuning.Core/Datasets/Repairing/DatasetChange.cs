namespace FineTuning.Core.Datasets.Repairing;

/// <summary>One thing that was mended.</summary>
/// <param name="Line"> The line in the source, counted from 1; 0 is the file as a whole. A carriage return that stood
/// for a line end counts as one. Of a JSON document it is the number of the example.
/// </param>
/// <param name="Code">The stable code of the problem that is gone, such as <c>FT1105</c>; <see cref="ProblemCodes"/>
/// explains it.</param>
/// <param name="Description">What was done, in a sentence.</param>
public sealed record DatasetChange(long Line, string Code, string Description)
{
    /// <summary>Returns the change as one line of text.</summary>
    public override string ToString() =>
        Line > 0
            ? FormattableString.Invariant($"line {Line}: {Description.TrimEnd('.')} ({Code})")
            : $"{Description.TrimEnd('.')} ({Code})";
}
