using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FineTuning.Core.Datasets;
using FineTuning.Core.Grading.Linting;
using FineTuning.Core.Grading.Reading;
using FineTuning.Core.Json;

namespace FineTuning.Core.Grading.Templates;

/// <summary>A text with <c>{{ item.field }}</c> and <c>{{ sample.output_text }}</c> in it. Immutable.</summary>
internal sealed class Template
{
    internal static readonly ProblemCode UnbalancedBraces = ProblemCode.Error("FT2021", "Unbalanced braces");
    internal static readonly ProblemCode UnknownTemplateName = ProblemCode.Error(
        "FT2022",
        "Unknown name in a template"
    );
    internal static readonly ProblemCode UnknownSampleField = ProblemCode.Error(
        "FT2023",
        "Field that a sample does not have"
    );
    internal static readonly ProblemCode NotInItem = ProblemCode.Error("FT2024", "Field that the item does not have");
    internal static readonly ProblemCode TooManyPlaceholders = ProblemCode.Error("FT2025", "Too many placeholders");
    internal static readonly ProblemCode SingleBraces = ProblemCode.Warning("FT2055", "Single braces");
    internal static readonly ProblemCode FieldOfText = ProblemCode.Warning("FT2056", "Field of a text");

    // Each is looked up in the item, for every sample.
    private const int MaxPlaceholders = 200;

    // A placeholder whose opening braces are missing. Other "}}" are text: JSON in a prompt is full of them.
    private static readonly Regex s_unopened = new(
        @"\b(item|sample)[.\[][\w.\[\]'-]*\s*\z",
        RegexOptions.CultureInvariant | RegexOptions.RightToLeft
    );

    // A placeholder with single braces. It stays as it is and is not filled.
    private static readonly Regex s_single = new(
        @"(?<![{])[{]\s*(?:item|sample)[.\[][^{}\r\n]{1,200}[}](?![}])",
        RegexOptions.CultureInvariant
    );

    // A text that is a placeholder without any braces.
    private static readonly Regex s_bare = new(
        @"\A\s*(?:item|sample)(?:\.\w+|\[[^\]]*\])+\s*\z",
        RegexOptions.CultureInvariant
    );

    private readonly List<object> _parts = [];

    private Template() { }

    /// <summary>A template of no text.</summary>
    public static Template Empty { get; } = new();

    /// <param name="text">The template.</param>
    /// <param name="path">Where it stands in the definition.</param>
    /// <param name="reading">Is told if it is not well-formed, or names what there cannot be.</param>
    public static Template Parse(string text, string path, GraderReading reading)
    {
        Template template = new();
        Source source = new(text, path, reading);
        int position = 0,
            count = 0;
        while (true)
        {
            int open = text.IndexOf("{{", position, StringComparison.Ordinal);
            string literal = text.Substring(position, (open < 0 ? text.Length : open) - position);
            CheckLiteral(source, literal, position);
            template._parts.Add(literal);
            if (open < 0 || reading.IsFull)
            {
                return template;
            }

            int close = text.IndexOf("}}", open, StringComparison.Ordinal);
            int next = text.IndexOf("{{", open + 2, StringComparison.Ordinal);
            if (close < 0 || (next >= 0 && next < close))
            {
                source.Report(UnbalancedBraces, open, "\"{{\" is never closed", "Close it with \"}}\".");
                position = next >= 0 ? next : text.Length;
                continue;
            }

            if (++count > MaxPlaceholders)
            {
                reading.Report(
                    TooManyPlaceholders,
                    path,
                    FormattableString.Invariant($"The template has more than {MaxPlaceholders} placeholders."),
                    "Put what belongs together into one field of the item."
                );
                return template;
            }

            if (ParsePath(source, open + 2, close) is { } place)
            {
                template._parts.Add(place);
            }

            position = close + 2;
        }
    }

    /// <summary>The names of an object's fields as a message lists them: the first twenty, each cut after 60
    /// characters.</summary>
    public static string Listed(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(20).Select(Shorten)) + (names.Count > 20 ? ", …" : string.Empty);

    /// <exception cref="GradingException">A value is missing, or the text grows too long.</exception>
    public string Render(SampleScope scope)
    {
        StringBuilder text = new();
        foreach (object part in _parts)
        {
            text.Append(part is TemplatePath path ? scope.Read(path) : (string)part);
            scope.CheckLength(text.Length);
        }

        return text.ToString();
    }

