using System.Text.Json;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Datasets.Scanning;
using FineTuning.Core.Tokenization;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>
/// Counts the tokens of examples. What the service puts around a message is not published as a whole; the figures here
/// are those of OpenAI's cookbook ("How to count tokens with tiktoken" and "Data preparation and analysis for chat
/// model fine-tuning"): 3 a message, 1 a name, 3 to begin the answer. Definitions of tools count as their JSON, which
/// is near and not exact; images count nothing.
/// </summary>
/// <param name="counter">Counts the tokens of a text.</param>
/// <remarks>Not thread-safe: one per worker.</remarks>
internal sealed class ExampleMeter(TokenCounter counter)
{
    private const int TokensPerMessage = 3;
    private const int TokensPerName = 1;
    private const int TokensPerAnswer = 3;

    // A buffer that one huge text made is not kept for the rest of a file of short ones.
    private const int MaxKept = 1 << 20;

    private byte[] _scratch = new byte[1024];
    private CancellationToken _cancellationToken;

    // False where the line, without white space around it, is no example at all; the check says why.
    public bool TryMeasure(
        ReadOnlySpan<byte> line,
        out ExampleMeasure measure,
        CancellationToken cancellationToken = default
    )
    {
        measure = default;
        _cancellationToken = cancellationToken;
        try
        {
            return Measure(line, ref measure);
        }
        catch (JsonException)
        {
            measure = default;
            return false;
        }
        finally
        {
            _scratch = _scratch.Length > MaxKept ? new byte[MaxKept] : _scratch;
        }
    }

    private bool Measure(ReadOnlySpan<byte> line, ref ExampleMeasure measure)
    {
        Utf8JsonReader json = new(line, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        bool hasMessages = false,
            hasItem = false,
            isCompletion = false,
            isPreference = false;
        Role last = Role.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Key key = ReadKey(ref json);
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    last = ReadMessages(ref json, ref measure, isAnswer: true);
                    break;
                case Key.Input:
                    isPreference = true;
                    ReadInput(ref json, ref measure);
                    break;
                case Key.PreferredOutput or Key.NonPreferredOutput:
                    isPreference = true;
                    ReadMessages(ref json, ref measure, isAnswer: true);
                    break;
                case Key.Prompt:
                    isCompletion = true;
                    measure.ContentTokens += ReadText(ref json);
                    break;
                case Key.Completion:
                    isCompletion = true;
                    long completion = ReadText(ref json);
                    measure.ContentTokens += completion;
                    measure.AnswerTokens += completion;
                    break;
                case Key.Tools or Key.Functions:
                    measure.Tokens += ReadJson(ref json, line);
                    break;
                default:
                    hasItem |= key != Key.ParallelToolCalls;
                    json.Skip();
                    break;
            }
        }

        // Something behind the object: the service refuses the line.
        if (json.BytesConsumed < line.Length)
        {
            return false;
        }

