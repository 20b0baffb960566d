using System.Text.Json;
using FineTuning.Core.Datasets.Problems;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Tools, functions, and calls of them.
internal sealed class ToolRules(LineContext line)
{
    private const int MaxNameChars = 64;

    public void ReadTools(ref JsonScanner json)
    {
        if (!EnterList(ref json, ChatProblems.ToolShape, "The tools are"))
        {
            return;
        }

        while (json.NextElement())
        {
            ReadTool(ref json);
        }
    }

    public void ReadFunctions(ref JsonScanner json)
    {
        if (!EnterList(ref json, ChatProblems.FunctionShape, "The functions are"))
        {
            return;
        }

        while (json.NextElement())
        {
            ReadFunction(ref json, ChatProblems.FunctionShape);
        }
    }

    public void ReadParallelToolCalls(ref JsonScanner json)
    {
        if (json.Token is not (JsonTokenType.True or JsonTokenType.False))
        {
            line.Report(
                ChatProblems.ParallelNotBoolean,
                json.Start,
                null,
                $"\"parallel_tool_calls\" is {json.Kind}, not true or false."
            );
            json.Skip();
        }
    }

    // Adds the ids of the calls, so that the messages after can be matched with them.
    public void ReadCalls(ref JsonScanner json, HashSet<ulong> ids)
    {
        if (json.IsNull)
        {
            return;
        }

        int start = json.Start;
        if (!EnterList(ref json, ChatProblems.ToolCallsNotList, "\"tool_calls\" is"))
        {
            return;
        }

        bool isEmpty = true;
        while (json.NextElement())
        {
            isEmpty = false;
            ReadCall(ref json, ids);
        }

        if (isEmpty)
        {
            line.Report(ChatProblems.ToolCallsNotList, start, null, $"\"tool_calls\" is an empty list.");
        }
    }

    public void ReadFunctionCall(ref JsonScanner json)
    {
        if (!json.IsNull)
        {
            ReadInvocation(ref json, ChatProblems.FunctionCallShape);
        }
    }

    private bool EnterList(ref JsonScanner json, ProblemCode code, string what)
    {
        if (json.Token == JsonTokenType.StartArray)
        {
            json.EnterArray();
            return true;
        }

        line.Report(code, json.Start, null, $"{what} {json.Kind}, not a list.");
        json.Skip();
        return false;
    }

    private bool EnterObject(ref JsonScanner json, ProblemCode code, string what)
    {
        if (json.Token == JsonTokenType.StartObject)
        {
            json.EnterObject();
            return true;
        }

        line.Report(code, json.Start, null, $"{what} is {json.Kind}, not an object.");
        json.Skip();
        return false;
    }

    private void Require(bool has, ProblemCode code, int start, string what)
    {
        if (!has)
        {
            line.Report(code, start, null, $"{what}");
        }
    }

    private void ReadTool(ref JsonScanner json)
    {
        int start = json.Start;
        if (!EnterObject(ref json, ChatProblems.ToolShape, "The tool"))
        {
            return;
        }

        bool hasType = false,
            hasFunction = false;
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Type:
                    hasType = json.IsString && json.Value.SequenceEqual("function"u8);
                    json.Skip();
                    break;
                case Key.Function:
                    hasFunction = true;
                    ReadFunction(ref json, ChatProblems.ToolShape);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(hasType, ChatProblems.ToolShape, start, "The tool does not have the type \"function\".");
        Require(hasFunction, ChatProblems.ToolShape, start, "The tool has no \"function\".");
    }

    private void ReadFunction(ref JsonScanner json, ProblemCode code)
    {
        int start = json.Start;
        if (!EnterObject(ref json, code, "The function"))
        {
            return;
        }

        bool hasName = false;
        while (json.NextProperty(out Key key))
        {
            switch (key)
            {
                case Key.Name:
                    hasName = json.IsString;
                    if (hasName && !IsFunctionName(json.Value))
                    {
                        line.Report(
                            code,
                            json.Start,
                            null,
                            $"The function name \"{json.Value}\" is not made of 1 to {MaxNameChars} letters, digits, "
                                + $"- and _."
                        );
                    }

                    break;
                case Key.Description when !json.IsString && !json.IsNull:
                    line.Report(
                        code,
                        json.Start,
                        null,
                        $"The description of the function is {json.Kind}, not a string."
                    );
                    break;
                case Key.Parameters when json.Token != JsonTokenType.StartObject && !json.IsNull:
                    line.Report(
                        code,
                        json.Start,
                        null,
                        $"The parameters of the function are {json.Kind}, not an object."
                    );
                    break;
                case Key.Strict
                    when json.Token is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null):
                    line.Report(code, json.Start, null, $"\"strict\" is {json.Kind}, not true or false.");
                    break;
            }

            json.Skip();
        }

        Require(hasName, code, start, "The function has no name.");
    }

    private void ReadCall(ref JsonScanner json, HashSet<ulong> ids)
    {
        int start = json.Start;
        if (!EnterObject(ref json, ChatProblems.ToolCallShape, "The tool call"))
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
                        ids.Add(Hash128.Of(json.Value).Low);
                    }

                    json.Skip();
                    break;
                case Key.Type:
                    hasType = json.IsString && json.Value.SequenceEqual("function"u8);
                    json.Skip();
                    break;
                case Key.Function:
                    hasFunction = true;
                    ReadInvocation(ref json, ChatProblems.ToolCallShape);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(hasId, ChatProblems.ToolCallShape, start, "The tool call has no \"id\" that is a string.");
        Require(hasType, ChatProblems.ToolCallShape, start, "The tool call does not have the type \"function\".");
        Require(hasFunction, ChatProblems.ToolCallShape, start, "The tool call has no \"function\".");
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
            }
            else if (key == Key.Arguments)
            {
                hasArguments = true;
                if (!json.IsString)
                {
                    line.Report(
                        code,
                        json.Start,
                        null,
                        $"The arguments of the call are {json.Kind}, not a string that holds JSON."
                    );
                }
                else if (!IsJson(json.Value))
                {
                    line.Report(
                        ChatProblems.ArgumentsNotJson,
                        json.Start,
                        null,
                        $"The arguments of the call are not JSON."
                    );
                }
            }

            json.Skip();
        }

        Require(hasName, code, start, "The function that is called has no name.");
        Require(hasArguments, code, start, "The call has no arguments.");
    }

    private static bool IsFunctionName(ReadOnlySpan<byte> name)
    {
        foreach (byte value in name)
        {
            bool isLetter = (value | 0x20) is >= 'a' and <= 'z';
            if (!isLetter && value is not ((>= (byte)'0' and <= (byte)'9') or (byte)'_' or (byte)'-'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= MaxNameChars;
    }

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        // Nearly all bad ones are bad from the first letter, and an exception costs as much as a hundred good lines.
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
