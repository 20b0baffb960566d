using System.Globalization;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Calls and their answers: that each call is answered at once, and that a tool is declared for it. Chat services match
// an answer with the calls of the message before it, so an id is looked up there first.
internal sealed class CallRules(LineContext line)
{
    internal static readonly ProblemCode ToolCallUnmatched = ProblemCode.Error(
        "FT1231",
        "answer to no call",
        """The "tool_call_id" of a tool message is not the id of a call of the assistant message that the answers follow. Chat services refuse such a message.""",
        "Put the answer right behind the assistant message that makes the call, with the id of the call.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_2","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode CallUnanswered = ProblemCode.Error(
        "FT1237",
        "call without its answer",
        "An assistant message with calls is followed by something else than the answers to all of them, which chat "
            + "services refuse. Only the last message may end in calls: they are what is learned.",
        "Put a tool message with the id of the call right behind the message that makes it, or remove the call.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode AnsweredTwice = ProblemCode.Error(
        "FT1238",
        "call answered twice",
        "Two tool messages answer the same call, which strict services refuse.",
        "Keep one of the answers.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"},{"role":"tool","tool_call_id":"call_1","content":"2"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode IdTwice = ProblemCode.Error(
        "FT1239",
        "two calls with one id",
        "Two calls of a message have the same id, so their answers cannot be told apart.",
        "Give each call of the message an id of its own.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"""
    );

    internal static readonly ProblemCode IdAgain = ProblemCode.Warning(
        "FT1240",
        "id of an earlier call",
        "A call has the id of a call of an earlier message. Services match answers with the latest calls and take it, "
            + "but some programs mix the two up.",
        "Give each call of the example an id of its own.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}]}"""
    );

    internal static readonly ProblemCode FunctionUndeclared = ProblemCode.Warning(
        "FT1241",
        "function that no tool declares",
        "A function is called that neither \"tools\" nor \"functions\" of the example declare, so the model learns to "
            + "call what it was not told of.",
        """Declare the function in "tools", or correct the name in the call.""",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"g"}}]}"""
    );

    private readonly List<ToolCall> _calls = [];
    private readonly HashSet<ulong> _declared = [];

    // The latest call with an id, in the list of messages that is read.
    private readonly Dictionary<ulong, int> _byId = [];
    private string _place = string.Empty;
    private int _messages;

    // The calls that can be answered now are those from the first to the second; behind them are those of the message
    // that is being read.
    private int _openStart;
    private int _openEnd;

    // One of the messages that follow them may be any answer.
    private bool _isUnclear;

    public void BeginExample()
    {
        _calls.Clear();
        if (_declared.Count > 0)
        {
            _declared.Clear();
        }
    }

    // The place is the path of the list.
    public void BeginList(string place)
    {
        _place = place;
        _messages = 0;
        _openStart = _openEnd = _calls.Count;
        _isUnclear = false;
        if (_byId.Count > 0)
        {
            _byId.Clear();
        }
    }

    public void Declare(ReadOnlySpan<byte> name) => _declared.Add(Hash128.Of(name).Low);

    // A call of the message that is being read, whatever its role is.
    public void Add(ToolCall call)
    {
        call.Place = _place;
        call.Message = _messages;
        _calls.Add(call);
    }

    public void EndMessage(in MessageFacts message)
    {
        switch (message.Role)
        {
            case Role.Tool:
                Forget();
                Answer(in message);
                break;
            case Role.None:
                // What it should be is not known.
                _openStart = _openEnd = _calls.Count;
                break;
            default:
                Close(message.Role);
                _openStart = _openEnd;
                _isUnclear = false;
                if (message.Role != Role.Assistant)
                {
                    Forget();
                }

                Open();
                break;
        }

        _messages++;
    }

    public void EndList()
    {
        // Calls in the last message are what is learned, or what the grader sees.
        if (_openEnd > _openStart && _calls[_openStart].Message < _messages - 1)
        {
            Close(Role.None);
        }
    }

    public void EndExample()
    {
        for (int i = 0; i < _calls.Count; i++)
        {
            ToolCall call = _calls[i];
            if (call.NameEnd > call.NameStart && !_declared.Contains(call.Name))
            {
                string what = _declared.Count == 0 ? "The example declares no tools" : "No tool declares";
                string joint = _declared.Count == 0 ? ", but calls the function" : " the function";
                line.ReportAt(
                    FunctionUndeclared,
                    call.NameStart,
                    line.Wants(FunctionUndeclared) ? Path(in call) + call.NamePath : null,
                    $"{what}{joint} \"{line.Line.Slice(call.NameStart, call.NameEnd - call.NameStart)}\"."
                );
            }
        }
    }

    private static string Path(in ToolCall call) =>
        call.Index < 0 ? MessagePath(call.Place, call.Message) : MessagePath(call.Place, call.Message) + CallPath(in call);

    private static string CallPath(in ToolCall call) =>
        string.Format(CultureInfo.InvariantCulture, ".tool_calls[{0}]", call.Index);

    private static string MessagePath(string place, int message) =>
        string.Format(CultureInfo.InvariantCulture, "{0}[{1}]", place, message);

    // Calls that the message may not have.
    private void Forget() => _calls.RemoveRange(_openEnd, _calls.Count - _openEnd);

    // The calls of the message that was read can be answered from here on.
    private void Open()
    {
        for (int i = _openEnd; i < _calls.Count; i++)
        {
            ToolCall call = _calls[i];
            if (call.IdEnd > 0 && _byId.TryGetValue(call.Id, out int other))
            {
                bool isSame = other >= _openEnd;
                ProblemCode code = isSame ? IdTwice : IdAgain;
                bool isWanted = line.Wants(code);
                ToolCall first = _calls[other];
                line.ReportAt(
                    code,
                    call.IdStart,
                    isWanted ? Path(in call) + ".id" : null,
                    $"The call has the id \"{Text(in call)}\" of the call {(isWanted ? Path(in first) : "")}."
                );
                if (isSame)
                {
                    // One answer is all that the two can get.
                    call.IsAnswered = true;
                    _calls[i] = call;
                    continue;
                }
            }

            if (call.IdEnd > 0)
            {
                _byId[call.Id] = i;
            }
        }

        _openEnd = _calls.Count;
    }

    private ReadOnlySpan<byte> Text(in ToolCall call) => line.Line.Slice(call.IdStart, call.IdEnd - call.IdStart);

    private void Answer(in MessageFacts message)
    {
        if (!message.HasToolCallId)
        {
            _isUnclear = true;
            return;
        }

        int place = message.ToolCallIdAt - 1;
        ReadOnlySpan<byte> id = line.Line.Slice(place + 1, message.ToolCallIdLength);
        if (!_byId.TryGetValue(message.ToolCallId, out int found))
        {
            line.Report(
                ToolCallUnmatched,
                place,
                ".tool_call_id",
                $"The tool message answers a call \"{id}\" that no assistant message before it made."
            );
            return;
        }

        ToolCall call = _calls[found];
        if (found < _openStart)
        {
            string between = MessagePath(_place, call.Message);
            line.Report(
                ToolCallUnmatched,
                place,
                ".tool_call_id",
                $"The tool message answers the call \"{id}\" of {between}, but does not follow it: other messages stand between."
            );
        }
        else if (call.AnsweredBy > 0)
        {
            line.Report(
                AnsweredTwice,
                place,
                ".tool_call_id",
                $"The call \"{id}\" was answered already, by {MessagePath(_place, call.AnsweredBy)}."
            );
        }
        else
        {
            call.AnsweredBy = _messages;
            call.IsAnswered = true;
            _calls[found] = call;
        }
    }

    // None for the end of the messages.
    private void Close(Role next)
    {
        for (int i = _openStart; i < _openEnd && !_isUnclear; i++)
        {
            ToolCall call = _calls[i];
            if (call.IsAnswered || call.IdEnd == 0)
            {
                continue;
            }

            bool isWanted = line.Wants(CallUnanswered);
            string what =
                !isWanted ? string.Empty
                : next == Role.None ? "the messages end without it"
                : $"{MessagePath(_place, _messages)} is a message with the role \"{Roles.Name(next)}\"";
            line.ReportAt(
                CallUnanswered,
                call.Position,
                isWanted ? Path(in call) : null,
                $"The call \"{Text(in call)}\" has no answer: {what}."
            );
        }
    }
}

// One call of a tool, or of a function in the older way: where it is in the line, and whether it was answered.
internal struct ToolCall
{
    public string Place;
    public int Message;

    // In "tool_calls", or -1 for a "function_call".
    public int Index;
    public int Position;
    public int IdStart;
    public int IdEnd;
    public ulong Id;
    public int NameStart;
    public int NameEnd;
    public ulong Name;
    public bool IsAnswered;
    public int AnsweredBy;

    public readonly string NamePath => Index < 0 ? ".function_call.name" : ".function.name";
}
