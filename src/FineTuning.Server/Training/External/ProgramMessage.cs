using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FineTuning.Server.Training.External;

/// <summary>One line of a program's output. Each getter checks what it returns.</summary>
internal sealed class ProgramMessage
{
    private const int MaxNameLength = 64,
        MaxIdLength = 200,
        MaxExtras = 50;
    private readonly JsonElement _root;
    private readonly string _quote;

    private ProgramMessage(JsonElement root, string quote)
    {
        (_root, _quote) = (root, quote);
        Type = Text("type", MaxNameLength);
    }

    public string Type { get; }

    /// <exception cref="ProtocolException">It is no JSON object with a type.</exception>
    public static ProgramMessage Parse(ReadOnlyMemory<byte> line)
    {
        string quote = Quote(line);
        JsonElement root;
        try
        {
            root = JsonElement.Parse(line.Span);
            CheckNames(line.Span);
        }
        catch (JsonException e)
        {
            throw new ProtocolException("it is no JSON: " + e.Message, quote);
        }
        catch (InvalidOperationException)
        {
            throw new ProtocolException("the name of a property is no valid text", quote);
        }

        return root.ValueKind == JsonValueKind.Object
            ? new ProgramMessage(root, quote)
            : throw new ProtocolException("it is no JSON object", quote);
    }

    /// <summary>The beginning of a line, fit to be shown.</summary>
    public static string Quote(ReadOnlyMemory<byte> line)
    {
        const int Max = 200;
        string text = ProgramText.OneLine(Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, 4 * Max)]), Max);
        return line.Length > 4 * Max && !text.EndsWith('…') ? text + "…" : text;
    }

    public bool Has(string name) =>
        _root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public int Int(string name, int min, int max) => (int)Long(name, min, max);

    public long Long(string name, long min, long max) =>
        Has(name)
        && _root.GetProperty(name) is { ValueKind: JsonValueKind.Number } value
        && value.TryGetInt64(out long number)
        && number >= min
        && number <= max
            ? number
            : throw Wrong(
                string.Create(CultureInfo.InvariantCulture, $"'{name}' must be a whole number from {min} to {max}")
            );

    public long LongOr(string name, long otherwise) => Has(name) ? Long(name, 0, long.MaxValue) : otherwise;

    public int? OptionalInt(string name, int min, int max) => Has(name) ? Int(name, min, max) : null;

    /// <summary>A number that is not measured is left out or null; JSON has no other that is not finite, except those
    /// that are too large.</summary>
    public double? Number(string name) => Has(name) ? Finite(name, _root.GetProperty(name)) : null;

    public double Positive(string name) =>
        Number(name) is { } number and > 0 ? number : throw Wrong($"'{name}' must be a number above 0");

    /// <summary>Numbers under names of the program's choice.</summary>
    /// <param name="name">The object that has them.</param>
    /// <param name="taken">Names that it may not choose.</param>
    public IReadOnlyDictionary<string, double>? Numbers(string name, IReadOnlySet<string> taken)
    {
        if (!Has(name))
        {
            return null;
        }

        var found = Object(name).EnumerateObject().ToList();
        if (found.Count > MaxExtras || !found.TrueForAll(property => IsName(property.Name)))
        {
            throw Wrong($"'{name}' must have at most {MaxExtras} properties, named with small letters, digits and _");
        }

        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (JsonProperty property in found)
        {
            if (
                taken.Contains(property.Name)
                || !numbers.TryAdd(property.Name, Finite($"{name}.{property.Name}", property.Value))
            )
            {
                throw Wrong($"'{name}.{property.Name}' is taken by another number");
            }
        }

        return numbers;
    }

    public JsonElement Object(string name) =>
        Has(name) && _root.GetProperty(name) is { ValueKind: JsonValueKind.Object } value
            ? value
            : throw Wrong($"'{name}' must be an object");

    public string Text(string name, int maxLength)
    {
        if (!Has(name) || _root.GetProperty(name) is not { ValueKind: JsonValueKind.String } value)
        {
            throw Wrong($"'{name}' must be a string");
        }

        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong($"'{name}' holds half a surrogate pair");
        }

        return text.Length <= maxLength ? text : throw Wrong($"'{name}' is longer than {maxLength} characters");
    }

    public string? OptionalText(string name, int maxLength) => Has(name) ? Text(name, maxLength) : null;

    /// <summary>A short name such as an error's code; null if there is none, or what is there is none.</summary>
    public string? Name(string name) => OptionalText(name, MaxNameLength) is { } text && IsName(text) ? text : null;

    /// <summary>The id of a question, a string or a number, to be given back with the answer.</summary>
    public JsonElement Id() =>
        _root.TryGetProperty("id", out JsonElement id)
        && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
        && id.GetRawText().Length <= MaxIdLength
            ? id
            : throw Wrong($"'id' must be a string or a number of at most {MaxIdLength} characters");

    public ProtocolException Wrong(string why) => new(why, _quote);

    /// <summary>One name that holds half a surrogate pair makes the search for any other fail.</summary>
    private static void CheckNames(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                _ = reader.GetString();
            }
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    private double Finite(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong($"'{name}' must be a finite number, or null if there is none");
}

/// <summary>A program said something that is not in the protocol.</summary>
internal sealed class ProtocolException(string why, string line)
    : Exception($"it said something that is not in the protocol: {why}. The line begins: {line}");
