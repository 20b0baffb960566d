namespace FineTuning.Core.Grading.Kinds;

/// <summary>One kind of grader, ready to grade. Immutable.</summary>
internal abstract class Grader(string name, string type)
{
    public string Name { get; } = name;

    public string Type { get; } = type;

    /// <exception cref="GradingException">The sample cannot be graded.</exception>
    public abstract Task<double> GradeAsync(GradeRun run, CancellationToken cancellationToken);
}
