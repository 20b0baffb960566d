using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Definitions of tools and functions.
internal sealed class ToolRules(LineContext line, CallOrderRules calls) : ShapeRules(line)
{
    internal static readonly ProblemCode ToolShape = ProblemCode.Error(
        "FT1224",
        "tool incomplete",
        "\"tools\" is not a list of tools of the form {\"type\": \"function\", \"function\": {\"name\": \"...\", "
            + "\"parameters\": {...}}}.",
        "Correct the tool.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"tools":[{"name":"f"}]}"""
    );

    internal static readonly ProblemCode FunctionShape = ProblemCode.Error(
        "FT1225",
        "function incomplete",
        "\"functions\" is not a list of functions of the form {\"name\": \"...\", \"parameters\": {...}}.",
        """Correct the function, or use "tools".""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"functions":[{}]}"""
    );

    internal static readonly ProblemCode ParallelNotBoolean = ProblemCode.Error(
        "FT1226",
        "parallel_tool_calls not true or false",
        "\"parallel_tool_calls\" is neither true nor false.",
        "Write true or false without quotes.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"parallel_tool_calls":"yes"}"""
    );

    private const int MaxNameChars = 64;

    public void ReadTools(ref JsonScanner json)
    {
        if (json.IsNull)
        {
            Line.Note(LineFact.NullTools);
            return;
        }

        if (!EnterList(ref json, ToolShape, "The tools are"))
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
        if (json.IsNull)
        {
            Line.Note(LineFact.NullFunctions);
            return;
        }

        if (!EnterList(ref json, FunctionShape, "The functions are"))
        {
            return;
        }

        while (json.NextElement())
        {
            ReadFunction(ref json, FunctionShape);
        }
    }

    public void ReadParallelToolCalls(ref JsonScanner json)
    {
        if (json.IsNull)
        {
            Line.Note(LineFact.NullParallelToolCalls);
        }
        else if (json.Token is not (JsonTokenType.True or JsonTokenType.False))
        {
            Line.Report(
                ParallelNotBoolean,
                json.Start,
                null,
                $"\"parallel_tool_calls\" is {json.Kind}, not true or false."
            );
            json.Skip();
        }
    }

    private void ReadTool(ref JsonScanner json)
    {
        int start = json.Start;
        if (!EnterObject(ref json, ToolShape, "The tool"))
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
                    ReadFunction(ref json, ToolShape);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        Require(hasType, ToolShape, start, "The tool does not have the type \"function\".");
        Require(hasFunction, ToolShape, start, "The tool has no \"function\".");
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
                    if (hasName)
                    {
                        calls.Declare(Hash128.Of(json.Value).Low);
                    }

                    if (hasName && !IsFunctionName(json.Value))
                    {
                        Line.Report(
                            code,
                            json.Start,
                            null,
                            $"The function name \"{json.Value}\" is not made of 1 to {MaxNameChars} letters, digits, "
                                + $"- and _."
                        );
                    }

                    break;
                case Key.Description when !json.IsString && !json.IsNull:
                    Line.Report(
                        code,
                        json.Start,
                        null,
                        $"The description of the function is {json.Kind}, not a string."
                    );
                    break;
                case Key.Parameters when json.Token != JsonTokenType.StartObject && !json.IsNull:
                    Line.Report(
                        code,
                        json.Start,
                        null,
                        $"The parameters of the function are {json.Kind}, not an object."
                    );
                    break;
                case Key.Strict
                    when json.Token is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null):
                    Line.Report(code, json.Start, null, $"\"strict\" is {json.Kind}, not true or false.");
                    break;
            }

            json.Skip();
        }

        Require(hasName, code, start, "The function has no name.");
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
}
