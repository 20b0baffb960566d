using System.Text.Json;
using FineTuning.Core.Datasets.Rules;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Measuring;

/// <summary>Counts the tokens of a list of messages, with what the service puts around each.</summary>
/// <param name="text">Counts the tokens of texts.</param>
internal sealed class MessageMeter(JsonTextMeter text)
{
    private const int TokensPerMessage = 3;
    private const int TokensPerName = 1;

    // Returns the role of the last message.
    public Role ReadList(ref Utf8JsonReader json, ref ExampleMeasure measure, bool isAnswer)
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
        long content = 0,
            around = TokensPerMessage;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            switch (text.ReadKey(ref json))
            {
                case Key.Role:
                    role = json.TokenType == JsonTokenType.String ? Roles.Parse(text.Value(in json)) : Role.None;
                    around += text.ReadText(ref json);
                    break;
                case Key.Content:
                    content += ReadContent(ref json, ref measure);
                    break;
                case Key.Refusal:
                    content += text.ReadText(ref json);
                    break;
                case Key.Name:
                    around += text.ReadText(ref json) + TokensPerName;
                    break;
                case Key.Weight:
                    isLearned =
                        json.TokenType != JsonTokenType.Number || !json.TryGetDouble(out double weight) || weight != 0;
                    json.Skip();
                    break;
                case Key.ToolCalls or Key.FunctionCall:
                    content += ReadCalls(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        measure.Messages++;
        measure.Roles.Add(role);
        measure.ContentTokens += content;
        measure.Tokens += around;
        if (isAnswer && isLearned && role == Role.Assistant)
        {
            measure.AnswerTokens += content;
        }

        return role;
    }

    // A string, or the text of its parts.
    private long ReadContent(ref Utf8JsonReader json, ref ExampleMeasure measure)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return text.ReadText(ref json);
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
                Key key = text.ReadKey(ref json);
                measure.Images += key == Key.ImageUrl ? 1 : 0;
                if (key is Key.Text or Key.Refusal)
                {
                    tokens += text.ReadText(ref json);
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
                && text.ReadKey(ref json) is Key.Name or Key.Arguments
                && json.TokenType == JsonTokenType.String
            )
            {
                tokens += text.Count(text.Value(in json));
            }
        }

        return tokens;
    }
}
