using System.Text.Json;

namespace FineTuning.Core.Json;

/// <summary>Something wrong with a field, without words: its <see cref="IJsonFaultSink"/> knows whom to tell, and
/// how.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Field">The field.</param>
public sealed record JsonFault(JsonFaultKind Kind, JsonField Field)
{
    /// <summary>The type that was expected; undefined except for a wrong type, a boolean being true.</summary>
    public JsonValueKind Type { get; init; }

    /// <summary>The type that was expected in words, such as "an object" or "an integer or 'auto'".</summary>
    public string Expected { get; init; } = string.Empty;

    /// <summary>The text that was read; empty where it is of no interest.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The length of the text in UTF-16 characters, or of the list in entries.</summary>
    public int Length { get; init; }

    /// <summary>The fewest entries of a list.</summary>
    public int Min { get; init; }

    /// <summary>The most characters of a text, or entries of a list.</summary>
    public int Max { get; init; }

    /// <summary>The numbers that are allowed; null except for a number.</summary>
    public NumberBounds? Bounds { get; init; }

    /// <summary>The texts or names that are known.</summary>
    public IReadOnlyCollection<string> Choices { get; init; } = [];
}

/// <summary>Is told what is wrong with fields. One that throws ends the reading with the first fault; one that returns
/// collects them, and what cannot be read comes out as null or empty.</summary>
public interface IJsonFaultSink
{
    /// <summary>Reports a fault.</summary>
    /// <param name="fault">What is wrong.</param>
    void Report(JsonFault fault);

    /// <summary>A name of the sender's choice as paths show it: not at any length.</summary>
    /// <param name="name">The whole name.</param>
    string Shorten(string name);
}
