using System.Diagnostics;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Evaluation;

/// <summary>Asks models, each time with the same options. Safe for use by many threads.</summary>
public sealed record ModelAsker
{
    /// <summary>The most tokens of an answer, with those of reasoning; null leaves it to the service.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How freely tokens are drawn, 0 to 2; null leaves it to the service.</summary>
    public double? Temperature { get; init; }

    /// <summary>The share of the likeliest tokens to draw from, 0 to 1; null leaves it to the service.</summary>
    public double? TopP { get; init; }

    /// <summary>The seed of the sampling.</summary>
    public int? Seed { get; init; }

    /// <summary>Texts that end an answer.</summary>
    public IReadOnlyList<string>? Stop { get; init; }

    /// <summary>Other fields of the request; they win over those of a question.</summary>
    public IReadOnlyDictionary<string, JsonElement> Options { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Asks a model.</summary>
    /// <param name="client">Where.</param>
    /// <param name="model">The model.</param>
    /// <param name="question">What.</param>
    /// <param name="onText">Gets the pieces of the answer; null takes it as a whole.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="FineTuningApiException">The service failed, or refused the question.</exception>
    public async Task<ModelResponse> AskAsync(
        FineTuningClient client,
        string model,
        ModelQuestion question,
        Action<string>? onText = null,
        CancellationToken cancellationToken = default
    )
    {
        _ = client ?? throw new ArgumentNullException(nameof(client));
        _ = question ?? throw new ArgumentNullException(nameof(question));
        var watch = Stopwatch.StartNew();
        ChatCreateRequest request = Request(model, question);
        ChatResource answer = onText is null
            ? await client.CreateChatAsync(request, cancellationToken).ConfigureAwait(false)
            : await client.StreamChatAsync(request, onText, cancellationToken).ConfigureAwait(false);
        return new ModelResponse(model, question, answer, watch.Elapsed);
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
