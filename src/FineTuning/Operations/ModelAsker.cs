using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Operations;

/// <summary>Asks models, each time with the same options.</summary>
internal sealed record ModelAsker
{
    // What the command makes itself, or a parameter stands for.
    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.Ordinal)
    {
        ["model"] = string.Empty,
        ["messages"] = string.Empty,
        ["stream"] = string.Empty,
        ["stream_options"] = string.Empty,
        ["n"] = string.Empty,
        ["max_completion_tokens"] = "MaxTokens",
        ["max_tokens"] = "MaxTokens",
        ["temperature"] = "Temperature",
        ["top_p"] = "TopP",
        ["seed"] = "Seed",
        ["stop"] = "StopSequence",
    };

    /// <summary>The most tokens of an answer.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How freely tokens are drawn, 0 to 2.</summary>
    public double? Temperature { get; init; }

    /// <summary>The share of the likeliest tokens to draw from, 0 to 1.</summary>
    public double? TopP { get; init; }

    /// <summary>Seeds the drawing.</summary>
    public int? Seed { get; init; }

    /// <summary>Texts that end an answer.</summary>
    public string[]? Stop { get; init; }

    /// <summary>Other fields of the request.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Reads other fields of a request.</summary>
    /// <param name="options">The fields.</param>
    /// <param name="isGiven">Whether a parameter was given.</param>
    /// <exception cref="PSArgumentException">A field is not for this, or its value is no data.</exception>
    public static Dictionary<string, JsonElement> ReadOptions(IDictionary options, Func<string, bool> isGiven)
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (DictionaryEntry option in options)
        {
            string name = $"{option.Key}";
            if (s_parameters.TryGetValue(name, out string? parameter) && (parameter.Length == 0 || isGiven(parameter)))
            {
                throw new PSArgumentException(
                    parameter.Length == 0
                        ? $"The command itself sets '{name}'."
                        : $"'{name}' is given by -{parameter} as well."
                );
            }

            fields[name] = JsonValues.ToElement(option.Value);
        }

        return fields;
    }

    /// <summary>Asks a model.</summary>
    /// <param name="client">Where.</param>
    /// <param name="model">The model.</param>
    /// <param name="question">What.</param>
    /// <param name="onText">Gets the pieces of the answer; null takes it as a whole.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public async Task<ModelAnswer> AskAsync(
        FineTuningClient client,
        string model,
        ModelQuestion question,
        Action<string>? onText,
        CancellationToken cancellationToken
    )
    {
        var watch = Stopwatch.StartNew();
        ChatCreateRequest request = Request(model, question);
        ChatResource answer = onText is null
            ? await client.CreateChatAsync(request, cancellationToken).ConfigureAwait(false)
            : await client.StreamChatAsync(request, onText, cancellationToken).ConfigureAwait(false);
        return new ModelAnswer(model, question, answer, watch.Elapsed);
    }

    private ChatCreateRequest Request(string model, ModelQuestion question)
    {
        var fields = question.Options.ToDictionary(option => option.Key, option => option.Value);
        foreach (KeyValuePair<string, JsonElement> option in Options)
        {
            fields[option.Key] = option.Value;
        }

        return new ChatCreateRequest
        {
            Model = model,
            Messages = question.Messages,
            MaxCompletionTokens = MaxTokens,
            Temperature = Temperature,
            TopP = TopP,
            Seed = Seed,
            Stop = Stop,
            AdditionalFields = fields.Count > 0 ? fields : null,
        };
    }
}
