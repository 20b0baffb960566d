using System.IO;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Common;

namespace FineTuning.Graders;

/// <summary>What a -Grader parameter takes.</summary>
internal static class GraderArgument
{
    /// <summary>Reads a grader given as a hashtable, an object, JSON text, or the path of a JSON file.</summary>
    /// <exception cref="PSArgumentException">It is none of these, or has no type.</exception>
    public static JsonElement Read(PSCmdlet cmdlet, object grader)
    {
        object plain = grader is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : grader;
        string? text = plain switch
        {
            FileInfo file => File.ReadAllText(file.FullName),
            string s when LocalPath.FindFile(cmdlet, s) is string path => File.ReadAllText(path),
            string s => s,
            _ => null,
        };
        JsonElement element;
        try
        {
            element = text is null ? JsonValues.ToElement(grader) : JsonDocument.Parse(text).RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new PSArgumentException($"The grader is neither JSON nor the path of a JSON file: {e.Message}", e);
        }

        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out _)
            ? element
            : throw new PSArgumentException("The grader has no 'type', such as string_check.");
    }
}
