using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Reading;

/// <summary>Makes problems of a grader of what is wrong with its fields, and collects them in a reading.</summary>
internal sealed class GraderFaults(GraderReading reading) : IJsonFaultSink
{
    internal static readonly ProblemCode WrongKind = ProblemCode.Error("FT2001", "Wrong kind of value");
    internal static readonly ProblemCode Missing = ProblemCode.Error("FT2002", "Missing field");
    internal static readonly ProblemCode UnknownField = ProblemCode.Warning("FT2003", "Unknown field");
    internal static readonly ProblemCode GivenTwice = ProblemCode.Error("FT2004", "Field given twice");
    internal static readonly ProblemCode Empty = ProblemCode.Error("FT2005", "Empty text");
    internal static readonly ProblemCode UnknownValue = ProblemCode.Warning("FT2006", "Unknown value");
    internal static readonly ProblemCode OutOfBounds = ProblemCode.Error("FT2007", "Number out of bounds");
    internal static readonly ProblemCode WrongLength = ProblemCode.Error("FT2008", "Too few, too many or too long");

    public static string Cut(string text) => text.Length <= 100 ? text : text.Substring(0, 100) + "…";

    public string Shorten(string name) => Cut(name);

    public void Report(JsonFault fault)
    {
        // A problem that would not be kept needs no message.
        if (reading.IsFull)
        {
            return;
        }

        (ProblemCode code, string message, string fix) = fault.Kind switch
        {
            JsonFaultKind.WrongType => WrongType(fault),
            JsonFaultKind.NotFinite or JsonFaultKind.NotWhole => Number(fault),
            JsonFaultKind.BelowMinimum or JsonFaultKind.AboveMaximum => Beyond(fault),
            JsonFaultKind.TooLong or JsonFaultKind.TooFew or JsonFaultKind.TooMany => Length(fault),
            JsonFaultKind.UnknownChoice or JsonFaultKind.UnknownName => Unknown(fault),
            _ => Other(fault),
        };
        reading.Report(code, fault.Field.Path, message, fix);
    }

    private static (ProblemCode Code, string Message, string Fix) WrongType(JsonFault fault)
    {
        string kind = Kind(fault.Field.Value);
        (string message, string fix) = fault.Type switch
        {
            JsonValueKind.Object => (
                $"A grader's part is an object, not {kind}.",
                "Write an object, such as {\"type\": \"string_check\", ...}."
            ),
            JsonValueKind.Array => ($"A list belongs here, not {kind}.", "Write a list in [ ]."),
            JsonValueKind.Number => ($"A number belongs here, not {kind}.", "Write a number without quotes."),
            _ => ($"A text belongs here, not {kind}.", "Write a string."),
        };
        return (WrongKind, message, fix);
    }

    private static (ProblemCode Code, string Message, string Fix) Number(JsonFault fault) =>
        fault.Kind == JsonFaultKind.NotFinite
            ? (WrongKind, "A number belongs here, not one so large.", "Write a number without quotes.")
        // A number that is neither whole nor in range is reported for its range.
        : fault.Field.Value!.Value.GetDouble() is double number
        && (fault.Bounds!.IsBelow(number) || number > fault.Bounds.Max)
            ? Beyond(fault)
        : (OutOfBounds, $"\"{fault.Field.Name}\" is not a whole number.", "Write a number without a fraction.");

    private static (ProblemCode Code, string Message, string Fix) Beyond(JsonFault fault) =>
        (
            OutOfBounds,
            string.Format(
                CultureInfo.InvariantCulture,
                "{0} is not from {1} to {2}.",
                Cut(fault.Field.Value!.Value.GetRawText()),
                fault.Bounds!.Min,
                fault.Bounds.Max
            ),
            "Write a number in the range."
        );

    private static (ProblemCode Code, string Message, string Fix) Length(JsonFault fault)
    {
        if (fault.Kind == JsonFaultKind.TooLong)
        {
            return (
                WrongLength,
                FormattableString.Invariant($"The text has {fault.Length} characters; at most {fault.Max} are read."),
                "Shorten it."
            );
        }

        string wanted =
            fault.Min == fault.Max
                ? FormattableString.Invariant($"{fault.Max}")
                : FormattableString.Invariant($"{fault.Min} to {fault.Max}");
        return (
            WrongLength,
            FormattableString.Invariant($"The list has {fault.Length} entries; {wanted} belong there."),
            "Add or remove entries."
        );
    }

    private static (ProblemCode Code, string Message, string Fix) Unknown(JsonFault fault)
    {
        string name = fault.Field.Name;
        bool isName = fault.Kind == JsonFaultKind.UnknownName;
        return (
            isName ? UnknownField : UnknownValue,
            isName
                ? $"There is no \"{Cut(name)}\" here."
                : $"\"{Cut(fault.Text)}\" is no known {name.Replace('_', ' ')}.",
            $"{NearestName.Question(isName ? name : fault.Text, [.. fault.Choices])}Known here are "
                + $"{string.Join(", ", fault.Choices)}."
        );
    }

    private static (ProblemCode Code, string Message, string Fix) Other(JsonFault fault)
    {
        string name = fault.Field.Name;
        return fault.Kind switch
        {
            JsonFaultKind.Missing => (Missing, $"\"{name}\" is missing.", $"Add \"{name}\"."),
            JsonFaultKind.Empty => (Empty, $"\"{name}\" is empty.", $"Give \"{name}\" a text."),
            JsonFaultKind.NameTwice => (GivenTwice, $"\"{name}\" is there twice.", "Remove one of them."),
            _ => (WrongKind, "The text is not valid Unicode.", "Write whole characters."),
        };
    }

    private static string Kind(JsonElement? value) =>
        value?.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "a list",
            JsonValueKind.Object => "an object",
            _ => "null",
        };
}
