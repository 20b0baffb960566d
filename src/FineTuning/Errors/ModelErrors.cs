using System.Collections;
using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Errors;
using FineTuning.Core.Evaluation;

namespace FineTuning.Errors;

/// <summary>Errors of asking and evaluating models.</summary>
internal static class ModelErrors
{
    private static readonly ErrorDefinition s_invalidOption = new(
        "InvalidOption",
        ErrorCategory.InvalidArgument,
        "-Option has a field that is not for it.",
        "Give -Option fields of the request that no parameter stands for, with values that are data."
    );

    private static readonly ErrorDefinition s_questionNotRead = new(
        "QuestionNotRead",
        ErrorCategory.InvalidData,
        "The input is no question.",
        "Give a text, or an example with 'messages' or 'prompt'."
    );

    private static readonly ErrorDefinition s_exampleNotRead = new(
        "ExampleNotRead",
        ErrorCategory.InvalidData,
        "Line {line} of '{path}' cannot be asked. {reason}",
        "Test-FineTuningDataset finds what is wrong with the file."
    );

    private static readonly ErrorDefinition s_noExamples = new(
        "NoExamples",
        ErrorCategory.InvalidData,
        "None of the first lines of the file can be asked.",
        DatasetErrors.GiveDataset
    );

    private static readonly ErrorDefinition s_nothingWorks = new(
        "NothingWorks",
        ErrorCategory.InvalidData,
        "Of the first {count} requests none was taken, so the rest was not sent. The last refusal: {reason}",
        "Look at the errors before this one: what is the same in all requests is at fault."
    );

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

    /// <summary>-Option has a field that is not for it.</summary>
    public static ErrorRecord InvalidOption(PSArgumentException e, IDictionary options) =>
        (s_invalidOption with { Message = e.Message }).Make(options);

    /// <summary>An input is no question.</summary>
    /// <param name="source">The input, or the text of its place.</param>
    /// <param name="e">Why.</param>
    public static ErrorRecord QuestionNotRead(object? source, Exception e) =>
        (s_questionNotRead with { Message = source is string text ? $"{text}: {e.Message}" : e.Message }).Make(source);

    /// <summary>A line of a dataset is no example.</summary>
    public static ErrorRecord ExampleNotRead(string path, long line, FormatException e) =>
        s_exampleNotRead.Make(path, ("line", Invariant(line)), ("path", path), ("reason", e.Message));

    /// <summary>None of a file's first lines is an example.</summary>
    public static ErrorRecord NoExamples(NoExamplesException e) =>
        (s_noExamples with { Message = e.Message }).Make(e.Path);

    /// <summary>What ended a run of many requests.</summary>
    /// <param name="end">The end.</param>
    /// <param name="describe">Makes the error of an input that failed.</param>
    public static ErrorRecord Ended<TIn>(BatchEnd<TIn> end, Func<TIn, FineTuningApiException, ErrorRecord> describe) =>
        end.Refused == 0
            ? describe(end.Input, end.Failure)
            : s_nothingWorks.Make(null, ("count", Invariant(end.Refused)), ("reason", end.Failure.Message));

    private static string Invariant(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
