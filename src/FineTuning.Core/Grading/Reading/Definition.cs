using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Reading;

/// <summary>
/// One object of a definition, with its path, so that every problem can say where it is. What cannot be read is told to
/// the reading, once, and comes out as null or as something empty.
/// </summary>
internal sealed class Definition
{
    public const int MaxText = 100_000;
    private static readonly string[] s_media = ["input_image", "input_audio"];
    private readonly JsonElement _value;
    private readonly string _path;
    private readonly GraderReading _reading;

    private Definition(JsonElement value, string path, GraderReading reading) =>
        (_value, _path, _reading) = (value, path, reading);

    public GraderReading Reading => _reading;

    public string Path => _path;

    public static Definition? Of(JsonElement value, string path, GraderReading reading)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            return new Definition(value, path, reading);
        }

        reading.Report(
            GraderProblemCodes.WrongKind,
            path,
            $"A grader's part is an object, not {Kind(value)}.",
            "Write an object, such as {\"type\": \"string_check\", ...}."
        );
        return null;
    }

    public static string Shorten(string text) => text.Length <= 100 ? text : text.Substring(0, 100) + "…";

    public string PathOf(string name) => _path + "." + name;

    public void Report(GraderProblemCode code, string name, string message, string fix, TextPlace? place = null) =>
        _reading.Report(code, PathOf(name), message, fix, place);

    /// <summary>Reports names that a grader does not have: a misspelt "range" would not be missed otherwise.</summary>
    public void CheckNames(params string[] allowed)
    {
        // Graders of the evals API say from which score a sample passes. A reward is not cut off, so this changes
        // nothing.
        CheckNamesOnly(["type", "name", "pass_threshold", .. allowed]);
        Number("pass_threshold", double.MinValue, double.MaxValue);
    }

    public void CheckNamesOnly(params string[] allowed)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty property in _value.EnumerateObject())
        {
            if (_reading.IsFull || Name(property) is not { } name)
            {
                continue;
            }

            if (!allowed.Contains(name))
            {
                _reading.Report(
                    GraderProblemCodes.UnknownField,
                    PathOf(Shorten(name)),
                    $"There is no \"{Shorten(name)}\" here.",
                    $"{NearestName.Question(name, allowed)}Known here are {string.Join(", ", allowed)}."
                );
            }
            else if (!seen.Add(name))
            {
                Report(GraderProblemCodes.GivenTwice, name, $"\"{name}\" is there twice.", "Remove one of them.");
            }
        }
    }

    public string? Text(string name, int longest = MaxText) =>
        Get(name) is null ? Missing(name) : OptionalText(name, longest);

    public string? OptionalText(string name, int longest = MaxText)
    {
        if (Get(name) is not { } value || Text(value, PathOf(name), longest) is not { } text)
        {
            return null;
        }

        if (text.Length > 0)
        {
            return text;
        }

        Report(GraderProblemCodes.Empty, name, $"\"{name}\" is empty.", $"Give \"{name}\" a text.");
        return null;
    }

    /// <summary>A template; it may be empty.</summary>
    public Template Template(string name)
    {
        if (Get(name) is { } value)
        {
            return Template(value, PathOf(name));
        }

        Missing(name);
        return Templates.Template.Empty;
    }

    public string? Choice(string name, IReadOnlyList<string> choices) =>
        Get(name) is null ? Missing(name) : OptionalChoice(name, choices);

    public string? OptionalChoice(string name, IReadOnlyList<string> choices)
    {
        string? text = OptionalText(name);
        if (text is null || choices.Contains(text))
        {
            return text;
        }

        Report(
            GraderProblemCodes.UnknownValue,
            name,
            $"\"{Shorten(text)}\" is no known {name.Replace('_', ' ')}.",
            $"{NearestName.Question(text, choices)}Known here are {string.Join(", ", choices)}."
        );
        return null;
    }

    public double? Number(string name, double least, double most) =>
        Get(name) is { } value ? Number(value, PathOf(name), least, most) : null;

    public long? Whole(string name, long least, long most)
    {
        double? number = Number(name, least, most);
        if (number is not { } some || some == Math.Truncate(some))
        {
            return (long?)number;
        }

        Report(
            GraderProblemCodes.OutOfBounds,
            name,
            $"\"{name}\" is not a whole number.",
            "Write a number without a fraction."
        );
        return null;
    }

    public (double Min, double Max) Range(string name)
    {
        if (Get(name) is null || Items(name, 2, 2) is not { Count: 2 } ends)
        {
            return (0, 1);
        }

        double? least = Number(ends[0].Value, ends[0].Path, double.MinValue, double.MaxValue);
        double? most = Number(ends[1].Value, ends[1].Path, double.MinValue, double.MaxValue);
        if (least >= most)
        {
            string why = least == most ? "the least score is also the highest" : "the highest score comes first";
            Report(
                GraderProblemCodes.EmptyRange,
                name,
                $"\"{name}\" is empty: {why}.",
                "Write the smaller number first."
            );
        }

        return (least ?? 0, most ?? 1);
    }

    public Definition? Object(string name) => Get(name) is { } value ? Of(value, PathOf(name), _reading) : null;

    public IEnumerable<Definition> Objects(string name, int fewest, int most) =>
        Items(name, fewest, most).Select(item => Of(item.Value, item.Path, _reading)).OfType<Definition>();

    /// <summary>Texts with their paths.</summary>
    public IReadOnlyList<(string Text, string Path)> Texts(string name, int most) =>
        [
            .. Items(name, 1, most)
                .Select(item => (Text: Text(item.Value, item.Path, MaxText)!, item.Path))
                .Where(item => item.Text is not null),
        ];

    /// <summary>A message's content: a text, a part with text, or a list of both.</summary>
    public IReadOnlyList<Template> Contents(string name)
    {
        if (Get(name) is not { } value)
        {
            Missing(name);
            return [];
        }

        return value.ValueKind == JsonValueKind.Array
            ? [.. Items(name, 1, 100).Select(item => Content(item.Value, item.Path))]
            : [Content(value, PathOf(name))];
    }

    /// <summary>
    /// The parts of a multi grader with their names in the formula. On the wire they are an object of names and
    /// graders; the schema has one grader there, and some clients send a list: in these a grader's own name is its name
    /// in the formula.
    /// </summary>
    public IReadOnlyList<(string Name, Definition Definition)> Parts(string name)
    {
        const int Max = 32;
        if (Get(name) is not { } value)
        {
            Missing(name);
            return [];
        }

        List<(string Name, Definition Definition)> parts = [];
        if (value.ValueKind == JsonValueKind.Array)
        {
            parts.AddRange(
                Objects(name, 1, Max).Select(part => (part.Text("name")!, part)).Where(part => part.Item1 is not null)
            );
        }
        else if (Of(value, PathOf(name), _reading) is { } only)
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
                        GraderProblemCodes.WrongLength,
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
                part._reading.Report(
                    isName ? GraderProblemCodes.NameTwice : GraderProblemCodes.UnusableName,
                    part._path,
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

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "a list",
            JsonValueKind.Object => "an object",
            _ => "null",
        };

    private IEnumerable<(string Name, Definition Definition)> Named()
    {
        foreach (JsonProperty property in _value.EnumerateObject())
        {
            if (Name(property) is { } key && Of(property.Value, PathOf(Shorten(key)), _reading) is { } part)
            {
                yield return (key, part);
            }
        }
    }

    private Template Template(JsonElement value, string path) =>
        Text(value, path, MaxText) is { } text
            ? Templates.Template.Parse(text, path, _reading)
            : Templates.Template.Empty;

    private Template Content(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Template(value, path);
        }

        if (
            Of(value, path, _reading) is not { } part
            || part.Choice("type", ["input_text", "output_text", "text", .. s_media]) is not { } type
        )
        {
            return Templates.Template.Empty;
        }

        if (!s_media.Contains(type))
        {
            return part.Template("text");
        }

        _reading.NotHere(
            path,
            $"A part of the type \"{type}\" cannot be graded here: the models read text only.",
            "Use input_text."
        );
        return Templates.Template.Empty;
    }

    private string? Text(JsonElement value, string path, int longest)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            _reading.Report(
                GraderProblemCodes.WrongKind,
                path,
                $"A text belongs here, not {Kind(value)}.",
                "Write a string."
            );
            return null;
        }

        string? text = Unescaped(value, path);
        if (text is null || text.Length <= longest)
        {
            return text;
        }

        _reading.Report(
            GraderProblemCodes.WrongLength,
            path,
            FormattableString.Invariant($"The text has {text.Length} characters; at most {longest} are read."),
            "Shorten it."
        );
        return null;
    }

    private double? Number(JsonElement value, string path, double least, double most)
    {
        if (
            value.ValueKind != JsonValueKind.Number
            || !value.TryGetDouble(out double number)
            || double.IsInfinity(number)
        )
        {
            string what = value.ValueKind == JsonValueKind.Number ? "one so large" : Kind(value);
            _reading.Report(
                GraderProblemCodes.WrongKind,
                path,
                $"A number belongs here, not {what}.",
                "Write a number without quotes."
            );
            return null;
        }

        if (number >= least && number <= most)
        {
            return number;
        }

        _reading.Report(
            GraderProblemCodes.OutOfBounds,
            path,
            string.Format(
                CultureInfo.InvariantCulture,
                "{0} is not from {1} to {2}.",
                Shorten(value.GetRawText()),
                least,
                most
            ),
            "Write a number in the range."
        );
        return null;
    }

    private string? Name(JsonProperty property)
    {
        string? name = JsonNames.Read(property);
        if (name is null)
        {
            ReportUnreadable(_path);
        }

        return name;
    }

    // Text with half of a character passes as JSON, and fails when it is read.
    private string? Unescaped(JsonElement value, string path)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            ReportUnreadable(path);
            return null;
        }
    }

    private void ReportUnreadable(string path) =>
        _reading.Report(
            GraderProblemCodes.WrongKind,
            path,
            "The text is not valid Unicode.",
            "Write whole characters."
        );

    private string? Missing(string name)
    {
        Report(GraderProblemCodes.Missing, name, $"\"{name}\" is missing.", $"Add \"{name}\".");
        return null;
    }

    private JsonElement? Get(string name) =>
        JsonNames.TryGet(_value, name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private List<(JsonElement Value, string Path)> Items(string name, int fewest, int most)
    {
        if (Get(name) is not { } value)
        {
            Missing(name);
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Report(
                GraderProblemCodes.WrongKind,
                name,
                $"A list belongs here, not {Kind(value)}.",
                "Write a list in [ ]."
            );
            return [];
        }

        int count = value.GetArrayLength();
        if (count < fewest || count > most)
        {
            string wanted =
                fewest == most
                    ? FormattableString.Invariant($"{most}")
                    : FormattableString.Invariant($"{fewest} to {most}");
            Report(
                GraderProblemCodes.WrongLength,
                name,
                FormattableString.Invariant($"The list has {count} entries; {wanted} belong there."),
                "Add or remove entries."
            );
        }

        return
        [
            .. value
                .EnumerateArray()
                .Take(most)
                .Select((item, i) => (item, FormattableString.Invariant($"{PathOf(name)}[{i}]"))),
        ];
    }
}
