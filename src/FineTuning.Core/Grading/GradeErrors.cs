namespace FineTuning.Core.Grading;

/// <summary>Why a sample could not be graded: the flags that the service sends, and one sentence.</summary>
public sealed record GradeErrors
{
    /// <summary>Nothing went wrong.</summary>
    public static GradeErrors None { get; } = new();

    /// <summary>What went wrong first, in words; null if nothing did.</summary>
    public string? Message { get; init; }

    /// <summary>The formula has no value for these scores: a division by zero, a root of a negative number.</summary>
    public bool FormulaParseError { get; init; }

    /// <summary>The sample is not JSON, and the grader reads <c>sample.output_json</c>.</summary>
    public bool SampleParseError { get; init; }

    /// <summary>The sample was cut off. Not set here: a sample comes as a whole.</summary>
    public bool TruncatedObservationError { get; init; }

    /// <summary>No reward came in time. Not set here; see the flags of the Python and model graders.</summary>
    public bool UnresponsiveRewardError { get; init; }

    /// <summary>A template names a field that the item or the sample does not have.</summary>
    public bool InvalidVariableError { get; init; }

    /// <summary>Anything else, such as a text that is too long.</summary>
    public bool OtherError { get; init; }

    /// <summary>Python could not be run.</summary>
    public bool PythonGraderServerError { get; init; }

    /// <summary>Why Python could not be run, one word.</summary>
    public string? PythonGraderServerErrorType { get; init; }

    /// <summary>The script failed, took too long, or gave no number.</summary>
    public bool PythonGraderRuntimeError { get; init; }

    /// <summary>What the script's failure was.</summary>
    public string? PythonGraderRuntimeErrorDetails { get; init; }

    /// <summary>The grading model could not answer.</summary>
    public bool ModelGraderServerError { get; init; }

    /// <summary>The grading model refused to answer. Not set here: local models do not refuse.</summary>
    public bool ModelGraderRefusalError { get; init; }

    /// <summary>The grading model's answer is no score in the range, or none of the labels.</summary>
    public bool ModelGraderParseError { get; init; }

    /// <summary>Why the grading model could not answer.</summary>
    public string? ModelGraderServerErrorDetails { get; init; }

    /// <summary>Whether anything went wrong.</summary>
    public bool Any => this != None;

    /// <summary>What kind of fault it is, by the first flag that is set, as the service writes it; null if none
    /// is.</summary>
    public string? Kind =>
        FormulaParseError ? "formula_parse_error"
        : SampleParseError ? "sample_parse_error"
        : TruncatedObservationError ? "truncated_observation_error"
        : UnresponsiveRewardError ? "unresponsive_reward_error"
        : InvalidVariableError ? "invalid_variable_error"
        : PythonGraderRuntimeError ? "python_grader_runtime_error"
        : PythonGraderServerError ? "python_grader_server_error"
        : ModelGraderParseError ? "model_grader_parse_error"
        : ModelGraderRefusalError ? "model_grader_refusal_error"
        : ModelGraderServerError ? "model_grader_server_error"
        : OtherError ? "other_error"
        : null;

    /// <summary>The errors of both; where each has a text, that of the first.</summary>
    internal GradeErrors And(GradeErrors other) =>
        new()
        {
            Message = Message ?? other.Message,
            FormulaParseError = FormulaParseError || other.FormulaParseError,
            SampleParseError = SampleParseError || other.SampleParseError,
            TruncatedObservationError = TruncatedObservationError || other.TruncatedObservationError,
            UnresponsiveRewardError = UnresponsiveRewardError || other.UnresponsiveRewardError,
            InvalidVariableError = InvalidVariableError || other.InvalidVariableError,
            OtherError = OtherError || other.OtherError,
            PythonGraderServerError = PythonGraderServerError || other.PythonGraderServerError,
            PythonGraderServerErrorType = PythonGraderServerErrorType ?? other.PythonGraderServerErrorType,
            PythonGraderRuntimeError = PythonGraderRuntimeError || other.PythonGraderRuntimeError,
            PythonGraderRuntimeErrorDetails = PythonGraderRuntimeErrorDetails ?? other.PythonGraderRuntimeErrorDetails,
            ModelGraderServerError = ModelGraderServerError || other.ModelGraderServerError,
            ModelGraderRefusalError = ModelGraderRefusalError || other.ModelGraderRefusalError,
            ModelGraderParseError = ModelGraderParseError || other.ModelGraderParseError,
            ModelGraderServerErrorDetails = ModelGraderServerErrorDetails ?? other.ModelGraderServerErrorDetails,
        };
}
