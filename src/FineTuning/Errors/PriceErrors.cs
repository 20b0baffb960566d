using System.Management.Automation;

namespace FineTuning.Errors;

/// <summary>Errors of prices.</summary>
internal static class PriceErrors
{
    private static readonly ErrorDefinition s_noPriceToSave = new(
        "NoPriceToSave",
        ErrorCategory.InvalidArgument,
        "There is no price to keep.",
        "Give it with -Price, in a currency per million trained tokens."
    );

    private static readonly ErrorDefinition s_notValid = new(
        "PriceNotValid",
        ErrorCategory.InvalidArgument,
        "The price {price} is below 0.",
        "Give the price of a million trained tokens, at least 0."
    );

    private static readonly ErrorDefinition s_fileFailed = new(
        "PriceFileFailed",
        ErrorCategory.InvalidData,
        "The price could not be {done}: {reason}",
        "Choose another place with -PriceFile."
    );

    /// <summary>-SavePrice without -Price.</summary>
    public static ErrorRecord NothingToSave(string? model) => s_noPriceToSave.Make(model);

    /// <summary>A price below 0.</summary>
    public static ErrorRecord NotValid(object price) => s_notValid.Make(price, ("price", $"{price}"));

    /// <summary>A file of prices that could not be used.</summary>
    /// <param name="e">Why.</param>
    /// <param name="path">The file.</param>
    /// <param name="saves">Whether the price was to be kept, not looked up.</param>
    public static ErrorRecord FileFailed(Exception e, string path, bool saves) =>
        (
            e is InvalidDataException
                ? s_fileFailed with
                {
                    Action = "Mend or delete that file, or choose another one with -PriceFile.",
                }
                : s_fileFailed
        ).Wrap(e, path, ("done", saves ? "kept" : "looked up"), ("reason", e.Message));
}
