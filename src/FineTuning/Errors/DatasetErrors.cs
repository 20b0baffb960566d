using System.Management.Automation;
using FineTuning.Core.Datasets.Repairing;
using FineTuning.Core.Datasets.Splitting;

namespace FineTuning.Errors;

/// <summary>Errors of datasets, and of checking, repairing and splitting them.</summary>
internal static class DatasetErrors
{
    /// <summary>What to do about a file that is no dataset.</summary>
    public const string GiveDataset =
        "Give a dataset as JSONL, one JSON object a line; ConvertTo-FineTuningDataset makes one of a table.";

    private const string CannotSplit = "{file} cannot be split. {reason}";
    private const string Fix = "{fix}";

    private static readonly ErrorDefinition s_notText = Define(
        "NotText",
        "The file is not text.",
        "Repair-FineTuningDataset turns UTF-16 and UTF-32 into UTF-8; unpack what is compressed."
    );

    private static readonly ErrorDefinition s_lineTooLong = Define(
        "LineTooLong",
        "{file} has a line that is too long.",
        Fix
    );

    private static readonly ErrorDefinition s_tooManyLines = Define("TooManyLines", "{file} has too many lines.", Fix);

    private static readonly ErrorDefinition s_notLines = Define(
        "NotLines",
        CannotSplit,
        Fix + " Repair-FineTuningDataset does that where it can."
    );

    private static readonly ErrorDefinition s_duplicatesTooMany = Define(
        "DuplicatesTooMany",
        CannotSplit,
        Fix + " Repair-FineTuningDataset does that where it can."
    );

    private static readonly ErrorDefinition s_tooManyLabels = Define("TooManyLabels", CannotSplit, Fix);
    private static readonly ErrorDefinition s_noLabels = Define("NoLabels", CannotSplit, Fix);
    private static readonly ErrorDefinition s_labelsTooRare = Define("LabelsTooRare", CannotSplit, Fix);
    private static readonly ErrorDefinition s_tooFewExamples = Define("TooFewExamples", CannotSplit, Fix);
    private static readonly ErrorDefinition s_countTooLarge = Define("CountTooLarge", CannotSplit, Fix);

    private static readonly ErrorDefinition s_notRepaired = new(
        "FileNotRepaired",
        ErrorCategory.WriteError,
        "'{path}' could not be repaired: {reason}",
        "Check that the file may be read, that the new one may be written, and that the disk has room."
    );

    private static readonly ErrorDefinition s_notSplit = new(
        "FileNotSplit",
        ErrorCategory.WriteError,
        "'{path}' could not be split: {reason}",
        "Check that the file may be read, that the new ones may be written, and that the disk has room."
    );

    private static readonly ErrorDefinition s_targetUsedTwice = new(
        "TargetUsedTwice",
        ErrorCategory.ResourceExists,
        "'{path}' has just been written for another file.",
        "Take one file at a time, or leave {parameter} out."
    );

    private static readonly ErrorDefinition s_notInPlace = new(
        "NotInPlace",
        ErrorCategory.InvalidArgument,
        "'{path}' is the file itself.",
        "Use -Force to repair it in place, or choose another -Destination."
    );

    private static readonly ErrorDefinition s_invalidOptions = new(
        "InvalidOptions",
        ErrorCategory.InvalidArgument,
        "{reason}",
        "Correct the parameters and repeat the command."
    );

    private static readonly ErrorDefinition s_invalidDataset = Define(
        "InvalidDataset",
        "{file} has {count} that the service would refuse, so nothing was sent. {list}",
        "Mend the file and repeat the command."
    );

    private static readonly ErrorDefinition s_cannotAppend = Define(
        "CannotAppend",
        "Nothing can be added to '{path}'. {reason}",
        "Choose another place with -Path."
    );

    private static readonly ErrorDefinition[] s_ofCore =
    [
        s_notText,
        s_lineTooLong,
        s_tooManyLines,
        s_notLines,
        s_duplicatesTooMany,
        s_tooManyLabels,
        s_noLabels,
        s_labelsTooRare,
        s_tooFewExamples,
        s_countTooLarge,
    ];

    /// <summary>A file that is not text, where it is read only.</summary>
    public static ErrorRecord NotText(InvalidDataException e, string path) =>
        (s_notText with { Message = e.Message }).Wrap(e, path);

    /// <summary>A file that cannot be repaired.</summary>
    public static ErrorRecord CannotRepair(DatasetRepairException e, string path) =>
        (
            OfCore(e.Id) with
            {
                Message = $"{Path.GetFileName(path)} cannot be repaired. {e.Message}",
                Action = e.Fix,
            }
        ).Wrap(e, path);

    /// <summary>A file that cannot be split as asked.</summary>
    public static ErrorRecord CannotBeSplit(DatasetSplitException e, string path) =>
        (OfCore(e.Id) with { Message = CannotSplit }).Wrap(
            e,
            path,
            ("file", Path.GetFileName(path)),
            ("reason", e.Message),
            ("fix", e.Fix)
        );

    /// <summary>A file that could not be read or written while it was repaired.</summary>
    public static ErrorRecord NotRepaired(Exception e, string path) =>
        s_notRepaired.Wrap(e, path, ("path", path), ("reason", e.Message));

    /// <summary>A file that could not be read or written while it was split.</summary>
    public static ErrorRecord NotSplit(Exception e, string path) =>
        s_notSplit.Wrap(e, path, ("path", path), ("reason", e.Message));

    /// <summary>A new file that was written for another one in the same run.</summary>
    /// <param name="path">The new file.</param>
    /// <param name="verb">What is done, such as Repair.</param>
    /// <param name="parameter">The parameter that names the new file.</param>
    public static ErrorRecord TargetUsedTwice(string path, string verb, string parameter) =>
        (s_targetUsedTwice with { Action = $"{verb} one file at a time, or leave {parameter} out." }).Make(
            path,
            ("path", path)
        );

    /// <summary>A new file that is the file itself.</summary>
    public static ErrorRecord NotInPlace(string path) => s_notInPlace.Make(path, ("path", path));

    /// <summary>Parameters that Core refuses.</summary>
    public static ErrorRecord InvalidOptions(ArgumentException e, object? target) =>
        s_invalidOptions.Make(target, ("reason", ErrorRecords.WithoutParameter(e)));

    /// <summary>Both -Append and -Force.</summary>
    public static ErrorRecord AppendAndForce(string path) =>
        (
            s_invalidOptions with
            {
                Message = "-Append adds to the file and -Force replaces it.",
                Action = "Leave one of them out.",
            }
        ).Make(path);

    /// <summary>A dataset with errors, before it is sent.</summary>
    /// <param name="path">The dataset.</param>
    /// <param name="count">How many errors it has.</param>
    /// <param name="list">The first of them, as sentences.</param>
    public static ErrorRecord Invalid(string path, long count, string list) =>
        (s_invalidDataset with { Cause = message => new InvalidDataException(message) }).Make(
            path,
            ("file", Path.GetFileName(path)),
            ("count", FormattableString.Invariant($"{count} error{(count == 1 ? string.Empty : "s")}")),
            ("list", list)
        );

    /// <summary>A file that is no dataset of the format that is added to it.</summary>
    public static ErrorRecord CannotAppend(Exception e, string path) =>
        s_cannotAppend.Wrap(e, path, ("path", path), ("reason", e.Message));

    private static ErrorDefinition OfCore(string id) => s_ofCore.First(error => error.Id == id);

    private static ErrorDefinition Define(string id, string message, string action) =>
        new(id, ErrorCategory.InvalidData, message, action);
}
