using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Rules;

// Reads a list of messages, wherever it stands.
internal sealed class MessageRules
{
    internal static readonly ProblemCode MessagesMissing = ProblemCode.Error(
        "FT1201",
        "no messages",
        """The example has no "messages".""",
        "Add the list of messages.",
        """{"tools":[]}"""
    );

    internal static readonly ProblemCode MessagesNotList = ProblemCode.Error(
        "FT1202",
        "messages not a list",
        "\"messages\" is not a list.",
        """Make "messages" a list of messages.""",
        """{"messages":"Hi"}"""
    );

    internal static readonly ProblemCode MessagesEmpty = ProblemCode.Error(
        "FT1203",
        "no message",
        "\"messages\" is an empty list.",
        "Add the messages, or remove the line.",
        """{"messages":[]}"""
    );

    internal static readonly ProblemCode MessageNotObject = ProblemCode.Error(
        "FT1204",
        "message not an object",
        "A message is not an object with a role and a content.",
        """Write the message as {"role": "...", "content": "..."}.""",
        """{"messages":["Hi",{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode RoleNotString = ProblemCode.Error(
        "FT1206",
        "role not a string",
        "The role of a message is not a string.",
        "Write the role as a string.",
        """{"messages":[{"role":1,"content":"Hi"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode RoleUnknown = ProblemCode.Error(
        "FT1207",
        "unknown role",
        "The role of a message is not one that the service knows. Roles are written in lower case.",
        "Write system, developer, user, assistant or tool.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"asistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode MessageUnknownKey = ProblemCode.Error(
        "FT1215",
        "unknown key in a message",
        "A message has a key that messages do not have. The service refuses extra keys.",
        "Remove the key.",
        """{"messages":[{"role":"user","content":"Hi","time":"10:00"},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode WeightValue = ProblemCode.Error(
        "FT1217",
        "weight not 0 or 1",
        "A weight is something other than 0 (do not learn this message) or 1 (learn it).",
        "Set the weight to 0 or 1, or remove it.",
        """{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello","weight":0.5}]}"""
    );

    internal static readonly ProblemCode NameNotString = ProblemCode.Error(
        "FT1219",
        "name not a string",
        "The name in a message is not a string.",
        "Write the name as a string, or remove it.",
        """{"messages":[{"role":"user","content":"Hi","name":7},{"role":"assistant","content":"Hello"}]}"""
    );

    internal static readonly ProblemCode TooManyImages = ProblemCode.Warning(
        "FT1236",
        "more than ten images",
        "OpenAI takes at most ten images in an example and skips examples with more.",
        "Use at most ten images.",
        "an example with eleven image_url parts"
    );

    internal static readonly ProblemCode OutputNotList = ProblemCode.Error(
        "FT1405",
        "output not a list",
        "An output is not a list of messages.",
        "Write the output as a list with one assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":"Hello","non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    internal static readonly ProblemCode OutputEmpty = ProblemCode.Error(
        "FT1406",
        "empty output",
        "An output is an empty list.",
        "Add the assistant message.",
        """{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[],"non_preferred_output":[{"role":"assistant","content":"What?"}]}"""
    );

    private readonly LineContext _line;
    private readonly ContentRules _content;
    private readonly OrderRules _order;
    private readonly CallOrderRules _calls;
    private readonly ToolCallRules _toolCalls;
    private readonly MessageValidator _judge;

    public MessageRules(LineContext line, CallOrderRules calls)
    {
        _line = line;
        _content = new ContentRules(line);
        _order = new OrderRules(line);
        _calls = calls;
        _toolCalls = new ToolCallRules(line, calls);
        _judge = new MessageValidator(line);
    }

    // The name of the list is its path in the example.
    public void ReadList(ref JsonScanner json, MessageUse use, string name, out ListFacts facts)
    {
        facts = default;
        bool isOutput = use == MessageUse.Output;
        if (json.Token != JsonTokenType.StartArray)
        {
            _line.Report(
                isOutput ? OutputNotList : MessagesNotList,
                json.Start,
                null,
                $"The messages are {json.Kind}, not a list."
            );
            json.Skip();
            return;
        }

        int start = json.Start;
        facts.IsList = true;
        _calls.BeginList(name);
        json.EnterArray();
        while (json.NextElement())
        {
            ReadMessage(ref json, use, ref facts);
        }

        _calls.EndList(mayEndOpen: use != MessageUse.Prompt || facts.Last != Role.Assistant);

        if (facts.Count == 0)
        {
            _line.Report(isOutput ? OutputEmpty : MessagesEmpty, start, null, $"The list of messages is empty.");
        }

        if (use == MessageUse.Prompt || (use == MessageUse.Example && facts.HasAssistant))
        {
            _order.JudgeEnd(in facts, start, name);
        }

        if (facts.Images > 0)
        {
            _line.Note(LineFact.Image);
        }

        if (facts.Images > ContentRules.MaxImages)
        {
            _line.Report(
                TooManyImages,
                start,
                null,
                $"The messages have {facts.Images} images; at most {ContentRules.MaxImages} are taken."
            );
        }
    }

    private void ReadMessage(ref JsonScanner json, MessageUse use, ref ListFacts list)
    {
        list.Count++;
        list.LastStart = json.Start;
        _calls.BeginMessage();
        if (json.Token != JsonTokenType.StartObject)
        {
            _line.Report(MessageNotObject, json.Start, null, $"The message is {json.Kind}, not an object.");
            list.HasBadRole = true;
            list.Last = Role.None;
            _calls.EndUnreadable();
            json.Skip();
            return;
        }

        MessageFacts message = new() { Start = json.Start };
        json.EnterObject();
        while (json.NextProperty(out Key key))
        {
            ReadProperty(ref json, key, ref message);
        }

        _judge.Judge(in message, use);
        _calls.EndMessage(in message);
        if (use != MessageUse.Output)
        {
            _order.Judge(in message, ref list);
        }

        AddTo(ref list, in message);
    }

    private void ReadProperty(ref JsonScanner json, Key key, ref MessageFacts message)
    {
        switch (key)
        {
            case Key.Role:
                ReadRole(ref json, ref message);
                break;
            case Key.Content:
                message.ContentStart = json.Start;
                _content.Read(ref json, ref message);
                message.ContentEnd = json.End;
                break;
            case Key.Name:
                message.NameAt = json.Start + 1;
                if (json.IsNull)
                {
                    message.NameAt = 0;
                    _line.Note(LineFact.NullName);
                }
                else if (!json.IsString)
                {
                    _line.Report(NameNotString, json.Start, null, $"The name is {json.Kind}, not a string.");
                }

                json.Skip();
                break;
            case Key.Weight:
                if (json.IsNull)
                {
                    _line.Note(LineFact.NullWeight);
                    break;
                }

                message.WeightAt = json.Start + 1;
                ReadWeight(ref json, ref message);
                break;
            case Key.ToolCalls:
                // Programs that write out what the service answered leave nulls where there is nothing.
                message.ToolCallsAt = json.IsNull ? 0 : json.Start + 1;
                _toolCalls.ReadCalls(ref json);
                message.ToolCallsEnd = json.End;
                break;
            case Key.FunctionCall:
                message.FunctionCallAt = json.IsNull ? 0 : json.Start + 1;
                _toolCalls.ReadFunctionCall(ref json);
                break;
            case Key.ToolCallId:
                ReadToolCallId(ref json, ref message);
                break;
            case Key.Refusal:
                message.RefusalAt = json.IsNull ? 0 : json.Start + 1;
                json.Skip();
                break;
            case Key.Audio:
                message.AudioAt = json.IsNull ? 0 : json.Start + 1;
                json.Skip();
                break;
            case Key.Annotations when json.IsEmptyList:
                _line.Note(LineFact.Annotations);
                json.Skip();
                break;
            case Key.Other or Key.Annotations when json.IsNull:
                _line.Note(key == Key.Other ? LineFact.OtherNull : LineFact.Annotations);
                break;
            default:
                _line.Report(
                    MessageUnknownKey,
                    json.Start,
                    null,
                    $"The message has the key \"{_line.Key}\", which messages do not have."
                );
                json.Skip();
                break;
        }
    }

    private void ReadRole(ref JsonScanner json, ref MessageFacts message)
    {
        message.HasRole = true;
        if (!json.IsString)
        {
            _line.Report(RoleNotString, json.Start, null, $"The role is {json.Kind}, not a string.");
            json.Skip();
            return;
        }

        message.Role = Roles.Parse(json.Value);
        if (message.Role == Role.None)
        {
            _line.Report(
                RoleUnknown,
                json.Start,
                null,
                $"The message has the role \"{json.Value}\", which is not one of {Roles.All}."
            );
        }
    }

    private void ReadWeight(ref JsonScanner json, ref MessageFacts message)
    {
        bool isNumber = json.Token == JsonTokenType.Number;
        if (isNumber && json.TryGetDouble(out double weight) && weight is 0 or 1)
        {
            message.WeightIsZero = weight == 0;
        }
        else if (isNumber)
        {
            _line.Report(WeightValue, json.Start, null, $"The weight is {json.Raw}, not 0 or 1.");
        }
        else
        {
            _line.Report(WeightValue, json.Start, null, $"The weight is {json.Kind}, not 0 or 1.");
            json.Skip();
        }
    }

    private void ReadToolCallId(ref JsonScanner json, ref MessageFacts message)
    {
        message.ToolCallIdAt = json.IsNull ? 0 : json.Start + 1;
        if (json.IsString)
        {
            message.HasToolCallId = true;
            message.ToolCallId = Hash128.Of(json.Value).Low;
            message.ToolCallIdLength = json.Raw.Length;
        }

        json.Skip();
    }

    private static void AddTo(ref ListFacts list, in MessageFacts message)
    {
        list.Last = message.Role;
        list.Images += message.Images.Count;
        switch (message.Role)
        {
            case Role.None:
                list.HasBadRole = true;
                break;
            case Role.Assistant:
                list.HasAssistant = true;
                list.Assistants++;
                list.HasLearned |= !message.WeightIsZero;
                list.AnswerStart = message.ContentStart;
                list.AnswerEnd = message.ContentEnd;
                list.CallsStart = message.ToolCallsAt == 0 ? 0 : message.ToolCallsAt - 1;
                list.CallsEnd = message.ToolCallsAt == 0 ? 0 : message.ToolCallsEnd;
                break;
            case Role.Tool:
                break;
            default:
                list.HasOtherRole = true;
                break;
        }
    }
}
