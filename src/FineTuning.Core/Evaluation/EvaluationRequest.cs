using FineTuning.Core.Client;
using FineTuning.Core.Grading;

namespace FineTuning.Core.Evaluation;

/// <summary>A model to evaluate.</summary>
/// <param name="Client">Where the model is asked.</param>
/// <param name="Model">The model.</param>
/// <param name="Grader">Grades its answers.</param>
/// <param name="SystemMessage">What the system says first, for examples that have no such message; null is
/// nothing.</param>
public sealed record EvaluationRequest(
    FineTuningClient Client,
    string Model,
    ISampleGrader Grader,
    string? SystemMessage = null
);
