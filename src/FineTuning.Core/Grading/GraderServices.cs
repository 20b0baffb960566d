namespace FineTuning.Core.Grading;

/// <summary>What graders need from outside. Graders whose service is missing are refused when they are
/// created.</summary>
public sealed record GraderServices
{
    /// <summary>Answers for <c>score_model</c> and <c>label_model</c>; null refuses them.</summary>
    public IGraderModel? Model { get; init; }

    /// <summary>Runs <c>python</c> graders; null refuses them.</summary>
    public IGraderPython? Python { get; init; }

    /// <summary>What the refusal of a <c>python</c> grader says to do; null gives general advice.</summary>
    public string? PythonFix { get; init; }
}
