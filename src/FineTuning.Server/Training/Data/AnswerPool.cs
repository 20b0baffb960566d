using System.Text.Json;
using System.Text.RegularExpressions;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// The texts that answers to the items may look like, for the warm-up of a model that starts from nothing: the values
/// of the fields that the grader names, or of all fields if it names none, and the grader's own fixed references. Every
/// text counts once and which item it is from is forgotten: a model that knows the pool can form answers, and knows
/// nothing of which is right where.
/// </summary>
internal sealed partial class AnswerPool
{
    private const int MaxAnswers = 20_000;
    private const int MaxAnswerLength = 2000;

    /// <summary>What is no field of the item.</summary>
    private static readonly string[] s_noFields = ["messages", "tools", "parallel_tool_calls"];

    private readonly HashSet<string> _fields = new(StringComparer.Ordinal);
    private readonly TextSet _named = new();
    private readonly TextSet _all = new();
    private readonly TextSet _prompts = new();

    public AnswerPool(JsonElement? grader)
    {
        if (grader is { } definition)
        {
            Look(definition, name: null);
        }
    }

    /// <summary>The texts, in order of first appearance; none if there is nothing but empty ones.</summary>
    public IReadOnlyList<string> Answers =>
        new[] { _named, _all, _prompts }.First(set => set.Texts.Count > 0 || set == _prompts).Texts;

    public void Add(RewardItem item)
    {
        foreach (JsonProperty field in JsonElement.Parse(item.Json).EnumerateObject())
        {
            if (s_noFields.Contains(field.Name))
            {
                continue;
            }

            AddValues(field.Value, _all);
            if (_fields.Contains(field.Name))
            {
                AddValues(field.Value, _named);
            }
        }

        _prompts.Add(Beginning(item.Turns[^1].Content));
    }

    /// <summary>A prompt is not what an answer looks like, so that a part of it serves as well.</summary>
    private static string Beginning(string text) =>
        text.Length <= MaxAnswerLength
            ? text
            : text[..(char.IsHighSurrogate(text[MaxAnswerLength - 1]) ? MaxAnswerLength - 1 : MaxAnswerLength)];

    private static void AddValues(JsonElement value, TextSet texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                texts.Add(value.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                texts.Add(value.GetRawText());
                break;
            case JsonValueKind.Array:
                foreach (JsonElement part in value.EnumerateArray())
                {
                    AddValues(part, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty part in value.EnumerateObject())
                {
                    AddValues(part.Value, texts);
                }

                break;
        }
    }

    /// <summary>Finds the fields of the item that a grader's templates, formulas and programs name, and its fixed
    /// references.</summary>
    private void Look(JsonElement part, string? name)
    {
        switch (part.ValueKind)
        {
            case JsonValueKind.String:
                string text = part.GetString()!;
                foreach (Match match in ItemField().Matches(text))
                {
                    _fields.Add(match.Groups[1].Value);
                }

                if (name == "reference" && !text.Contains("{{", StringComparison.Ordinal))
                {
                    _named.Add(text);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in part.EnumerateArray())
                {
                    Look(element, name);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in part.EnumerateObject())
                {
                    Look(property.Value, property.Name);
                }

                break;
        }
    }

    [GeneratedRegex("""\bitem\s*(?:\.\s*|\[\s*["'])(\w+)""", RegexOptions.CultureInvariant)]
    private static partial Regex ItemField();

    private sealed class TextSet
    {
        private readonly HashSet<string> _known = new(StringComparer.Ordinal);

        public List<string> Texts { get; } = [];

        public void Add(string text)
        {
            if (text.Length is > 0 and <= MaxAnswerLength && Texts.Count < MaxAnswers && _known.Add(text))
            {
                Texts.Add(text);
            }
        }
    }
}
