using System.Runtime.CompilerServices;
using FineTuning.Core.Runtime;

namespace FineTuning.Core.Datasets.Converting.Sources;

// Writes the messages of one example, whichever way the format has written them. Not safe for several threads.
internal sealed class MessageWriter
{
    private readonly ExampleBuffer _json;
    private readonly SourceOptions _options;
    private readonly ToolCallWriter _calls;
    private readonly ImageWriter _images;
    private int _messages;

    public MessageWriter(ExampleBuffer json, SourceOptions options, string folder)
    {
        _json = json;
        _options = options;
        _calls = new ToolCallWriter(json);
        _images = new ImageWriter(json, folder);
    }

    // Begins the example of a row.
    [MethodImpl(Jit.Optimized)]
    public void Begin(RowValue row)
    {
        _calls.Clear();
        _images.Begin(row[Names.Images].Is ? row[Names.Images] : row[Names.Image]);
        _messages = 0;
    }

    public void System(RowValue content) => Start("system"u8).Text(content).Raw("}"u8);

    // The system message of all examples, where this one has none of its own.
    [MethodImpl(Jit.Optimized)]
    public void DefaultSystem(bool hasOwn)
    {
        if (!hasOwn && _messages == 0 && !string.IsNullOrEmpty(_options.SystemMessage))
        {
            Say("system"u8, _options.SystemMessage!);
        }
    }

    public void Say(ReadOnlySpan<byte> role, string content) =>
        Start(role).Text(_options.Trim ? content.Trim() : content).Raw("}"u8);

    public void Say(Speaker speaker, string content)
    {
        if (speaker == Speaker.Tool)
        {
            Results(content);
        }
        else if (speaker == Speaker.Assistant && ToolCallWriter.HasCall(content))
        {
            Start("assistant"u8);
            _calls.WriteTagged(content);
            _json.Raw("}"u8);
        }
        else
        {
            Say(Role(speaker), content);
        }
    }

    public void User(RowValue content) => Message(Speaker.User, content, default);

    public void Assistant(RowValue content) => Message(Speaker.Assistant, content, default);

    // Messages as a list; what begins in the middle of a conversation has no system message of its own.
    [MethodImpl(Jit.Optimized)]
    public void All(RowValue list)
    {
        foreach (RowValue message in list)
        {
            if (_messages == 0)
            {
                DefaultSystem(MessageRow.Speaker(message) is Speaker.System or Speaker.Developer);
            }

            Message(message);
        }
    }

    [MethodImpl(Jit.Optimized)]
    public void Message(RowValue message) => Message(MessageRow.Speaker(message), MessageRow.Content(message), message);

    // Ends a list of messages, so that another one can begin.
    public void EndList() => _messages = 0;

    // The functions that may be called, as a list or as a text that holds one.
    [MethodImpl(Jit.Optimized)]
    public void Tools(RowValue tools)
    {
        if (!tools.IsBlank && !tools.IsEmptyList)
        {
            _calls.WriteTools(tools);
        }
    }

    [MethodImpl(Jit.Optimized)]
    private static ReadOnlySpan<byte> Role(Speaker speaker) =>
        speaker switch
        {
            Speaker.System => "system"u8,
            Speaker.Developer => "developer"u8,
            Speaker.User => "user"u8,
            Speaker.Tool => "tool"u8,
            _ => "assistant"u8,
        };

    [MethodImpl(Jit.Optimized)]
    private void Message(Speaker speaker, RowValue content, RowValue message)
    {
        switch (speaker)
        {
            case Speaker.Call:
                Start("assistant"u8);
                _calls.WriteCalls(content);
                _json.Raw("}"u8);
                return;
            case Speaker.Tool when message[Names.ToolCallId].Is:
                Start("tool"u8).Text(content).Raw(",\"tool_call_id\":"u8).Text(message[Names.ToolCallId]).Raw("}"u8);
                return;
            case Speaker.Tool:
                Results(content.IsText ? content.Text() : ToolCallWriter.Json(content));
                return;
            case Speaker.Assistant when content.IsText && content.Raw.IndexOf("<tool_call>"u8) >= 0:
                Say(speaker, content.Text());
                return;
            default:
                break;
        }

        Start(Role(speaker));
        if (speaker == Speaker.User && content.IsText && content.Raw.IndexOf("<image>"u8) >= 0 && _images.Any)
        {
            _images.Write(content.Text());
        }
        else if (content.IsList)
        {
            _images.WriteParts(content);
        }
        else if (content.Is)
        {
            _json.Text(content);
        }
        else
        {
            _json.Raw("null"u8);
        }

        if (message.IsObject)
        {
            Extras(message, speaker);
        }

        _json.Raw("}"u8);
    }

    // What else a message of the chat form may have; nulls, and what an API adds to its answers, are left out.
    [MethodImpl(Jit.Optimized)]
    private void Extras(RowValue message, Speaker speaker)
    {
        if (speaker == Speaker.Assistant)
        {
            if (message[Names.ToolCalls] is { IsList: true, IsEmptyList: false } calls)
            {
                _calls.Copy(calls);
            }
            else if (message[Names.FunctionCall].IsObject)
            {
                _json.Raw(","u8);
                _calls.WriteList(message[Names.FunctionCall]);
            }

            Copy(message[Names.Refusal], ",\"refusal\":"u8);
            Copy(message[Names.Weight], ",\"weight\":"u8);
        }

        Copy(message[Names.Name], ",\"name\":"u8);
    }

    [MethodImpl(Jit.Optimized)]
    private void Copy(RowValue value, ReadOnlySpan<byte> name)
    {
        if (value.Is)
        {
            _json.Raw(name).Value(value);
        }
    }

    // What functions have answered: to each open call one answer.
    private void Results(string content)
    {
        foreach (string result in _calls.Split(content))
        {
            Start("tool"u8).Text(result).Raw(",\"tool_call_id\":"u8).Text(_calls.Answer()).Raw("}"u8);
        }
    }

    [MethodImpl(Jit.Optimized)]
    private ExampleBuffer Start(ReadOnlySpan<byte> role)
    {
        if (_messages++ > 0)
        {
            _json.Raw(","u8);
        }

        return _json.Raw("{\"role\":\""u8).Raw(role).Raw("\",\"content\":"u8);
    }
}
