using System;

namespace FineTuning.Core.Grading;

/// <summary>A grader's definition is wrong, or asks for what is not available here.</summary>
public sealed class GraderException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What is wrong, one sentence.</param>
    /// <param name="jsonPath">Where: <c>$.graders.a.reference</c>, from the grader's own object.</param>
    /// <param name="fix">What to do about it, one sentence.</param>
    public GraderException(string message, string jsonPath, string fix)
        : base(message) => (JsonPath, Fix) = (jsonPath, fix);

    /// <summary>Where in the definition: <c>$.graders.a.reference</c>, from the grader's own object.</summary>
    public string JsonPath { get; }

    /// <summary>What to do about it, one sentence.</summary>
    public string Fix { get; }
}
