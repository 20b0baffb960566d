using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Calls of tools and functions in messages.
internal sealed class ToolCallRules(LineContext line, CallOrderRules calls) : ShapeRules(line)
{
    internal static readonly ProblemCode ToolCallsNotList = ProblemCode.Error(
        "FT1221",
        "tool_calls not a list",
        "\"tool_calls\" is not a list with at least one call.",
        """Make "tool_calls" a list of calls, or remove it.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":{}}]}"""
    );

    internal static readonly ProblemCode ToolCallShape = ProblemCode.Error(
        "FT1222",
        "tool call incomplete",
        """A tool call needs a string "id", the "type" "function", and a "function" with a "name" and with "arguments" as a string that holds JSON.""",
        "Give the call what is missing.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]}"""
    );

    internal static readonly ProblemCode FunctionCallShape = ProblemCode.Error(
        "FT1223",
        "function_call incomplete",
        """A "function_call" needs a "name" and "arguments" as a string that holds JSON.""",
        """Give the call what is missing, or use "tool_calls".""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"function_call":{"name":"f"}}]}"""
    );

    internal static readonly ProblemCode ArgumentsNotJson = ProblemCode.Warning(
        "FT1232",
        "arguments not JSON",
        """The "arguments" of a call are a string that is not JSON, so the model learns to make calls that cannot be read.""",
        "Write the arguments as JSON in a string.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"x=1"}}]}]}"""
    );

    public void ReadCalls(ref JsonScanner json)
    {
        if (json.IsNull)
        {
            return;
        }

        int start = json.Start;
        if (!EnterList(ref json, ToolCallsNotList, "\"tool_calls\" is"))
        {
            return;
        }

        int count = 0;
        while (json.NextElement())
        {
            calls.AddCall(json.Start, count++);
            ReadCall(ref json);
        }

        if (count == 0)
        {
            Line.Report(ToolCallsNotList, start, null, $"\"tool_calls\" is an empty list.");
        }
    }

    public void ReadFunctionCall(ref JsonScanner json)
    {
        if (!json.IsNull)
        {
            calls.AddCall(json.Start, 0, isOld: true);
            ReadInvocation(ref json, FunctionCallShape);
        }
    }

    private void ReadCall(ref JsonScanner json)
    {
        int start = json.Start;
        if (!EnterObject(ref json, ToolCallShape, "The tool call"))
        {
            return;
        }

        bool hasId = false,
            hasType = false,
            hasFunction = false;
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Id:
                    hasId = json.IsString;
                    if (hasId)
                    {
                        calls.SetId(Hash128.Of(json.Value).Low, json.Start + 1, json.Raw.Length);
                    }

                    json.Skip();
                    break;
                case Key.Type:
                    hasType = json.IsString && json.Value.SequenceEqual("function"u8);
                    json.Skip();
                    break;
                case Key.Function:
                    hasFunction = true;
                    ReadInvocation(ref json, ToolCallShape);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(hasId, ToolCallShape, start, "The tool call has no \"id\" that is a string.");
        Require(hasType, ToolCallShape, start, "The tool call does not have the type \"function\".");
        Require(hasFunction, ToolCallShape, start, "The tool call has no \"function\".");
    }

    // {"name": ..., "arguments": "..."}: the same in a tool call and in the older function call.
    private void ReadInvocation(ref JsonScanner json, ProblemCode code)
    {
        int start = json.Start;
        if (!EnterObject(ref json, code, "The function that is called"))
        {
            return;
        }

        bool hasName = false,
            hasArguments = false;
        while (json.NextProperty(out Key key))
        {
            if (key == Key.Name)
            {
                hasName = json.IsString && !json.Raw.IsEmpty;
                if (hasName)
                {
                    calls.SetFunction(Hash128.Of(json.Value).Low, json.Start + 1, json.Raw.Length);
                }
            }
            else if (key == Key.Arguments)
            {
                hasArguments = true;
                if (!json.IsString)
                {
                    Line.Report(
                        code,
                        json.Start,
                        null,
                        $"The arguments of the call are {json.Kind}, not a string that holds JSON."
                    );
                }
                else if (!IsJson(json.Value))
                {
                    Line.Report(ArgumentsNotJson, json.Start, null, $"The arguments of the call are not JSON.");
                }
            }

            json.Skip();
        }

        Require(hasName, code, start, "The function that is called has no name.");
        Require(hasArguments, code, start, "The call has no arguments.");
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        // Nearly all bad ones show it in their first character, and an exception costs as much as a hundred good lines.
        ReadOnlySpan<byte> start = JsonText.TrimStart(text);
        if (start.IsEmpty || "{[\"-0123456789tfn"u8.IndexOf(start[0]) < 0)
        {
            return false;
        }

        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
