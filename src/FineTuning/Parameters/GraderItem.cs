using System.Management.Automation;
using System.Text.Json;
using FineTuning.Output;

namespace FineTuning.Parameters;

/// <summary>Reads an item of a dataset.</summary>
internal static class GraderItem
{
    /// <summary>Reads a hashtable, an object or JSON text.</summary>
    /// <exception cref="PSArgumentException">It is no object.</exception>
    public static JsonElement Read(object item)
    {
        JsonElement element;
        if (GraderArgument.Plain(item) is string text)
        {
            try
            {
                element = JsonValues.Parse(text);
            }
            catch (JsonException e)
            {
                throw new PSArgumentException("The item is a text that is no JSON.", e);
            }
        }
        else
        {
            element = JsonValues.ToElement(item);
        }

        return element.ValueKind == JsonValueKind.Object
            ? element
            : throw new PSArgumentException("The item is no object with fields.");
    }
}
