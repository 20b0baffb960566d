using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Json;

namespace FineTuning.Core.Errors;

/// <summary>What a body says of an error, in whatever shape the provider gave it.</summary>
/// <param name="Message">The words; null if there are none.</param>
/// <param name="Type">Such as <c>invalid_request_error</c>.</param>
/// <param name="Param">What is at fault.</param>
/// <param name="Code">A word or a number.</param>
/// <param name="InnerCode">The deepest code of nested errors.</param>
/// <param name="Status">The HTTP status that the body names, 400 to 599; null if it names none.</param>
internal sealed record ErrorWords(
    string? Message = null,
    string? Type = null,
    string? Param = null,
    string? Code = null,
    string? InnerCode = null,
    int? Status = null
)
{
    // Errors of errors, and JSON inside the text of JSON: a gateway behind a gateway has three of them.
    private const int MaxDepth = 6;

    // Detail is the explanation of problem+json, and title only its heading.
    private static readonly string[] s_messages =
    [
        "message",
        "detail",
        "details",
        "errors",
        "error_description",
        "msg",
        "error_message",
        "errorMessage",
        "faultstring",
        "description",
        "title",
        "reason",
    ];

    private static readonly string[] s_statuses = ["code", "status", "status_code", "statusCode"];

    private static readonly string[] s_places = ["field", "path", "param", "pointer", "name", "location"];

    /// <summary>Reads a body.</summary>
    /// <returns>What it says; nothing for one that is no JSON.</returns>
    public static ErrorWords Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(SurrogateEscapes.Mend(body));
            return Read(document.RootElement, 0);
        }
        catch (JsonException)
        {
            return new ErrorWords();
        }
    }

    /// <summary>Reads what was found by <see cref="ErrorSigns.Find"/>.</summary>
    public static ErrorWords Read(JsonElement error) => Read(error, 0);

    private static ErrorWords Read(JsonElement root, int depth) =>
        depth > MaxDepth
            ? new ErrorWords()
            : root.ValueKind switch
            {
                JsonValueKind.String => OfText(root.GetString()!, depth),
                JsonValueKind.Number => new ErrorWords(root.GetRawText()),
                JsonValueKind.Array => OfList(root, depth),
                JsonValueKind.Object => OfObject(root, depth),
                _ => new ErrorWords(),
            };

    private static ErrorWords OfObject(JsonElement root, int depth)
    {
        ErrorWords own = Own(root, depth);
        JsonElement? error = Member(root, "error") ?? Member(root, "fault");
        switch (error?.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array:
                return Read(error.Value, depth + 1).Or(own);
            case JsonValueKind.String:
                ErrorWords text = OfText(error.Value.GetString()!, depth);
                if (text.Message is null || own.Message is null)
                {
                    return text.Or(own);
                }

                // OAuth names the error with a word and describes it beside; others give the words of the status.
                bool isWord = text.Message.IndexOf(' ') < 0;
                bool isSaid = own.Message.IndexOf(text.Message, StringComparison.OrdinalIgnoreCase) >= 0;
                return (
                    isWord ? own with { Code = own.Code ?? text.Message }
                    : isSaid ? own
                    : own with { Message = $"{text.Message.TrimEnd('.', ':')}: {own.Message}" }
                ).Or(text);
            default:
                return own;
        }
    }

    /// <summary>What an object says itself, and not with an error inside it.</summary>
    private static ErrorWords Own(JsonElement root, int depth)
    {
        var words = new ErrorWords(
            Type: Text(root, "type"),
            Param: Text(root, "param") ?? Text(root, "target"),
            Code: Text(root, "code"),
            InnerCode: InnermostCode(root),
            Status: s_statuses.Select(name => StatusOf(Text(root, name))).FirstOrDefault(status => status is not null)
        );
        if (words.Code is null && Text(root, "status") is string status && StatusOf(status) is null)
        {
            words = words with { Code = status };
        }

        foreach (string name in s_messages)
        {
            if (Member(root, name) is JsonElement member && Read(member, name, depth) is { Message: not null } said)
            {
                // What lies deeper is nearer to the cause; a code from outside may be the gateway's own.
                return words with
                {
                    Message = said.Message,
                    Type = said.Type ?? words.Type,
                    Param = said.Param ?? words.Param,
                    Code = said.Code ?? words.Code,
                    InnerCode = said.InnerCode ?? words.InnerCode,
                    Status = words.Status ?? said.Status,
                };
            }
        }

        return words;
    }

    private static ErrorWords Read(JsonElement member, string name, int depth)
    {
        if (depth >= MaxDepth)
        {
            return new ErrorWords();
        }

        // Errors by the field that has them.
        return name == "errors" && member.ValueKind == JsonValueKind.Object && Member(member, "message") is null
            ? Join(member.EnumerateObject().Select(p => ((string?)p.Name, Read(p.Value, depth + 1))))
            : Read(member, depth + 1);
    }

    private static ErrorWords OfText(string text, int depth)
    {
        string trimmed = text.Trim();
        if (trimmed.Length > 1 && trimmed[0] is '{' or '[' && depth < MaxDepth)
        {
            try
            {
                using var document = JsonDocument.Parse(SurrogateEscapes.Mend(trimmed));
                ErrorWords inside = Read(document.RootElement, depth + 1);
                if (inside.Message is not null)
                {
                    return inside;
                }
            }
            catch (JsonException)
            {
                // It only begins like JSON.
            }
        }

        return new ErrorWords(trimmed.Length == 0 ? null : trimmed);
    }

    private static ErrorWords OfList(JsonElement list, int depth) =>
        Join(
            list.EnumerateArray()
                .Where(item => item.ValueKind != JsonValueKind.Number)
                .Select(item => (Place(item), Read(item, depth + 1)))
        );

    private static ErrorWords Join(IEnumerable<(string? Place, ErrorWords Words)> items)
    {
        ErrorWords first = new();
        var sentences = new List<string>();
        foreach ((string? place, ErrorWords words) in items)
        {
            if (words.Message is not null)
            {
                sentences.Add(string.IsNullOrEmpty(place) ? words.Message : $"{place}: {words.Message}");
            }

            first = first.Or(words);
        }

        return first with
        {
            Message = sentences.Count == 0 ? null : string.Join("; ", sentences),
        };
    }

    /// <summary>Where an error of a list is.</summary>
    private static string? Place(JsonElement item)
    {
        if (Member(item, "loc") is { ValueKind: JsonValueKind.Array } parts && parts.GetArrayLength() > 0)
        {
            return string.Join(".", parts.EnumerateArray());
        }

        JsonElement where = Member(item, "source") is { ValueKind: JsonValueKind.Object } source ? source : item;
        return s_places.Select(name => Text(where, name)).FirstOrDefault(place => place is not null);
    }

    /// <summary>The deepest code: Azure nests errors, under either of two names.</summary>
    private static string? InnermostCode(JsonElement error)
    {
        string? code = null;
        while ((Member(error, "innererror") ?? Member(error, "inner_error")) is JsonElement inner)
        {
            code = Text(inner, "code") ?? code;
            error = inner;
        }

        return code;
    }

    private static int? StatusOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int status)
        && status is >= 400 and < 600
            ? status
            : null;

    /// <summary>A member, whatever the case of its name; null if there is none.</summary>
    internal static JsonElement? Member(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (element.TryGetProperty(name, out JsonElement value))
        {
            return value;
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value;
            }
        }

        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) switch
        {
            { ValueKind: JsonValueKind.String } value => string.IsNullOrWhiteSpace(value.GetString())
                ? null
                : value.GetString(),
            { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
            _ => null,
        };

    /// <summary>These words, and the others' where these say nothing.</summary>
    private ErrorWords Or(ErrorWords other) =>
        new(
            Message ?? other.Message,
            Type ?? other.Type,
            Param ?? other.Param,
            Code ?? other.Code,
            InnerCode ?? other.InnerCode,
            Status ?? other.Status
        );
}
