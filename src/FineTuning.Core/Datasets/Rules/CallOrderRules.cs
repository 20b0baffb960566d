using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// The calls of an example: whether each is answered as chat services want it, at once and once, and whether it calls
// something that is declared.
internal sealed class CallOrderRules(LineContext line)
{
    internal static readonly ProblemCode ToolCallUnmatched = ProblemCode.Error(
        "FT1231",
        "answer to no call",
        """The "tool_call_id" of a tool message is not the id of a call before it. Services refuse an answer that no one asked for.""",
        "Use the id of the call that the message answers.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_2","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode Unanswered = ProblemCode.Error(
        "FT1237",
        "call without an answer",
        "An assistant message calls a tool, and something other than the answer follows. Services want a tool message "
            + "for each call, right behind the calls; only calls that end the example may be left open, as they are "
            + "what is learned.",
        "Add a tool message with the id of the call right behind the message that makes it.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode AnsweredLate = ProblemCode.Error(
        "FT1238",
        "answer not behind its call",
        "Another message stands between a call and its answer. Services want the answers right behind the calls.",
        "Move the tool message up, right behind the message with the call.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"Well?"},{"role":"tool","tool_call_id":"call_1","content":"1"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode AnsweredTwice = ProblemCode.Error(
        "FT1239",
        "call answered twice",
        "Two tool messages answer the same call, which services refuse.",
        "Keep one of the two, or give each the id of its own call.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_1","content":"1"},{"role":"tool","tool_call_id":"call_1","content":"2"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode IdTwice = ProblemCode.Error(
        "FT1241",
        "two calls with one id",
        "Two calls of a message have the same id, so their answers cannot be told apart.",
        "Give each call an id of its own.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tools":[{"type":"function","function":{"name":"f"}}]}"""
    );

    // No real example has as many calls, and a million must not be compared with a million.
    private const int MaxCompared = 10_000;

    private readonly FunctionRules _functions = new(line);
    private Call[] _calls = new Call[8];
    private int _count;

    // Of the list that is read.
    private string _list = string.Empty;
    private int _listStart;
    private int _message;

    // The calls that wait for answers are those from here to where the calls of the message that is read begin.
    private int _groupStart;
    private int _messageStart;

    // Answers in the group that answer none of its calls: each most likely is a slip in the id of one.
    private int _misaddressed;
    private bool _hasAnswers;

    public void BeginExample()
    {
        _count = 0;
        _functions.BeginExample();
    }

    // The name of the list is its path, such as $.messages.
    public void BeginList(string name)
    {
        _list = name;
        _listStart = _groupStart = _messageStart = _count;
        _message = -1;
        _misaddressed = 0;
        _hasAnswers = false;
    }

    public void BeginMessage()
    {
        _message++;
        _messageStart = _count;
    }

    // A call of the message that is read begins; its parts follow.
    public void AddCall(int start, int index, bool isOld = false)
    {
        if (_count == _calls.Length)
        {
            Array.Resize(ref _calls, _count * 2);
        }

        _calls[_count++] = new Call
        {
            List = _list,
            Message = _message,
            Index = isOld ? -1 : index,
            Start = start,
            Copies = 1,
            State = isOld ? CallState.Void : CallState.Open,
        };
    }

    public void SetId(ulong id, int start, int length)
    {
        int added = _count - 1;
        _calls[added].Id = id;
        _calls[added].IdStart = start;
        _calls[added].IdLength = length;
        for (int i = Math.Max(_messageStart, added - MaxCompared); i < added; i++)
        {
            if (_calls[i].Id == id && _calls[i].State == CallState.Open)
            {
                _calls[i].Copies++;
                _calls[added].State = CallState.Void;
                line.ReportAt(
                    IdTwice,
                    start - 1,
                    line.Wants(IdTwice) ? _calls[added].Path + ".id" : null,
                    $"The call has the id \"{IdOf(in _calls[added])}\", and so has {_calls[i].Path}."
                );
                return;
            }
        }
    }

    public void SetFunction(ulong name, int start, int length)
    {
        _calls[_count - 1].Function = name;
        _calls[_count - 1].NameStart = start;
        _calls[_count - 1].NameLength = length;
    }

    public void Declare(ulong name) => _functions.Declare(name);

    // At the end of the example.
    public void JudgeFunctions() => _functions.Judge(_calls.AsSpan(0, _count));

    public void EndMessage(in MessageFacts message)
    {
        switch (message.Role)
        {
            case Role.Tool:
                _hasAnswers = true;
                Answer(in message);
                break;
            case Role.None:
                // It may well be the answer, were it not for its role.
                Settle(_groupStart, _messageStart, CallState.Void);
                break;
            default:
                Pass(message.Role);
                Forget(message.Role);
                break;
        }
    }

    // What is not a message at all.
    public void EndUnreadable() => Settle(_groupStart, _messageStart, CallState.Void);

    // With mayEndOpen, calls that end the list are what is to be learned.
    public void EndList(bool mayEndOpen)
    {
        _messageStart = _count;
        if (_hasAnswers || !mayEndOpen)
        {
            Pass(Role.None);
        }

        for (int i = _listStart; i < _count; i++)
        {
            ref Call call = ref _calls[i];
            if (call.State != CallState.Passed)
            {
                continue;
            }

            line.ReportAt(
                Unanswered,
                call.Start,
                line.Wants(Unanswered) ? call.Path : null,
                $"The call \"{IdOf(in call)}\" is not answered before {call.NextPlace}."
            );
        }
    }

    private ReadOnlySpan<byte> IdOf(in Call call) => line.Line.Slice(call.IdStart, call.IdLength);

    private void Settle(int start, int end, CallState state)
    {
        for (int i = start; i < end; i++)
        {
            if (_calls[i].State == CallState.Open)
            {
                _calls[i].State = state;
            }
        }
    }

    // Calls of other roles are told of otherwise.
    private void Forget(Role role)
    {
        if (role != Role.Assistant)
        {
            _count = _messageStart;
        }
    }

    // A message that is no answer ends the group: what is open now stays so.
    private void Pass(Role next)
    {
        for (int i = _groupStart; i < _messageStart; i++)
        {
            ref Call call = ref _calls[i];
            if (call.State != CallState.Open)
            {
                continue;
            }

            if (_misaddressed > 0 || call.IdLength == 0)
            {
                _misaddressed--;
                call.State = CallState.Void;
                continue;
            }

            call.State = CallState.Passed;
            call.Next = next;
            call.NextMessage = _message;
        }

        _groupStart = _messageStart;
        _misaddressed = 0;
        _hasAnswers = false;
    }

    private void Answer(in MessageFacts message)
    {
        Forget(message.Role);
        if (!message.HasToolCallId)
        {
            _misaddressed++;
            return;
        }

        // The last one with the id is meant: a new turn may use the ids of one before.
        int found = _messageStart - 1;
        int end = Math.Max(_listStart, _messageStart - MaxCompared);
        while (found >= end && (_calls[found].Id != message.ToolCallId || _calls[found].State == CallState.Void))
        {
            found--;
        }

        int place = message.ToolCallIdAt - 1;
        if (found < end && end > _listStart)
        {
            return;
        }

        if (found < end)
        {
            _misaddressed++;
            line.Report(
                ToolCallUnmatched,
                place,
                ".tool_call_id",
                $"The tool message answers the call "
                    + $"\"{line.Line.Slice(message.ToolCallIdAt, message.ToolCallIdLength)}\", "
                    + $"which no assistant message before it made{Waiting()}."
            );
            return;
        }

        ref Call call = ref _calls[found];
        if (call.State == CallState.Answered)
        {
            line.Report(
                AnsweredTwice,
                place,
                ".tool_call_id",
                $"The tool message answers the call \"{IdOf(in call)}\" of {call.Path}, which "
                    + $"{Call.PathOf(call.List, call.NextMessage)} answers already."
            );
        }
        else if (call.State == CallState.Passed)
        {
            line.Report(
                AnsweredLate,
                place,
                ".tool_call_id",
                $"The tool message answers the call \"{IdOf(in call)}\" of {call.Path}, but "
                    + $"{Call.PathOf(call.List, call.NextMessage)} stands between them."
            );
        }

        if (--call.Copies <= 0)
        {
            call.State = CallState.Answered;
            call.NextMessage = _message;
        }
    }

    private string Waiting()
    {
        for (int i = _groupStart; i < _messageStart; i++)
        {
            if (_calls[i].State == CallState.Open && _calls[i].IdLength > 0)
            {
                return "; \"" + JsonText.Show(IdOf(in _calls[i])) + "\" of " + _calls[i].Path + " has no answer";
            }
        }

        return string.Empty;
    }
}
