using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Output;

namespace FineTuning.Parameters;

/// <summary>Where the parts of samples come from, if not from their rows alone.</summary>
/// <param name="Sample">The same text for all; null looks for it in each row.</param>
/// <param name="Property">The property of a row that has the text; null is the usual ones.</param>
/// <param name="Item">The same item for all; null is the row itself.</param>
internal sealed record SampleSource(string? Sample, string? Property, object? Item);

/// <summary>A sample to grade with its item.</summary>
/// <param name="Sample">The model's text.</param>
/// <param name="Item">The item as it came; null if there is none.</param>
/// <param name="ItemJson">The item for the grader.</param>
internal sealed record SampleRow(string Sample, object? Item, JsonElement? ItemJson)
{
    private static readonly string[] s_names = ["model_sample", "ModelSample"];
    private static readonly string[] s_result = ["ModelSample", "Reward"];
    private static readonly string[] s_answer = ["Text", "Model"];

    /// <summary>Makes a row of the parameters -ModelSample and -Item.</summary>
    /// <exception cref="FormatException">The item is none; the message is a sentence.</exception>
    public static SampleRow Of(string sample, object? item) => new(sample, item, ToItem(item));

    /// <summary>Makes a row of what came down the pipeline.</summary>
    /// <param name="input">An object, a line of JSON, or a text.</param>
    /// <param name="source">Where its parts come from.</param>
    /// <exception cref="FormatException">There is no sample in it; the message is a sentence.</exception>
    public static SampleRow From(PSObject input, SampleSource source)
    {
        if (input.BaseObject is string or ValueType)
        {
            return FromText(Convert.ToString(input.BaseObject, CultureInfo.InvariantCulture)!, source);
        }

        InputRow row =
            InputRow.From(input)
            ?? throw new FormatException($"A {input.BaseObject.GetType().Name} has no properties to grade.");
        bool isEarlier = row.TryGet("Item", out object? inner) && IsEarlier(row.Names, inner);
        object? item = source.Item ?? (isEarlier ? ItemOf(input, inner) : input);
        return new SampleRow(
            FindSample(source, isEarlier, name => row.TryGet(name, out object? value) ? ToText(value) : null)
                ?? throw NoSample(source, row.Names),
            item,
            ToItem(item)
        );
    }

    /// <summary>Makes a row of a line of a file.</summary>
    /// <exception cref="FormatException">There is no sample in it; the message is a sentence.</exception>
    public static SampleRow FromJson(JsonElement line, SampleSource source)
    {
        bool isEarlier = IsEarlier(line);
        JsonElement inner = isEarlier ? line.GetProperty("Item") : line;
        object? whole = source.Item ?? JsonValues.ToObject(inner);
        return new SampleRow(
            FindSample(
                source,
                isEarlier,
                name => line.TryGetProperty(name, out JsonElement value) ? ToText(value) : null
            ) ?? throw NoSample(source, line.EnumerateObject().Select(property => property.Name)),
            whole,
            source.Item is null && inner.ValueKind == JsonValueKind.Object ? inner : ToItem(whole)
        );
    }

    private static string? FindSample(SampleSource source, bool isEarlier, Func<string, string?> find) =>
        source.Sample
        ?? (source.Property is null ? s_names : [source.Property]).Select(find).FirstOrDefault(text => text is not null)
        ?? (isEarlier && source.Property is null ? find("Text") : null);

    private static FormatException NoSample(SampleSource source, IEnumerable<string> names) =>
        new(
            $"The object has no property '{source.Property ?? s_names[0]}'; it has "
                + $"{(names.Any() ? string.Join(", ", names.Take(8)) : "none")}."
        );

    private static bool IsEarlier(JsonElement line) =>
        line.TryGetProperty("Item", out JsonElement inner)
        && IsEarlier(line.EnumerateObject().Select(property => property.Name), inner);

    /// <summary>
    /// Whether a row with an Item is a result of Invoke-Grader or an answer of Invoke-FineTunedModel, whose item that
    /// is. Any other row is the item itself, whatever the names of its fields.
    /// </summary>
    private static bool IsEarlier(IEnumerable<string> names, object? inner)
    {
        HashSet<string> all = new(names, StringComparer.Ordinal);
        bool isItem = inner switch
        {
            null or JsonElement { ValueKind: JsonValueKind.Object or JsonValueKind.Null } => true,
            string text => Parse(text) is not null,
            JsonElement { ValueKind: JsonValueKind.String } text => Parse(text.GetString()!) is not null,
            _ => false,
        };
        return isItem && all.Contains("Item") && (all.IsSupersetOf(s_result) || all.IsSupersetOf(s_answer));
    }

    private static object? ItemOf(PSObject input, object? inner) =>
        inner is null ? null
        : input.BaseObject is IDictionary dictionary ? dictionary["Item"]
        : input.Properties["Item"]?.Value ?? inner;

    private static SampleRow FromText(string text, SampleSource source)
    {
        if (text.TrimStart().StartsWith("{", StringComparison.Ordinal) && Parse(text) is JsonElement line)
        {
            bool hasSample = s_names.Any(name => line.TryGetProperty(name, out _)) || IsEarlier(line);
            if (hasSample || source.Sample is not null || source.Property is not null || source.Item is null)
            {
                return FromJson(line, source);
            }
        }

        return source.Sample is null && source.Property is null
            ? new SampleRow(text, source.Item, ToItem(source.Item))
            : throw new FormatException(
                $"The text is no item, and the sample was given by "
                    + $"{(source.Sample is null ? "-SampleProperty" : "-ModelSample")}."
            );
    }

    private static JsonElement? ToItem(object? item)
    {
        if (item is null)
        {
            return null;
        }

        object plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        JsonElement? value =
            plain is string text ? Parse(text)
            : plain is JsonElement element ? element
            : InputRow.From(PSObject.AsPSObject(item)) is InputRow row ? row.ToJson()
            : null;
        return value is { ValueKind: JsonValueKind.Object }
            ? value
            : throw new FormatException("The item is neither an object nor the text of a JSON object.");
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            return JsonValues.Parse(text) is { ValueKind: JsonValueKind.Object } found ? found : null;
        }
        catch (JsonException)
        {
            // Text that begins like JSON and is none: a sample.
            return null;
        }
    }

    private static string ToText(object? value) =>
        value switch
        {
            null => string.Empty,
            JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
            JsonElement { ValueKind: JsonValueKind.Null } => string.Empty,
            JsonElement other => other.GetRawText(),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
        };
}
