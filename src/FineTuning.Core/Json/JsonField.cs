using System.Text.Json;

namespace FineTuning.Core.Json;

/// <summary>
/// A field of JSON from outside with its path. Each reading of it checks the type and the bounds, tells the sink what
/// is wrong, and gives null for what is not there or cannot be read.
/// </summary>
public readonly struct JsonField
{
    private readonly IJsonFaultSink _sink;

    private JsonField(JsonElement? value, string path, string name, IJsonFaultSink sink) =>
        (Value, Path, Name, _sink) = (value, path, name, sink);

    /// <summary>What is there; null if the field is missing, or null in its object.</summary>
    public JsonElement? Value { get; }

    /// <summary>Where it is, such as <c>method.type</c> or <c>messages[0]</c>.</summary>
    public string Path { get; }

    /// <summary>Its own name in its object; empty for an entry of a list, and for the outermost value.</summary>
    public string Name { get; }

    /// <summary>Whether something is there.</summary>
    public bool IsGiven => Value is not null;

    /// <summary>A field of this object.</summary>
    /// <param name="name">Its name.</param>
    public JsonField this[string name] =>
        Child(
            Value is { } parent
            && JsonNames.TryGet(parent, name, out JsonElement value)
            && value.ValueKind != JsonValueKind.Null
                ? value
                : null,
            name
        );

    /// <summary>A value from outside, to be read.</summary>
    /// <param name="value">Any JSON.</param>
    /// <param name="path">What paths begin with; may be empty.</param>
    /// <param name="sink">Is told what is wrong.</param>
    public static JsonField Of(JsonElement value, string path, IJsonFaultSink sink) =>
        new(value, path, string.Empty, sink);

    /// <summary>Reports the field if it is not there.</summary>
    /// <returns>The field itself.</returns>
    public JsonField Required()
    {
        if (!IsGiven)
        {
            Report(JsonFaultKind.Missing);
        }

        return this;
    }

    /// <summary>The field as an object whose fields can be read; null if it is none.</summary>
    /// <param name="expected">The type in words.</param>
    public JsonField? AsObject(string expected = "an object") => Is(JsonValueKind.Object, expected) ? this : null;

    /// <summary>Reports names that an object does not have, and those it has twice: a misspelt one would not be missed
    /// otherwise.</summary>
    /// <param name="allowed">The known names.</param>
    public void CheckNames(IReadOnlyCollection<string> allowed)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonField field in Fields())
        {
            if (!allowed.Contains(field.Name))
            {
                _sink.Report(new JsonFault(JsonFaultKind.UnknownName, field) { Choices = allowed });
            }
            else if (!seen.Add(field.Name))
            {
                _sink.Report(new JsonFault(JsonFaultKind.NameTwice, field));
            }
        }
    }

    /// <summary>The fields of an object in the order of writing, null ones and repeated ones included.</summary>
    public IEnumerable<JsonField> Fields()
    {
        if (Value is not { ValueKind: JsonValueKind.Object } parent)
        {
            yield break;
        }

        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (JsonNames.Read(property) is { } name)
            {
                yield return Child(property.Value, name);
            }
            else
            {
                Report(JsonFaultKind.NotUnicode);
            }
        }
    }

    /// <summary>The text; null if there is none.</summary>
    /// <param name="max">The most UTF-16 characters.</param>
    /// <param name="mayBeEmpty">Whether a text without characters is one.</param>
    public string? AsText(int max, bool mayBeEmpty = false)
    {
        if (!Is(JsonValueKind.String, "a string") || Unescaped() is not { } text)
        {
            return null;
        }

        if (text.Length > max)
        {
            _sink.Report(new JsonFault(JsonFaultKind.TooLong, this) { Length = text.Length, Max = max });
            return null;
        }

        if (text.Length == 0 && !mayBeEmpty)
        {
            Report(JsonFaultKind.Empty);
            return null;
        }

        return text;
    }

    /// <summary>The text, which is one of several; null if it is none of them.</summary>
    /// <param name="choices">The texts that are known.</param>
    public string? AsChoice(IReadOnlyCollection<string> choices)
    {
        string? text = AsText(int.MaxValue, mayBeEmpty: true);
        if (text is null || choices.Contains(text))
        {
            return text;
        }

        _sink.Report(new JsonFault(JsonFaultKind.UnknownChoice, this) { Text = text, Choices = choices });
        return null;
    }

    /// <summary>The number; null if there is none, and for 'auto'.</summary>
    /// <param name="bounds">The numbers that are allowed.</param>
    public double? AsNumber(NumberBounds bounds)
    {
        _ = bounds ?? throw new ArgumentNullException(nameof(bounds));
        if (Value is not { } value || (bounds.AllowsAuto && IsAuto(value)))
        {
            return null;
        }

        string expected =
            (
                bounds.IsWhole ? "an integer"
                : bounds.AllowsAuto ? "a number"
                : "a decimal"
            ) + (bounds.AllowsAuto ? " or 'auto'" : string.Empty);
        if (!Is(JsonValueKind.Number, expected))
        {
            return null;
        }

        JsonFaultKind? fault =
            !value.TryGetDouble(out double number) || double.IsInfinity(number) ? JsonFaultKind.NotFinite
            : bounds.IsWhole && number != Math.Truncate(number) ? JsonFaultKind.NotWhole
            : bounds.IsBelow(number) ? JsonFaultKind.BelowMinimum
            : number > bounds.Max ? JsonFaultKind.AboveMaximum
            : null;
        if (fault is not { } kind)
        {
            return number;
        }

        _sink.Report(new JsonFault(kind, this) { Expected = expected, Bounds = bounds });
        return null;
    }

    /// <summary>True or false; null if the field is neither.</summary>
    public bool? AsFlag()
    {
        if (Value?.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return Value.Value.GetBoolean();
        }

        Is(JsonValueKind.True, "a boolean");
        return null;
    }

    /// <summary>The entries of a list; none if it is no list, and not more than the most.</summary>
    /// <param name="min">The fewest entries.</param>
    /// <param name="max">The most entries.</param>
    /// <param name="expected">The type in words.</param>
    public IReadOnlyList<JsonField> AsItems(int min, int max, string expected = "an array")
    {
        if (!Is(JsonValueKind.Array, expected))
        {
            return [];
        }

        int count = Value!.Value.GetArrayLength();
        if (count < min || count > max)
        {
            JsonFaultKind kind = count < min ? JsonFaultKind.TooFew : JsonFaultKind.TooMany;
            _sink.Report(
                new JsonFault(kind, this)
                {
                    Length = count,
                    Min = min,
                    Max = max,
                }
            );
        }

        (string path, IJsonFaultSink sink) = (Path, _sink);
        return
        [
            .. Value
                .Value.EnumerateArray()
                .Take(max)
                .Select((item, i) => Of(item, FormattableString.Invariant($"{path}[{i}]"), sink)),
        ];
    }

    private static bool IsAuto(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.ValueEquals("auto");

    private JsonField Child(JsonElement? value, string name)
    {
        string shown = _sink.Shorten(name);
        return new JsonField(value, Path.Length == 0 ? shown : Path + "." + shown, name, _sink);
    }

    private bool Is(JsonValueKind kind, string expected)
    {
        if (Value is not { } value || value.ValueKind == kind)
        {
            return IsGiven;
        }

        _sink.Report(new JsonFault(JsonFaultKind.WrongType, this) { Type = kind, Expected = expected });
        return false;
    }

    // Text with half of a character passes as JSON, and fails when it is read.
    private string? Unescaped()
    {
        try
        {
            return Value!.Value.GetString();
        }
        catch (InvalidOperationException)
        {
            Report(JsonFaultKind.NotUnicode);
            return null;
        }
    }

    private void Report(JsonFaultKind kind) => _sink.Report(new JsonFault(kind, this));
}
