namespace FineTuning.Core.Grading;

/// <summary>One sample cannot be graded. <see cref="LocalGrader"/> turns it into the errors of the result; ports throw
/// it.</summary>
public sealed class GradingException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="errors">What went wrong; its <see cref="GradeErrors.Message"/> says it in words.</param>
    /// <param name="inner">The cause, if there is one.</param>
    public GradingException(GradeErrors errors, Exception? inner = null)
        : base(errors?.Message, inner) => Errors = errors ?? throw new ArgumentNullException(nameof(errors));

    /// <summary>What went wrong.</summary>
    public GradeErrors Errors { get; }
}