    private static void CheckLiteral(Source source, string literal, int start)
    {
        int close = literal.IndexOf("}}", StringComparison.Ordinal);
        while (close >= 0 && !source.Reading.IsFull)
        {
            if (s_unopened.IsMatch(literal.Substring(Math.Max(0, close - 256), close - Math.Max(0, close - 256))))
            {
                source.Report(UnbalancedBraces, start + close, "\"}}\" closes nothing", "Open it with \"{{\".");
            }

            close = literal.IndexOf("}}", close + 2, StringComparison.Ordinal);
        }

        if (source.Reading.IsLint && literal == source.Text && s_bare.Match(literal) is { Success: true } bare)
        {
            source.Report(
                SingleBraces,
                start + bare.Index,
                $"\"{Shorten(literal.Trim())}\" has no braces, and stays as it is",
                $"Write \"{{{{ {Shorten(literal.Trim())} }}}}\" for the value."
            );
        }

        foreach (Match single in source.Reading.IsLint ? s_single.Matches(literal).Cast<Match>() : [])
        {
            source.Report(
                SingleBraces,
                start + single.Index,
                $"\"{Shorten(single.Value)}\" has one brace on each side, and stays as it is",
                $"Write \"{{{Shorten(single.Value)}}}\" for the value, with two braces on each side."
            );
        }
    }

    private static TemplatePath? ParsePath(Source source, int start, int end)
    {
        string inside = source.Text.Substring(start, end - start);
        int place = start + inside.Length - inside.TrimStart().Length;
        var parsed = TemplatePath.Parse(inside.Trim(), out string problem, out int offset);
        string shown = $"\"{{{{{Shorten(inside)}}}}}\"";
        if (parsed is null)
        {
            source.Report(
                UnknownTemplateName,
                place + offset,
                $"{shown} {problem}",
                $"{Meant(inside.Trim())}Write \"{{{{ item.FIELD }}}}\" for the dataset, or \"{{{{ sample.output_text "
                    + $"}}}}\" for the model's answer."
            );
            return null;
        }

        if (parsed.Root == "sample")
        {
            source.Reading.SawSample();
        }
        else if (source.Reading.IsLint)
        {
            source.Reading.SawItem(new ItemPlace(parsed, source.Path, TextPlace.Of(source.Text, place)));
        }

        if (parsed.Root == "sample" && !SampleScope.IsField(parsed.Field))
        {
            source.Report(
                UnknownSampleField,
                place,
                $"{shown} names \"{Shorten(parsed.Field)}\", which a sample does not have",
                $"{NearestName.Question(parsed.Field, SampleScope.Fields, "sample.")}A sample has "
                    + $"{string.Join(", ", SampleScope.Fields)}."
            );
        }
        else if (parsed.Root == "sample" && parsed.Field == "output_text" && parsed.IsDeep)
        {
            source.Report(
                FieldOfText,
                place,
                $"{shown} names a field of output_text, which is a text and has none",
                "Write sample.output_json for the fields of an answer that is JSON."
            );
        }
        else if (
            parsed.Root == "item"
            && source.Reading.Item is { } item
            && parsed.FindMissing(item, out JsonElement value) is { } missing
        )
        {
            ReportMissing(source, place, shown, missing, value);
        }

        return parsed;
    }

    private static void ReportMissing(Source source, int place, string shown, object missing, JsonElement value)
    {
        string[] names = value.ValueKind == JsonValueKind.Object ? [.. JsonNames.Of(value)] : [];
        string what = missing is string name ? $"\"{Shorten(name)}\"" : FormattableString.Invariant($"[{missing}]");
        string fix =
            names.Length > 0 ? $"Name a field that it has: {Listed(names)}." : "Name a field that every item has.";
        source.Report(
            NotInItem,
            place,
            $"{shown} names {what}, which the item does not have",
            (missing is string wrong ? NearestName.Question(wrong, names) : string.Empty) + fix
        );
    }

    // "itm.a" is item.a, and a field alone is one of the item or the sample.
    private static string Meant(string inside)
    {
        int end = inside.IndexOfAny(['.', '[']);
        string root = end < 0 ? inside : inside.Substring(0, end),
            rest = end < 0 ? string.Empty : inside.Substring(end);
        if (SampleScope.IsField(root))
        {
            return $"Did you mean \"sample.{Shorten(inside)}\"? ";
        }

        string? meant = end < 0 || root is "item" or "sample" ? null : NearestName.Find(root, ["item", "sample"]);
        return meant is null ? string.Empty : $"Did you mean \"{meant}{Shorten(rest)}\"? ";
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text.Substring(0, 60) + "…";

    private sealed record Source(string Text, string Path, GraderReading Reading)
    {
        public void Report(ProblemCode code, int position, string problem, string fix)
        {
            if (Reading.Wants(code))
            {
                var place = TextPlace.Of(Text, position);
                Reading.Report(code, Path, $"The template is wrong at {place.InWords()}: {problem}.", fix, place);
            }
        }
    }
}
