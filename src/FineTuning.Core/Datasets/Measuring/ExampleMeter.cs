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
/// <remarks>Not thread-safe: one per worker.</remarks>
internal sealed class ExampleMeter
{
    private const int TokensPerAnswer = 3;

    private readonly JsonTextMeter _text;
    private readonly MessageMeter _messages;

    /// <param name="counter">Counts the tokens of a text.</param>
    public ExampleMeter(TokenCounter counter)
    {
        _text = new JsonTextMeter(counter);
        _messages = new MessageMeter(_text);
    }

    // False where the line, without white space around it, is no example at all; the check says why.
    public bool TryMeasure(
        ReadOnlySpan<byte> line,
        out ExampleMeasure measure,
        CancellationToken cancellationToken = default
    )
    {
        measure = default;
        _text.CancellationToken = cancellationToken;
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
            _text.Trim();
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
            Key key = _text.ReadKey(ref json);
            switch (key)
            {
                case Key.Messages:
                    hasMessages = true;
                    last = _messages.ReadList(ref json, ref measure, isAnswer: true);
                    break;
                case Key.Input:
                    isPreference = true;
                    ReadInput(ref json, ref measure);
                    break;
                case Key.PreferredOutput or Key.NonPreferredOutput:
                    isPreference = true;
                    _messages.ReadList(ref json, ref measure, isAnswer: true);
                    break;
                case Key.Prompt:
                    isCompletion = true;
                    measure.ContentTokens += _text.ReadText(ref json);
                    break;
                case Key.Completion:
                    isCompletion = true;
                    long completion = _text.ReadText(ref json);
                    measure.ContentTokens += completion;
                    measure.AnswerTokens += completion;
                    break;
                case Key.Tools or Key.Functions:
                    measure.Tokens += _text.ReadJson(ref json, line);
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
            if (_text.ReadKey(ref json) == Key.Messages)
            {
                _messages.ReadList(ref json, ref measure, isAnswer: false);
            }
            else
            {
                json.Skip();
            }
        }
    }
}
