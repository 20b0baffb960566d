using System;
using System.Collections;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Common;
using FineTuning.Datasets;

namespace FineTuning.Graders;

/// <summary>A sample to grade with its item.</summary>
/// <param name="Sample">The model's text.</param>
/// <param name="Item">The item as it came; null if there is none.</param>
/// <param name="ItemJson">The item for the grader.</param>
internal sealed record SampleRow(string Sample, object? Item, JsonElement? ItemJson)
{
    private static readonly string[] s_names = ["model_sample", "ModelSample"];

    /// <summary>Makes a row of the parameters -ModelSample and -Item.</summary>
    /// <exception cref="FormatException">The item is none; the message is a sentence.</exception>
    public static SampleRow Of(string sample, object? item) => new(sample, item, ToItem(item));

    /// <summary>Makes a row of what came down the pipeline.</summary>
    /// <param name="input">An object, a line of JSON, or a text.</param>
    /// <param name="sample">The text of -ModelSample; null looks for it in the input.</param>
    /// <param name="item">What -Item gave; null takes the input.</param>
    /// <exception cref="FormatException">There is no sample in it; the message is a sentence.</exception>
    public static SampleRow From(PSObject input, string? sample, object? item)
    {
        if (input.BaseObject is ModelAnswer answer)
        {
            return new SampleRow(sample ?? answer.Text, item ?? answer.Item, ToItem(item ?? answer.Item));
        }

        if (input.BaseObject is string or ValueType)
        {
            return FromText(Convert.ToString(input.BaseObject, CultureInfo.InvariantCulture)!, sample, item);
        }

        InputRow row = InputRow.From(input) ?? throw new FormatException($"A {input.BaseObject.GetType().Name} has no properties to grade.");
        string? found = null;
        foreach (string name in s_names)
        {
            found ??= row.TryGet(name, out object? value) ? ToText(value) : null;
        }

        return new SampleRow(
            sample ?? found ?? throw new FormatException($"The object has no property 'model_sample'; it has {Names(row)}."),
            item ?? ItemOf(row, input),
            ToItem(item ?? ItemOf(row, input)));
    }

    /// <summary>Makes a row of a line of a file.</summary>
    /// <exception cref="FormatException">There is no sample in it; the message is a sentence.</exception>
    public static SampleRow FromJson(JsonElement line, string? sample, object? item)
    {
        string? found = null;
        foreach (string name in s_names)
        {
            found ??= line.TryGetProperty(name, out JsonElement value) ? ToText(value) : null;
        }

        object? whole = item ?? JsonValues.ToObject(line);
        return new SampleRow(
            sample ?? found ?? throw new FormatException(
                $"The object has no 'model_sample'; it has {string.Join(", ", line.EnumerateObject().Take(8).Select(property => property.Name))}."),
            whole,
            item is null ? line : ToItem(item));
    }

    private static SampleRow FromText(string text, string? sample, object? item)
    {
        if (text.TrimStart().StartsWith("{", StringComparison.Ordinal) && Parse(text) is JsonElement line)
        {
            bool hasSample = s_names.Any(name => line.TryGetProperty(name, out _));
            if (hasSample || sample is not null || item is null)
            {
                return FromJson(line, sample, item);
            }
        }

        return sample is null ? new SampleRow(text, item, ToItem(item)) : throw new FormatException("The text is no item, and the sample was given by -ModelSample.");
    }

    /// <summary>The row itself; but of what was graded or wrapped before, the item inside.</summary>
    private static object ItemOf(InputRow row, PSObject input)
    {
        if (!row.TryGet("Item", out object? inner) || inner is not JsonElement { ValueKind: JsonValueKind.Object })
        {
            return input;
        }

        return input.BaseObject is IDictionary dictionary
            ? dictionary.Cast<DictionaryEntry>().First(entry => string.Equals($"{entry.Key}", "Item", StringComparison.OrdinalIgnoreCase)).Value!
            : input.Properties["Item"].Value;
    }

    private static JsonElement? ToItem(object? item)
    {
        if (item is null)
        {
            return null;
        }

        object plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        JsonElement? value = plain is string text ? Parse(text)
            : plain is JsonElement element ? element
            : InputRow.From(PSObject.AsPSObject(item)) is InputRow row ? row.ToJson()
            : null;
        return value is { ValueKind: JsonValueKind.Object } ? value : throw new FormatException("The item is neither an object nor the text of a JSON object.");
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            // Text that begins like JSON and is none: a sample.
            return null;
        }
    }

    private static string ToText(object? value) => value switch
    {
        null => string.Empty,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString()!,
        JsonElement { ValueKind: JsonValueKind.Null } => string.Empty,
        JsonElement other => other.GetRawText(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };

    private static string Names(InputRow row) => row.Names.Count == 0 ? "none" : string.Join(", ", row.Names.Take(8));
}
