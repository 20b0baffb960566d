using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Whether an example declares the functions that it calls.
internal sealed class FunctionRules(LineContext line)
{
    internal static readonly ProblemCode Undeclared = ProblemCode.Warning(
        "FT1240",
        "call of an undeclared function",
        "An assistant message calls a function that the example does not declare, so the model learns to call what it "
            + "was not given.",
        """Declare the function in "tools", or correct its name.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"g"}}]}"""
    );

    private readonly HashSet<ulong> _declared = [];

    public void BeginExample()
    {
        if (_declared.Count > 0)
        {
            _declared.Clear();
        }
    }

    // The name is its hash.
    public void Declare(ulong name) => _declared.Add(name);

    // At the end of the example, as its tools may stand before its messages or behind them.
    public void Judge(ReadOnlySpan<Call> calls)
    {
        foreach (ref readonly Call call in calls)
        {
            if (call.NameLength == 0 || _declared.Contains(call.Function))
            {
                continue;
            }

            ReadOnlySpan<byte> name = line.Line.Slice(call.NameStart, call.NameLength);
            string? path = line.Wants(Undeclared) ? call.NamePath : null;
            if (_declared.Count == 0)
            {
                // One is enough: the same is wrong with all.
                line.ReportAt(
                    Undeclared,
                    call.NameStart - 1,
                    path,
                    $"The call is of \"{name}\", but the example declares no tools."
                );
                return;
            }

            line.ReportAt(
                Undeclared,
                call.NameStart - 1,
                path,
                $"The call is of \"{name}\", which no tool of the example declares."
            );
        }
    }
}
