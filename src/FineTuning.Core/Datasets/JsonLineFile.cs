using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FineTuning.Core.Datasets;

/// <summary>One line of a JSONL file.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Value">Its object; undefined if it has none.</param>
/// <param name="Fault">Why it has none, as a sentence; null if it has one.</param>
public sealed record JsonLine(long Number, JsonElement Value, string? Fault)
{
    /// <summary>The line's object.</summary>
    /// <exception cref="FormatException">There is none; the message is <see cref="Fault"/>.</exception>
    public JsonElement ToObject() => Fault is null ? Value : throw new FormatException(Fault);
}

/// <summary>Reads the objects of a JSONL file, one after the other, in constant memory.</summary>
public static class JsonLineFile
{
    /// <summary>Reads a file. Empty lines are passed over; a line that is no object comes with its fault, and the next
    /// one is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static async IAsyncEnumerable<JsonLine> ReadAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, useAsync: true);
        JsonLineReader reader = new(file);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.IsTooLong)
            {
                yield return new JsonLine(reader.LineNumber, default, "The line is longer than 64 MB.");
            }
            else if (!IsBlank(reader.Line.Span))
            {
                yield return Parse(reader.LineNumber, reader.Line);
            }
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line)
    {
        foreach (byte letter in line)
        {
            if (letter is not ((byte)' ' or (byte)'\t' or (byte)'\r'))
            {
                return false;
            }
        }

        return true;
    }

    private static JsonLine Parse(long number, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonLine(number, document.RootElement.Clone(), null)
                : new JsonLine(number, default, "The line is JSON, but no object.");
        }
        catch (JsonException e)
        {
            return new JsonLine(
                number,
                default,
                FormattableString.Invariant($"The line is no JSON (at byte {e.BytePositionInLine ?? 0}).")
            );
        }
    }
}
