using System.Management.Automation;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FineTuning.Output;

/// <summary>
/// A grader in PowerShell: an object whose properties are the service's own fields, so that ConvertTo-Json writes what
/// the service takes, with a type name for its view.
/// </summary>
public static class GraderObject
{
    private const string TypeName = "FineTuning.Grader";

    // A formula is full of "+", and nobody reads "\u002B".
    private static readonly JsonWriterOptions s_readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly MethodInfo s_toJson = typeof(GraderObject).GetMethod(nameof(ToJson))!;

    /// <summary>The grader as the service takes it, one line of JSON: the method ToJson() of every grader.</summary>
    /// <param name="grader">The grader.</param>
    public static string ToJson(PSObject grader)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_readable))
        {
            JsonValues.ToElement(grader).WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    internal static PSObject Make(JsonElement definition)
    {
        var grader = (PSObject)JsonValues.ToObject(definition)!;
        if (definition.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String)
        {
            grader.TypeNames.Insert(0, TypeName);
            grader.TypeNames.Insert(0, $"{TypeName}#{type.GetString()}");
        }

        grader.Methods.Add(new PSCodeMethod("ToJson", s_toJson));
        return grader;
    }
}
