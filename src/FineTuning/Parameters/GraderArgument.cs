using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Parameters;

/// <summary>What a -Grader parameter takes.</summary>
internal static class GraderArgument
{
    private const string Forms = "Give a grader of New-Grader, a hashtable, JSON text, or the path of a JSON file.";

    private static readonly string[] s_origin =
    [
        "PSComputerName",
        "RunspaceId",
        "PSShowComputerName",
        "PSSourceJobInstanceId",
    ];

    /// <summary>
    /// Reads a grader given as one of New-Grader, a hashtable, any object with its fields, JSON text, the path of a
    /// JSON file, a file, or a job or anything else that has a Grader.
    /// </summary>
    /// <exception cref="PSArgumentException">It is none of these, or has no type.</exception>
    public static JsonElement Read(PSCmdlet cmdlet, object? grader)
    {
        JsonElement element = ReadAny(cmdlet, grader);
        return element.TryGetProperty("type", out _)
            ? element
            : throw new PSArgumentException(
                "The grader has no 'type', such as string_check. Names of a grader's fields are in small letters."
            );
    }

    /// <summary>Reads as <see cref="Read"/> does, and leaves it to a check to say that the type is missing.</summary>
    /// <exception cref="PSArgumentException">It is no object in any form.</exception>
    public static JsonElement ReadAny(PSCmdlet cmdlet, object? grader)
    {
        object? plain = Plain(grader);
        JsonElement element = plain switch
        {
            null => throw new PSArgumentException($"The grader is null. {Forms}"),
            FileInfo file => ReadFile(file.FullName),
            string text => ReadText(cmdlet, text),
            FineTuningJob { Grader: null } job => throw new PSArgumentException(
                $"The job {job.Id} has no grader: its method is {job.Method}. {Forms}"
            ),
            FineTuningJob job => JsonValues.ToElement(job.Grader),
            JsonDocument document => document.RootElement.Clone(),
            IDictionary or JsonElement or PSObject => JsonValues.ToElement(grader),
            IEnumerable => throw new PSArgumentException(
                $"One grader belongs here, not a list. New-Grader -Multi makes one grader of several. {Forms}"
            ),
            ValueType => throw new PSArgumentException(
                $"An object of the type {plain.GetType().Name} is no grader. {Forms}"
            ),
            _ => JsonValues.ToElement(
                new PSObject(grader).Properties["Grader"]?.Value
                    ?? throw new PSArgumentException(
                        $"An object of the type {plain.GetType().Name} is no grader. {Forms}"
                    )
            ),
        };
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new PSArgumentException($"The grader is {Describe(element)}, not an object. {Forms}");
        }

        // A job that came through a file or another session, or the request that made one.
        return !element.TryGetProperty("type", out _) && Inner(element) is { } inner ? inner : WithoutOrigin(element);
    }

    /// <summary>The full path of the file that a grader was given as; null if it was given as something
    /// else.</summary>
    public static string? PathOf(PSCmdlet cmdlet, object? grader) =>
        Plain(grader) switch
        {
            FileInfo file => file.FullName,
            string text => LocalPath.FindFile(cmdlet, text),
            _ => null,
        };

    /// <summary>The object that PowerShell wraps; a custom object stays as it is.</summary>
    public static object? Plain(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    // PowerShell adds to what comes from another session or job where it comes from.
    private static JsonElement WithoutOrigin(JsonElement element)
    {
        if (!element.EnumerateObject().Any(property => s_origin.Contains(property.Name)))
        {
            return element;
        }

        OrderedDictionary fields = [];
        foreach (
            JsonProperty property in element.EnumerateObject().Where(property => !s_origin.Contains(property.Name))
        )
        {
            fields[property.Name] = property.Value;
        }

        return JsonValues.ToElement(fields);
    }

    private static JsonElement? Inner(JsonElement element)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (
                property.Value.ValueKind == JsonValueKind.Object
                && string.Equals(property.Name, "grader", StringComparison.OrdinalIgnoreCase)
            )
            {
                return property.Value;
            }
        }

        return null;
    }

    private static JsonElement ReadText(PSCmdlet cmdlet, string text)
    {
        if (text.TrimStart().StartsWith("{", StringComparison.Ordinal))
        {
            return Parse(text, "The grader");
        }

        if (LocalPath.FindFile(cmdlet, text) is string path)
        {
            return ReadFile(path);
        }

        string shown = text.Length <= 200 ? text : text.Substring(0, 200) + "…";
        throw new PSArgumentException($"'{shown}' is neither JSON nor the path of a JSON file that is there. {Forms}");
    }

    private static JsonElement ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), $"The file '{path}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PSArgumentException($"The grader's file could not be read: {e.Message}", e);
        }
    }

    private static JsonElement Parse(string text, string what)
    {
        try
        {
            return JsonValues.Parse(text);
        }
        catch (JsonException e)
        {
            // The message of .NET counts lines from 0 at its end.
            string where = FormattableString.Invariant($"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
            throw new PSArgumentException(
                $"{what} is not valid JSON, at {where}: "
                    + Reason(e.Message.Split([" LineNumber:"], StringSplitOptions.None)[0]),
                e
            );
        }
    }

    // .NET speaks to programmers where it knows a setting that would take the text.
    private static string Reason(string message)
    {
        int advice = message.IndexOf(" Change the reader options", StringComparison.Ordinal);
        return message.Contains("trailing comma") ? "a comma stands before a closing bracket; remove it."
            : advice < 0 ? message
            : message.Substring(0, advice);
    }

    private static string Describe(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => FormattableString.Invariant($"a list of {element.GetArrayLength()}"),
            JsonValueKind.String => "a text",
            JsonValueKind.Null => "null",
            _ => "a single value",
        };
}
