using System.Collections;
using System.Management.Automation;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;
using FineTuning.Identities;

namespace FineTuning.Errors;

/// <summary>Error records of asking and evaluating models.</summary>
internal static class ModelErrors
{
    /// <summary>What to do about a file that is no dataset.</summary>
    public const string DatasetAdvice =
        "Give a dataset as JSONL, one JSON object a line; ConvertTo-FineTuningDataset makes one of a table.";

    /// <summary>A model could not be asked.</summary>
    public static ErrorRecord NotAsked(FineTuningApiException e, object? target, Uri endpoint) =>
        ApiErrors.Make(
            e,
            "Model",
            target,
            endpoint,
            e.Kind == ApiErrorKind.ModelNotAvailable
                ? "Get-FineTunedModel lists the models; a job's own is in its property FineTunedModel."
                : null
        );

    /// <summary>The model of -Compare is none.</summary>
    public static ErrorRecord NotModel(ModelIdentity model, string refusal) =>
        ErrorRecords.Invalid("NotModelIdentity", refusal, model.Advice, model, ErrorCategory.InvalidType);

    /// <summary>-Option has a field that is not for it.</summary>
    public static ErrorRecord InvalidOption(PSArgumentException e, IDictionary options) =>
        ErrorRecords.Invalid(
            "InvalidOption",
            e.Message,
            "Give -Option fields of the request that no parameter stands for, with values that are data.",
            options
        );

    /// <summary>An input is no question.</summary>
    /// <param name="source">The input, or the text of its place.</param>
    /// <param name="e">Why.</param>
    public static ErrorRecord QuestionNotRead(object? source, Exception e) =>
        ErrorRecords.Invalid(
            "QuestionNotRead",
            $"{(source is string text ? $"{text}: " : string.Empty)}{e.Message}",
            "Give a text, or an example with 'messages' or 'prompt'.",
            source,
            ErrorCategory.InvalidData
        );

    /// <summary>A line of a dataset is no example.</summary>
    public static ErrorRecord ExampleNotRead(string path, long line, FormatException e) =>
        ErrorRecords.Invalid(
            "ExampleNotRead",
            FormattableString.Invariant($"Line {line} of '{path}' cannot be asked. {e.Message}"),
            "Test-FineTuningDataset finds what is wrong with the file.",
            path,
            ErrorCategory.InvalidData
        );

    /// <summary>None of a file's first lines is an example.</summary>
    public static ErrorRecord NoExamples(NoExamplesException e) =>
        ErrorRecords.Invalid("NoExamples", e.Message, DatasetAdvice, e.Path, ErrorCategory.InvalidData);

    /// <summary>What ended a run of many requests.</summary>
    /// <param name="end">The end.</param>
    /// <param name="describe">Makes the error of an input that failed.</param>
    public static ErrorRecord Ended<TIn>(BatchEnd<TIn> end, Func<TIn, FineTuningApiException, ErrorRecord> describe) =>
        end.Refused == 0
            ? describe(end.Input, end.Failure)
            : ErrorRecords.Invalid(
                "NothingWorks",
                FormattableString.Invariant(
                    $"Of the first {end.Refused} requests none was taken, so the rest was not sent. The last "
                ) + FormattableString.Invariant($"refusal: {end.Failure.Message}"),
                "Look at the errors before this one: what is the same in all requests is at fault.",
                null,
                ErrorCategory.InvalidData
            );
}
