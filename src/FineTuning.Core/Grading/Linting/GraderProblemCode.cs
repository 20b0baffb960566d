using FineTuning.Core.Datasets;

namespace FineTuning.Core.Grading.Linting;

/// <summary>What a grader's problem code stands for.</summary>
/// <param name="Code">The stable code, such as <c>FT2021</c>.</param>
/// <param name="Severity">Error where the grader cannot work; warning where it can, but surely does not do what was
/// meant.</param>
/// <param name="Title">A few words that name the problem.</param>
public sealed record GraderProblemCode(string Code, ProblemSeverity Severity, string Title);
