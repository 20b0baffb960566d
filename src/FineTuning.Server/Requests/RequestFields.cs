using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;
using FineTuning.Server.Http;

namespace FineTuning.Server.Requests;

/// <summary>Reads fields of requests: the first that is wrong is refused in the service's words.</summary>
internal sealed class RequestFields : IJsonFaultSink
{
    private const int MaxShown = 64;
    private static readonly RequestFields s_refusals = new();

    private RequestFields() { }

    public static JsonField Of(JsonElement value, string path = "") => JsonField.Of(value, path, s_refusals);

    /// <summary>Names from outside are repeated, but not at any length.</summary>
    public static string Cut(string name) => name.Length <= MaxShown ? name : name[..MaxShown] + "…";

    public static string Describe(JsonElement? value) =>
        value?.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => value.Value.TryGetInt64(out _) ? "an integer" : "a decimal number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "an array",
            JsonValueKind.Object => "an object",
            _ => "null",
        };

    /// <summary>Texts as a refusal lists them: 'a', 'b', and 'c'.</summary>
    public static string List(IReadOnlyCollection<string> choices)
    {
        string[] quoted = [.. choices.Select(choice => $"'{choice}'")];
        return quoted.Length < 3
            ? string.Join(" and ", quoted)
            : string.Join(", ", quoted[..^1]) + ", and " + quoted[^1];
    }

    /// <summary>The entries of a list that is needed, 1 to a most of them.</summary>
    /// <param name="list">The list.</param>
    /// <param name="max">The most entries.</param>
    /// <param name="what">What they are, in a refusal's words.</param>
    public static IEnumerable<string> Strings(JsonField list, int max, string what)
    {
        const string Expected = "an array of strings";
        IReadOnlyList<JsonField> items = list.Required().AsItems(0, int.MaxValue, Expected);
        return items.Count is > 0 && items.Count <= max
            ? items.Select(item => Entry(item, list.Path, Expected))
            : throw ApiErrors.BadRequest(
                $"Invalid '{list.Path}': expected 1 to {max} {what}.",
                list.Path,
                "invalid_value"
            );
    }

    /// <summary>A text in a list; what is wrong with it is said of the list.</summary>
    public static string Entry(JsonField item, string path, string expected, int max = int.MaxValue) =>
        item.Value is { ValueKind: JsonValueKind.String } value
            ? Of(value, path).AsText(max, mayBeEmpty: true)!
            : throw ApiErrors.WrongType(path, expected, "an array with " + Describe(item.Value));

    public string Shorten(string name) => Cut(name);

    public void Report(JsonFault fault)
    {
        // The service takes the last one.
        if (fault.Kind != JsonFaultKind.NameTwice)
        {
            throw ToException(fault);
        }
    }

    private static ApiException ToException(JsonFault fault)
    {
        string path = fault.Field.Path;
        return fault.Kind switch
        {
            JsonFaultKind.Missing => ApiErrors.Missing(path),
            JsonFaultKind.WrongType or JsonFaultKind.NotWhole => ApiErrors.WrongType(
                path,
                fault.Expected,
                Describe(fault.Field.Value)
            ),
            JsonFaultKind.UnknownName => ApiErrors.UnknownParameter(path),
            JsonFaultKind.UnknownChoice => ApiErrors.BadValue(path, Cut(fault.Text), List(fault.Choices)),
            JsonFaultKind.NotUnicode => ApiErrors.BadRequest($"Invalid '{path}': not valid Unicode.", path),
            JsonFaultKind.NotFinite or JsonFaultKind.BelowMinimum or JsonFaultKind.AboveMaximum => OutOfBounds(fault),
            _ => WrongLength(fault),
        };
    }

    private static ApiException WrongLength(JsonFault fault)
    {
        string path = fault.Field.Path;
        (string what, string code) = fault.Kind switch
        {
            JsonFaultKind.Empty => (
                "empty string. Expected a string with minimum length 1, but got an empty string instead.",
                "empty_string"
            ),
            JsonFaultKind.TooFew => (
                "empty array. Expected an array with minimum length 1, but got an empty array instead.",
                "empty_array"
            ),
            JsonFaultKind.TooMany => (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"array too long. Expected an array with maximum length {fault.Max}, but got an array with "
                        + $"length {fault.Length} instead."
                ),
                "array_above_max_length"
            ),
            _ => (
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"string too long. Expected a string with maximum length {fault.Max}, but got a string with "
                        + $"length {fault.Length} instead."
                ),
                "string_above_max_length"
            ),
        };
        return ApiErrors.BadRequest($"Invalid '{path}': {what}", path, code);
    }

    private static ApiException OutOfBounds(JsonFault fault)
    {
        (string path, string got, NumberBounds bounds) = (
            fault.Field.Path,
            fault.Field.Value!.Value.GetRawText(),
            fault.Bounds!
        );

        // A number beyond every bound is above or below one too, except where 'auto' stands for any decimal.
        if (fault.Kind == JsonFaultKind.NotFinite && bounds is { AllowsAuto: true, IsWhole: false })
        {
            return ApiErrors.WrongType(path, fault.Expected, Describe(fault.Field.Value));
        }

        bool isBelow =
            fault.Kind == JsonFaultKind.BelowMinimum || (fault.Kind == JsonFaultKind.NotFinite && got[0] == '-');
        string type = bounds.IsWhole ? "integer" : "decimal";
        string sign = isBelow ? (bounds.IsMinExcluded ? ">" : ">=") : "<=";
        return ApiErrors.BadRequest(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Invalid '{path}': {type} {(isBelow ? "below minimum" : "above maximum")} value. Expected a value "
                    + $"{sign} {(isBelow ? bounds.Min : bounds.Max)}, but got "
                    + $"{(bounds.IsWhole || bounds.AllowsAuto ? got : Cut(got))} instead."
            ),
            path,
            $"{type}_{(isBelow ? "below_min" : "above_max")}_value"
        );
    }
}
