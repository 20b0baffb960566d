using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Calls of functions, their answers, and the functions that may be called. Formats that have no ids get some: an answer
// is that of the first call that has none yet.
internal sealed class ToolCallWriter(ExampleBuffer json)
{
    private static readonly Regex s_call = Tag("tool_call");
    private static readonly Regex s_response = Tag("tool_response");

    private readonly Queue<string> _open = new();
    private readonly RowTokens _inner = new();
    private int _calls;

    public static bool HasCall(string text) => text.Contains("<tool_call>");

    public static string Json(RowValue value)
    {
        var json = new ExampleBuffer();
        return Encoding.UTF8.GetString(json.Value(value).Written.ToArray());
    }

    public void Clear()
    {
        _open.Clear();
        _calls = 0;
    }

    // The answers that one text holds.
    public IEnumerable<string> Split(string content)
    {
        MatchCollection tagged = s_response.Matches(content);
        return tagged.Count > 0 ? tagged.Cast<Match>().Select(match => match.Groups[1].Value.Trim())
            : _open.Count > 1 && TryParse(content) is { IsList: true } list && list.Count == _open.Count ? Items(list)
            : [content];
    }

    // The id of the call that an answer is for.
    public string Answer() =>
        _open.Count > 0
            ? _open.Dequeue()
            : throw new SourceRowException("ToolResultAlone", "has the answer of a function that was not called.");

    // Calls that a message from "function_call" holds, as JSON in a text or as objects; the content of the message is
    // none.
    public void WriteCalls(RowValue content)
    {
        json.Raw("null,"u8);
        if (content.IsText)
        {
            string text = content.Text();
            WriteList(HasCall(text) ? ParseTagged(text) : Parse(text));
        }
        else
        {
            WriteList(content);
        }
    }

    // A text with calls in tags: what stands before them is the content.
    public void WriteTagged(string text)
    {
        string content = text.Substring(0, text.IndexOf("<tool_call>", StringComparison.Ordinal)).Trim();
        if (content.Length > 0)
        {
            json.Text(content).Raw(","u8);
        }
        else
        {
            json.Raw("null,"u8);
        }

        WriteList(ParseTagged(text));
    }

    // A call, or a list of them, that may lack the form that services want.
    public void WriteList(RowValue calls)
    {
        json.Raw("\"tool_calls\":["u8);
        if (calls.IsList)
        {
            bool isFirst = true;
            foreach (RowValue call in calls)
            {
                json.Raw(isFirst ? ""u8 : ","u8);
                isFirst = false;
                Write(call);
            }
        }
        else
        {
            Write(calls);
        }

        json.Raw("]"u8);
    }

    public void Copy(RowValue calls)
    {
        json.Raw(","u8);
        WriteList(calls);
    }

    public void WriteTools(RowValue tools)
    {
        tools = tools.IsText ? Parse(tools.Text()) : tools;
        if (tools.IsEmptyList)
        {
            return;
        }

        json.Raw(",\"tools\":["u8);
        bool isFirst = true;
        if (!tools.IsList)
        {
            throw new SourceRowException("ToolsNotList", "has \"tools\" that are no list of functions.");
        }

        foreach (RowValue tool in tools)
        {
            json.Raw(isFirst ? ""u8 : ","u8);
            isFirst = false;
            bool isWhole = tool[Names.Function].IsObject;
            json.Raw("{\"type\":\"function\",\"function\":"u8).Value(isWhole ? tool[Names.Function] : tool).Raw("}"u8);
        }

        json.Raw("]"u8);
    }

    private static Regex Tag(string name) =>
        new($@"<{name}>(.*?)(?:</{name}>|$)", RegexOptions.CultureInvariant | RegexOptions.Singleline);

    private static List<string> Items(RowValue list)
    {
        var items = new List<string>();
        foreach (RowValue item in list)
        {
            items.Add(item.IsText ? item.Text() : Json(item));
        }

        return items;
    }

    private RowValue ParseTagged(string text) =>
        Parse("[" + string.Join(",", s_call.Matches(text).Cast<Match>().Select(match => match.Groups[1].Value)) + "]");

    private RowValue Parse(string text) =>
        TryParse(text) is { Is: true } value
            ? value
            : throw new SourceRowException("ValueNotJson", "has a call or a list of functions that is no JSON.");

    private RowValue TryParse(string text)
    {
        try
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            _inner.Read(bytes, 0, bytes.Length);
            return _inner.Root;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private void Write(RowValue call)
    {
        RowValue function = call[Names.Function].IsObject ? call[Names.Function] : call;
        if (!function[Names.Name].IsText)
        {
            throw new SourceRowException("CallUnnamed", "has a call without the name of a function.");
        }

        string id = call["id"u8].IsText
            ? call["id"u8].Text()
            : "call_" + (++_calls).ToString(CultureInfo.InvariantCulture);
        _open.Enqueue(id);
        RowValue arguments = function[Names.Arguments].Is ? function[Names.Arguments] : function["parameters"u8];
        json.Raw("{\"id\":"u8)
            .Text(id)
            .Raw(",\"type\":\"function\",\"function\":{\"name\":"u8)
            .Value(function[Names.Name])
            .Raw(",\"arguments\":"u8)
            .Text(
                arguments.IsText ? arguments.Text()
                : arguments.Is ? Json(arguments)
                : "{}"
            )
            .Raw("}}"u8);
    }
}
