using FineTuning.Core.Grading.Linting;

namespace FineTuning.Core.Grading;

/// <summary>A grader's definition is wrong, or asks for what is not available here.</summary>
public sealed class GraderException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="problem">What is wrong, where, and what to do about it.</param>
    public GraderException(GraderProblem problem)
        : base(problem?.Message) => Problem = problem ?? throw new ArgumentNullException(nameof(problem));

    /// <summary>What is wrong: the first error of the definition.</summary>
    public GraderProblem Problem { get; }

    /// <summary>Where in the definition: <c>$.graders.a.reference</c>, from the grader's own object.</summary>
    public string JsonPath => Problem.JsonPath;

    /// <summary>What to do about it.</summary>
    public string Fix => Problem.Fix;
}
