using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using FineTuning.Core.Grading.Templates;

namespace FineTuning.Core.Grading.Reading;

/// <summary>One object of a definition, with its path, so that every error can say where it is.</summary>
internal sealed class Definition
{
    public const int MaxText = 100_000;
    private readonly JsonElement _value;
    private readonly string _path;

    private Definition(JsonElement value, string path) => (_value, _path) = (value, path);

    public static Definition Of(JsonElement value, string path) => value.ValueKind == JsonValueKind.Object
        ? new Definition(value, path)
        : throw Wrong($"A grader's part is an object, not {Kind(value)}.", path, "Write an object, such as {\"type\": \"string_check\", ...}.");

    public static string Shorten(string text) => text.Length <= 100 ? text : text.Substring(0, 100) + "…";

    public string PathOf(string name) => _path + "." + name;

    /// <summary>Refuses names that a grader does not have: a misspelt "range" would not be missed otherwise.</summary>
    public void CheckNames(params string[] allowed) =>
        // Graders of the evals API say from which score a sample passes. A reward is not cut off, so this changes nothing.
        CheckNamesOnly(["type", "name", "pass_threshold", .. allowed]);

    public void CheckNamesOnly(params string[] allowed)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty property in _value.EnumerateObject())
        {
            string name = Guarded(() => property.Name);
            if (!allowed.Contains(name))
            {
                throw Wrong(
                    $"There is no \"{Shorten(name)}\" here.",
                    PathOf(Shorten(name)),
                    $"Remove it, or write one of {string.Join(", ", allowed)}.");
            }

            if (!seen.Add(name))
            {
                throw Wrong($"\"{name}\" is there twice.", PathOf(name), "Remove one of them.");
            }
        }
    }

    public string Text(string name, int longest = MaxText) => OptionalText(name, longest) ?? throw Missing(name);

    public string? OptionalText(string name, int longest = MaxText)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        string text = Text(value, PathOf(name), longest);
        return text.Length > 0 ? text : throw Wrong($"\"{name}\" is empty.", PathOf(name), $"Give \"{name}\" a text.");
    }

    /// <summary>A template; it may be empty.</summary>
    public Template Template(string name) =>
        Templates.Template.Parse(Text(Get(name) ?? throw Missing(name), PathOf(name), MaxText), PathOf(name));

    public string Choice(string name, IReadOnlyList<string> choices) => OptionalChoice(name, choices) ?? throw Missing(name);

    public string? OptionalChoice(string name, IReadOnlyList<string> choices)
    {
        string? text = OptionalText(name);
        return text is null || choices.Contains(text)
            ? text
            : throw Wrong($"\"{name}\" cannot be \"{Shorten(text)}\".", PathOf(name), $"Write one of {string.Join(", ", choices)}.");
    }

    public double? Number(string name, double least, double most) => Get(name) is { } value ? Number(value, PathOf(name), least, most) : null;

    public long? Whole(string name, long least, long most) => Number(name, least, most) switch
    {
        null => null,
        { } number when number == Math.Truncate(number) => (long)number,
        _ => throw Wrong($"\"{name}\" is not a whole number.", PathOf(name), "Write a number without a fraction."),
    };

    public (double Least, double Most) Range(string name)
    {
        if (Get(name) is null)
        {
            return (0, 1);
        }

        List<(JsonElement Value, string Path)> ends = Items(name, 2, 2);
        double least = Number(ends[0].Value, ends[0].Path, double.MinValue, double.MaxValue);
        double most = Number(ends[1].Value, ends[1].Path, double.MinValue, double.MaxValue);
        return least < most ? (least, most) : throw Wrong($"\"{name}\" is empty.", PathOf(name), "Write the smaller number first.");
    }

    public Definition? Object(string name) => Get(name) is { } value ? Of(value, PathOf(name)) : null;

    public IEnumerable<Definition> Objects(string name, int fewest, int most) =>
        Items(name, fewest, most).Select(item => Of(item.Value, item.Path));

    public IReadOnlyList<string> Texts(string name, int most) =>
        [.. Items(name, 1, most).Select(item => Text(item.Value, item.Path, MaxText))];

    /// <summary>A message's content: a text, a part with text, or a list of both.</summary>
    public IReadOnlyList<Template> Contents(string name)
    {
        JsonElement value = Get(name) ?? throw Missing(name);
        return value.ValueKind == JsonValueKind.Array
            ? [.. Items(name, 1, 100).Select(item => Content(item.Value, item.Path))]
            : [Content(value, PathOf(name))];
    }

    /// <summary>
    /// The parts of a multi grader with their names in the formula. On the wire they are an object of names and graders; the schema has one
    /// grader there, and some clients send a list: in these a grader's own name is its name in the formula.
    /// </summary>
    public IReadOnlyList<(string Name, Definition Definition)> Parts(string name)
    {
        const int Most = 32;
        JsonElement value = Get(name) ?? throw Missing(name);
        List<(string Name, Definition Definition)> parts = [];
        if (value.ValueKind == JsonValueKind.Array)
        {
            parts.AddRange(Objects(name, 1, Most).Select(part => (part.Text("name"), part)));
        }
        else if (Of(value, PathOf(name)) is var only && value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String)
        {
            parts.Add((only.Text("name"), only));
        }
        else
        {
            parts.AddRange(value.EnumerateObject().Select(property =>
                Guarded(() => property.Name) is var key ? (key, Of(property.Value, $"{PathOf(name)}.{Shorten(key)}")) : default));
        }

        if (parts.Count is 0 or > Most)
        {
            throw Wrong(
                FormattableString.Invariant($"A multi grader has 1 to {Most} graders, not {parts.Count}."),
                PathOf(name),
                "Name the graders of the formula.");
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string key, Definition part) in parts)
        {
            if (!IsName(key) || !seen.Add(key))
            {
                throw Wrong(
                    IsName(key) ? $"Two graders have the name \"{Shorten(key)}\"." : $"A formula cannot name the grader \"{Shorten(key)}\".",
                    part._path,
                    "Give each grader a name of its own, of letters, digits and \"_\" that does not begin with a digit.");
            }
        }

        return parts;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 100 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => char.IsLetterOrDigit(c) || c == '_');

    private static Template Content(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return Templates.Template.Parse(Text(value, path, MaxText), path);
        }

        Definition part = Of(value, path);
        string type = part.Text("type");
        return type is "input_text" or "output_text" or "text"
            ? part.Template("text")
            : throw Wrong($"A part of the type \"{Shorten(type)}\" cannot be graded here: the models read text only.", path, "Use input_text.");
    }

    private static string Text(JsonElement value, string path, int longest)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong($"A text belongs here, not {Kind(value)}.", path, "Write a string.");
        }

        string text = Guarded(() => value.GetString()!, path);
        return text.Length <= longest ? text : throw Wrong(
            FormattableString.Invariant($"The text has {text.Length} characters; at most {longest} are read."), path, "Shorten it.");
    }

    private static double Number(JsonElement value, string path, double least, double most)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || double.IsInfinity(number))
        {
            throw Wrong($"A number belongs here, not {Kind(value)}.", path, "Write a number without quotes.");
        }

        return number >= least && number <= most ? number : throw Wrong(
            string.Format(CultureInfo.InvariantCulture, "{0} is not from {1} to {2}.", Shorten(value.GetRawText()), least, most),
            path,
            "Write a number in the range.");
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    private static GraderException Wrong(string message, string path, string fix) => new(message, path, fix);

    // Text with half of a character passes as JSON, and fails when it is read.
    private static string Guarded(Func<string> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw Wrong("The text is not valid Unicode.", path, "Write whole characters.");
        }
    }

    private string Guarded(Func<string> read) => Guarded(read, _path);

    private GraderException Missing(string name) => Wrong($"\"{name}\" is missing.", PathOf(name), $"Add \"{name}\".");

    private JsonElement? Get(string name) =>
        _value.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private List<(JsonElement Value, string Path)> Items(string name, int fewest, int most)
    {
        JsonElement value = Get(name) ?? throw Missing(name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong($"A list belongs here, not {Kind(value)}.", PathOf(name), "Write a list in [ ].");
        }

        int count = value.GetArrayLength();
        return count >= fewest && count <= most
            ? [.. value.EnumerateArray().Select((item, i) => (item, FormattableString.Invariant($"{PathOf(name)}[{i}]")))]
            : throw Wrong(
                FormattableString.Invariant($"The list has {count} entries; {(fewest == most ? $"{most}" : $"{fewest} to {most}")} belong there."),
                PathOf(name),
                "Add or remove entries.");
    }
}
