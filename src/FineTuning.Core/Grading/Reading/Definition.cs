using System.Text.Json;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Templates;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Reading;

/// <summary>One object of a definition, and what only graders have in it: templates, contents and the parts of
/// others.</summary>
internal sealed class Definition
{
    internal static readonly ProblemCode EmptyRange = ProblemCode.Error("FT2011", "Range without room");
    internal static readonly ProblemCode UnusableName = ProblemCode.Error("FT2013", "Name that a formula cannot use");
    internal static readonly ProblemCode NameTwice = ProblemCode.Error("FT2014", "Two graders of one name");

    public const int MaxText = 100_000;
    private static readonly string[] s_media = ["input_image", "input_audio"];
    private static readonly NumberBounds s_anyNumber = new(double.MinValue, double.MaxValue);
    private readonly JsonField _field;

    private Definition(JsonField field, GraderReading reading) => (_field, Reading) = (field, reading);

    public GraderReading Reading { get; }

    public string Path => _field.Path;

    public static Definition? Of(JsonElement value, string path, GraderReading reading) =>
        Of(JsonField.Of(value, path, new GraderFaults(reading)), reading);

    public static string Shorten(string text) => GraderFaults.Cut(text);

    public string PathOf(string name) => Path + "." + name;

    public void Report(ProblemCode code, string name, string message, string fix, TextPlace? place = null) =>
        Reading.Report(code, PathOf(name), message, fix, place);

    /// <summary>Reports names that a grader does not have: a misspelt "range" would not be missed otherwise.</summary>
    public void CheckNames(params string[] allowed)
    {
        // Graders of the evals API say from which score a sample passes. A reward is not cut off, so this changes
        // nothing.
        CheckNamesOnly(["type", "name", "pass_threshold", .. allowed]);
        _field["pass_threshold"].AsNumber(s_anyNumber);
    }

    public void CheckNamesOnly(params string[] allowed) => _field.CheckNames(allowed);

    public string? Text(string name, int maxLength = MaxText) => _field[name].Required().AsText(maxLength);

    public string? OptionalText(string name, int maxLength = MaxText) => _field[name].AsText(maxLength);

    /// <summary>A template; it may be empty.</summary>
    public Template ReadTemplate(string name) => ReadTemplate(_field[name].Required());

    public string? Choice(string name, IReadOnlyList<string> choices) => Choice(_field[name].Required(), choices);

    public string? OptionalChoice(string name, IReadOnlyList<string> choices) => Choice(_field[name], choices);

    public double? Number(string name, double min, double max) => _field[name].AsNumber(new NumberBounds(min, max));

    public long? Whole(string name, long min, long max) => (long?)_field[name].AsNumber(NumberBounds.Whole(min, max));

    public (double Min, double Max) Range(string name)
    {
        if (_field[name].AsItems(2, 2) is not { Count: 2 } ends)
        {
            return (0, 1);
        }

        double? min = ends[0].AsNumber(s_anyNumber);
        double? max = ends[1].AsNumber(s_anyNumber);
        if (min >= max)
        {
            string why = min == max ? "the least score is also the highest" : "the highest score comes first";
            Report(EmptyRange, name, $"\"{name}\" is empty: {why}.", "Write the smaller number first.");
        }

        return (min ?? 0, max ?? 1);
    }

    public Definition? Object(string name) => Of(_field[name], Reading);

    public IEnumerable<Definition> Objects(string name, int min, int max) =>
        _field[name].Required().AsItems(min, max).Select(item => Of(item, Reading)).OfType<Definition>();

    /// <summary>Texts with their paths.</summary>
    public IReadOnlyList<(string Text, string Path)> Texts(string name, int max) =>
        [
            .. _field[name]
                .Required()
                .AsItems(1, max)
                .Select(item => (Text: item.AsText(MaxText, mayBeEmpty: true)!, item.Path))
                .Where(item => item.Text is not null),
        ];

