using System.Globalization;
using System.Management.Automation;
using System.Text.Json;

namespace FineTuning.Output;

/// <summary>A grader as people read it: its name, and in one line what it does.</summary>
public static class GraderView
{
    private const int Indent = 4;

    /// <summary>Returns the lines of a grader.</summary>
    /// <param name="grader">The grader.</param>
    /// <param name="width">The columns of the window; 0 where that is not known.</param>
    public static string[] Lines(PSObject grader, int width)
    {
        JsonElement definition = JsonValues.ToElement(grader);
        List<string> lines = [$"{Style.Bold(Text(definition, "name"))}  {Text(definition, "type")}"];
        lines.AddRange(TextBlock.Wrap(Describe(definition), Indent, width));
        if (
            Text(definition, "type") == "multi"
            && definition.TryGetProperty("graders", out JsonElement graders)
            && graders.ValueKind == JsonValueKind.Object
        )
        {
            JsonProperty[] parts = [.. graders.EnumerateObject()];
            int name = parts.Length == 0 ? 0 : parts.Max(part => part.Name.Length);
            int type = parts.Length == 0 ? 0 : parts.Max(part => Text(part.Value, "type").Length);
            foreach (JsonProperty part in parts)
            {
                string start = $"{part.Name.PadRight(name)}  {Text(part.Value, "type").PadRight(type)}  ";
                string[] rest = [.. TextBlock.Wrap(Describe(part.Value), Indent + start.Length, width)];
                lines.Add(new string(' ', Indent) + start + rest[0].TrimStart());
                lines.AddRange(rest.Skip(1));
            }
        }

        return [.. lines];
    }

    /// <summary>What a grader does, in one line.</summary>
    internal static string Describe(JsonElement definition) =>
        Text(definition, "type") switch
        {
            "string_check" => $"{Text(definition, "input")} {Text(definition, "operation")} {Quoted(definition)}",
            "text_similarity" =>
                $"{Text(definition, "input")} {Text(definition, "evaluation_metric")} {Quoted(definition)}",
            "score_model" => $"{Text(definition, "model")} gives {List(definition, "range", " to ", "0 to 1")}: "
                + $"{Question(definition)}",
            "label_model" =>
                $"{Text(definition, "model")} chooses {List(definition, "labels", ", ", string.Empty)} (passing: "
                    + $"{List(definition, "passing_labels", ", ", string.Empty)}): {Question(definition)}",
            "python" => Script(Text(definition, "source")),
            "multi" => Text(definition, "calculate_output"),
            _ => string.Empty,
        };

    private static string Text(JsonElement definition, string name) =>
        definition.ValueKind == JsonValueKind.Object
        && definition.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? OneLine(value.GetString()!, 200)
            : string.Empty;

    // A text without a template is no part of the sentence.
    private static string Quoted(JsonElement definition) =>
        Text(definition, "reference") is { } reference && reference.StartsWith("{{", StringComparison.Ordinal)
            ? reference
            : $"\"{Text(definition, "reference")}\"";

    private static string List(JsonElement definition, string name, string separator, string otherwise) =>
        definition.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? string.Join(separator, list.EnumerateArray().Select(entry => entry.ToString()))
            : otherwise;

    private static string Question(JsonElement definition)
    {
        if (!definition.TryGetProperty("input", out JsonElement messages) || messages.ValueKind != JsonValueKind.Array)
        {
            return string.Empty;
        }

        string[] texts =
        [
            .. messages.EnumerateArray().Select(message => Text(message, "content")).Where(text => text.Length > 0),
        ];
        return texts.Length == 0
            ? string.Format(CultureInfo.InvariantCulture, "{0} messages", messages.GetArrayLength())
            : "\"" + OneLine(texts[texts.Length - 1], 120) + "\"";
    }

    private static string Script(string source) => source.Length == 0 ? string.Empty : OneLine(source, 120);

    private static string OneLine(string text, int max)
    {
        string line = string.Join(" ", text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= max ? line : line.Substring(0, max) + "…";
    }
}