        // As FormatProbe tells them apart.
        measure.Format = hasMessages
            ? last == Role.User && (hasItem || isCompletion || isPreference)
                ? DatasetFormat.Reinforcement
                : DatasetFormat.Chat
            : isPreference
                ? DatasetFormat.Preference
                : isCompletion
                    ? DatasetFormat.Completion
                    : DatasetFormat.Unknown;
        bool isChat = measure.Format is not (DatasetFormat.Completion or DatasetFormat.Unknown);
        measure.AnswerTokens = measure.Format == DatasetFormat.Reinforcement ? 0 : measure.AnswerTokens;
        measure.Tokens += measure.ContentTokens + (isChat ? TokensPerAnswer : 0);
        return measure.Format != DatasetFormat.Unknown;
    }

    private void ReadInput(ref Utf8JsonReader json, ref ExampleMeasure measure)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadKey(ref json) == Key.Messages)
            {
                ReadMessages(ref json, ref measure, isAnswer: false);
            }
            else
            {
                json.Skip();
            }
        }
    }

    // Returns the role of the last message.
    private Role ReadMessages(ref Utf8JsonReader json, ref ExampleMeasure measure, bool isAnswer)
    {
        Role last = Role.None;
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return last;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                last = ReadMessage(ref json, ref measure, isAnswer);
            }
            else
            {
                json.Skip();
            }
        }

        return last;
    }

    private Role ReadMessage(ref Utf8JsonReader json, ref ExampleMeasure measure, bool isAnswer)
    {
        Role role = Role.None;
        bool isLearned = true;
        long text = 0,
            around = TokensPerMessage;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            switch (ReadKey(ref json))
            {
                case Key.Role:
                    role = json.TokenType == JsonTokenType.String ? Roles.Parse(Value(in json)) : Role.None;
                    around += ReadText(ref json);
                    break;
                case Key.Content:
                    text += ReadContent(ref json, ref measure);
                    break;
                case Key.Refusal:
                    text += ReadText(ref json);
                    break;
                case Key.Name:
                    around += ReadText(ref json) + TokensPerName;
                    break;
                case Key.Weight:
                    isLearned =
                        json.TokenType != JsonTokenType.Number || !json.TryGetDouble(out double weight) || weight != 0;
                    json.Skip();
                    break;
                case Key.ToolCalls or Key.FunctionCall:
                    text += ReadCalls(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        measure.Messages++;
        measure.Roles.Add(role);
        measure.ContentTokens += text;
        measure.Tokens += around;
        if (isAnswer && isLearned && role == Role.Assistant)
        {
            measure.AnswerTokens += text;
        }

        return role;
    }

    // A string, or the text of its parts.
    private long ReadContent(ref Utf8JsonReader json, ref ExampleMeasure measure)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return ReadText(ref json);
        }

        long tokens = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                Key key = ReadKey(ref json);
                measure.Images += key == Key.ImageUrl ? 1 : 0;
                if (key is Key.Text or Key.Refusal)
                {
                    tokens += ReadText(ref json);
                }
                else
                {
                    json.Skip();
                }
            }
        }

        return tokens;
    }

    // The names and arguments of calls: what the model has to write.
    private long ReadCalls(ref Utf8JsonReader json)
    {
        if (json.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            json.Skip();
            return 0;
        }

        long tokens = 0;
        int depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (
                json.TokenType == JsonTokenType.PropertyName
                && ReadKey(ref json) is Key.Name or Key.Arguments
                && json.TokenType == JsonTokenType.String
            )
            {
                tokens += Count(Value(in json));
            }
        }

        return tokens;
    }

    private long ReadJson(ref Utf8JsonReader json, ReadOnlySpan<byte> line)
    {
        int start = (int)json.TokenStartIndex;
        json.Skip();
        return Count(line.Slice(start, (int)json.BytesConsumed - start));
    }

    // What is not a string has no text; the check reports it.
    private long ReadText(ref Utf8JsonReader json)
    {
        long tokens = json.TokenType == JsonTokenType.String ? Count(Value(in json)) : 0;
        json.Skip();
        return tokens;
    }

    private long Count(ReadOnlySpan<byte> text) => counter.Count(text, _cancellationToken);

    private Key ReadKey(ref Utf8JsonReader json)
    {
        Key key = Keys.Parse(Value(in json));
        json.Read();
        return key;
    }

    // Valid until the next call.
    private ReadOnlySpan<byte> Value(in Utf8JsonReader json)
    {
        ReadOnlySpan<byte> raw = json.ValueSpan;
        if (!json.ValueIsEscaped)
        {
            return raw;
        }

        if (_scratch.Length < raw.Length)
        {
            _scratch = new byte[Math.Max(raw.Length, _scratch.Length * 2)];
        }

        return _scratch.AsSpan(0, JsonText.Unescape(raw, _scratch));
    }
}
