using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Errors;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Parameters;

/// <summary>Reads the other fields of a chat request, which -Option gives.</summary>
internal static class RequestOptions
{
    // Fields that the cmdlet sets itself, or that have a parameter.
    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.Ordinal)
    {
        ["model"] = string.Empty,
        ["messages"] = string.Empty,
        ["stream"] = string.Empty,
        ["stream_options"] = string.Empty,
        ["n"] = string.Empty,
        ["max_completion_tokens"] = "MaxTokens",
        ["max_tokens"] = "MaxTokens",
        ["temperature"] = "Temperature",
        ["top_p"] = "TopP",
        ["seed"] = "Seed",
        ["stop"] = "StopSequence",
    };

    /// <summary>Reads the -Option of a cmdlet, or ends it.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="options">The fields; null is none.</param>
    public static Dictionary<string, JsonElement> Read(AsyncCmdlet cmdlet, IDictionary? options)
    {
        try
        {
            return Read(options ?? new Hashtable(), cmdlet.MyInvocation.BoundParameters.ContainsKey);
        }
        catch (PSArgumentException e)
        {
            throw cmdlet.Stop(ModelErrors.InvalidOption(e, options!));
        }
    }

    // Throws a PSArgumentException if a field is not for this, or its value is no data.
    private static Dictionary<string, JsonElement> Read(IDictionary options, Func<string, bool> isGiven)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (DictionaryEntry option in options)
        {
            string name = $"{option.Key}";
            if (s_parameters.TryGetValue(name, out string? parameter) && (parameter.Length == 0 || isGiven(parameter)))
            {
                throw new PSArgumentException(
                    parameter.Length == 0
                        ? $"The command itself sets '{name}'."
                        : $"'{name}' is given by -{parameter} as well."
                );
            }

            fields[name] = JsonValues.ToElement(option.Value);
        }

        return fields;
    }
}
