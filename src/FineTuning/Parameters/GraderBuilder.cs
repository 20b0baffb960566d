using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Output;

namespace FineTuning.Parameters;

/// <summary>Puts together the wire form of a grader: only what was given, in the order of the API's
/// documents.</summary>
internal sealed class GraderBuilder
{
    private readonly OrderedDictionary _fields = [];

    public GraderBuilder(string type, string? name) => Add("type", type).Add("name", name ?? type);

    /// <summary>Adds a field; null leaves it out.</summary>
    public GraderBuilder Add(string name, object? value)
    {
        if (value is not null)
        {
            _fields[name] = value;
        }

        return this;
    }

    /// <summary>Adds an object, unless all of its fields are left out.</summary>
    public GraderBuilder AddObject(string name, IDictionary? given, params (string Name, object? Value)[] more)
    {
        OrderedDictionary fields = [];
        foreach ((string? field, object? value) in given is null ? [] : Entries(given))
        {
            fields[field!] = value;
        }

        foreach ((string field, object? value) in more.Where(field => field.Value is not null))
        {
            fields[field] = value;
        }

        return Add(name, fields.Count == 0 ? null : fields);
    }

    /// <exception cref="PSArgumentException">A value is not data.</exception>
    public JsonElement Build() => JsonValues.ToElement(_fields);

    /// <summary>Messages for a model: each as given, and a text alone as one of the user's.</summary>
    public static object[] Messages(object input)
    {
        object? plain = GraderArgument.Plain(input);
        object?[] given = plain is IEnumerable list and not (string or IDictionary)
            ? [.. list.Cast<object?>()]
            : [input];
        return
        [
            .. given.Select(message =>
                GraderArgument.Plain(message) is string text
                    ? new OrderedDictionary { ["role"] = "user", ["content"] = text }
                    : Ordered(message)!
            ),
        ];
    }

    /// <summary>The parts of a multi grader: graders with names of their own, and tables of names and
    /// graders.</summary>
    /// <exception cref="PSArgumentException">One is no grader, has no name, or has the name of another.</exception>
    public static OrderedDictionary Parts(PSCmdlet cmdlet, IEnumerable<object> given)
    {
        OrderedDictionary parts = [];
        foreach (object one in given)
        {
            foreach ((string? key, object? value) in IsTable(one) ? Entries(one) : [(null, one)])
            {
                JsonElement grader = GraderArgument.Read(cmdlet, value);
                bool hasName =
                    grader.TryGetProperty("name", out JsonElement own) && own.ValueKind == JsonValueKind.String;
                string name =
                    key
                    ?? (
                        hasName
                            ? own.GetString()!
                            : throw new PSArgumentException(
                                "A grader for -Multi has no name to stand for it in the formula. Give it one, or "
                                    + "give a table: -Grader @{ a = $grader }."
                            )
                    );
                if (parts.Contains(name))
                {
                    throw new PSArgumentException(
                        $"Two graders have the name '{name}', by which the formula would name both. Give each its "
                            + $"own with New-Grader -Name, or give a table: -Grader @{{ a = $one; b = $other }}."
                    );
                }

                parts[name] = hasName ? grader : WithName(grader, name);
            }
        }

        return parts;
    }

    // A hashtable may have any order, and role before content is how everybody writes a message.
    private static object? Ordered(object? message)
    {
        if (GraderArgument.Plain(message) is not Hashtable table)
        {
            return message;
        }

        OrderedDictionary ordered = [];
        foreach (
            (string? key, object? value) in Entries(table)
                .OrderBy(entry =>
                    entry.Key is "role" ? 0
                    : entry.Key is "content" ? 1
                    : 2
                )
        )
        {
            ordered[key!] = value;
        }

        return ordered;
    }

    // The service asks for a name in each part as well.
    private static OrderedDictionary WithName(JsonElement grader, string name)
    {
        OrderedDictionary named = [];
        foreach (JsonProperty property in grader.EnumerateObject())
        {
            named[property.Name] = property.Value;
            if (property.Name == "type")
            {
                named["name"] = name;
            }
        }

        return named;
    }

    private static bool IsTable(object one) =>
        GraderArgument.Plain(one) switch
        {
            IDictionary table => !table.Contains("type") || GraderArgument.Plain(table["type"]) is not string,
            PSObject custom => GraderArgument.Plain(custom.Properties["type"]?.Value) is not string
                && custom.Properties["Grader"] is null,
            _ => false,
        };

    private static IEnumerable<(string? Key, object? Value)> Entries(object table)
    {
        if (GraderArgument.Plain(table) is not IDictionary entries)
        {
            return ((PSObject)table).Properties.Select(property => ((string?)property.Name, (object?)property.Value));
        }

        // A hashtable has no order of its own; by name it is the same each time.
        IEnumerable<(string? Key, object? Value)> all = entries
            .Cast<DictionaryEntry>()
            .Select(entry =>
                (Key: (string?)Convert.ToString(entry.Key, CultureInfo.InvariantCulture), Value: (object?)entry.Value)
            );
        return entries is Hashtable ? all.OrderBy(entry => entry.Key, StringComparer.Ordinal) : all;
    }
}