    /// <summary>A message's content: a text, a part with text, or a list of both.</summary>
    public IReadOnlyList<Template> Contents(string name)
    {
        JsonField content = _field[name].Required();
        return content.Value switch
        {
            null => [],
            { ValueKind: JsonValueKind.Array } => [.. content.AsItems(1, 100).Select(Content)],
            _ => [Content(content)],
        };
    }

    /// <summary>
    /// The parts of a multi grader with their names in the formula. On the wire they are an object of names and
    /// graders; the schema has one grader there, and some clients send a list: in these a grader's own name is its name
    /// in the formula.
    /// </summary>
    public IReadOnlyList<(string Name, Definition Definition)> Parts(string name)
    {
        const int Max = 32;
        JsonField field = _field[name].Required();
        if (field.Value is not { } value)
        {
            return [];
        }

        List<(string Name, Definition Definition)> parts = [];
        if (value.ValueKind == JsonValueKind.Array)
        {
            parts.AddRange(
                Objects(name, 1, Max).Select(part => (part.Text("name")!, part)).Where(part => part.Item1 is not null)
            );
        }
        else if (Of(field, Reading) is { } only)
        {
            if (JsonNames.TryGet(value, "type", out JsonElement type) && type.ValueKind == JsonValueKind.String)
            {
                parts.AddRange(only.Text("name") is { } own ? [(own, only)] : []);
            }
            else
            {
                parts.AddRange(only.Named());
                if (value.EnumerateObject().Count() is int count and (0 or > Max))
                {
                    Report(
                        GraderFaults.WrongLength,
                        name,
                        FormattableString.Invariant($"A multi grader has 1 to {Max} graders, not {count}."),
                        "Name the graders of the formula."
                    );
                }
            }
        }

        CheckKeys(parts);
        return parts;
    }

    private static void CheckKeys(List<(string Name, Definition Definition)> parts)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string key, Definition part) in parts)
        {
            bool isName = IsName(key);
            if (!isName || !seen.Add(key))
            {
                part.Reading.Report(
                    isName ? NameTwice : UnusableName,
                    part.Path,
                    isName
                        ? $"Two graders have the name \"{Shorten(key)}\"."
                        : $"A formula cannot name the grader \"{Shorten(key)}\".",
                    "Give each grader a name of its own, of letters, digits and \"_\" that does not begin with a digit."
                );
            }
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 100
        && (char.IsLetter(text[0]) || text[0] == '_')
        && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    private static string? Choice(JsonField field, IReadOnlyList<string> choices) =>
        field.AsText(MaxText) is null ? null : field.AsChoice(choices);

    private static Definition? Of(JsonField field, GraderReading reading) =>
        field.AsObject() is { } value ? new Definition(value, reading) : null;

    private IEnumerable<(string Name, Definition Definition)> Named()
    {
        foreach (JsonField field in _field.Fields())
        {
            if (Of(field, Reading) is { } part)
            {
                yield return (field.Name, part);
            }
        }
    }

    private Template ReadTemplate(JsonField field) =>
        field.AsText(MaxText, mayBeEmpty: true) is { } text
            ? Templates.Template.Parse(text, field.Path, Reading)
            : Templates.Template.Empty;

    private Template Content(JsonField field)
    {
        if (field.Value is { ValueKind: JsonValueKind.String })
        {
            return ReadTemplate(field);
        }

        if (
            Of(field, Reading) is not { } part
            || part.Choice("type", ["input_text", "output_text", "text", .. s_media]) is not { } type
        )
        {
            return Templates.Template.Empty;
        }

        if (!s_media.Contains(type))
        {
            return part.ReadTemplate("text");
        }

        Reading.NotHere(
            field.Path,
            $"A part of the type \"{type}\" cannot be graded here: the models read text only.",
            "Use input_text."
        );
        return Templates.Template.Empty;
    }
}
