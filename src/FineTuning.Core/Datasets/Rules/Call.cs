using System.Globalization;

namespace FineTuning.Core.Datasets.Rules;

// What became of a call.
internal enum CallState : byte
{
    Open,
    Answered,

    // Something else came before the answer.
    Passed,

    // Of a message that may make no calls: told already.
    Void,
}

// A call of a tool or function in an example, with where its parts stand in the line.
internal struct Call
{
    public string List;
    public int Message;
    public int Index;
    public int Start;
    public ulong Id;
    public int IdStart;
    public int IdLength;
    public ulong Function;
    public int NameStart;
    public int NameLength;
    public int Copies;
    public CallState State;

    // The message that answers it, or that came instead.
    public Role Next;
    public int NextMessage;

    public readonly string Path =>
        PathOf(List, Message) + (IsOld ? ".function_call" : FormattableString.Invariant($".tool_calls[{Index}]"));

    public readonly string NamePath => Path + (IsOld ? ".name" : ".function.name");

    public readonly string NextPlace =>
        Next == Role.None
            ? "the end of " + List
            : PathOf(List, NextMessage) + ", which is of the role \"" + Roles.Name(Next) + "\"";

    // A function_call, as calls were written before tools.
    private readonly bool IsOld => Index < 0;

    public static string PathOf(string list, int message) =>
        list + "[" + message.ToString(CultureInfo.InvariantCulture) + "]";
}
