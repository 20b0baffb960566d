using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Api;
using FineTuning.Core.Models;

namespace FineTuning.Models;

/// <summary>Asks models, each time with the same options.</summary>
internal sealed record ModelAsker
{
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
    public IDictionary? Option { get; init; }

    /// <summary>Asks a model.</summary>
    /// <param name="client">Where.</param>
    /// <param name="model">The model.</param>
    /// <param name="question">What.</param>
    /// <param name="onText">Gets the pieces of the answer; null takes it as a whole.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    public async Task<ModelAnswer> AskAsync(
        FineTuningClient client, string model, ModelQuestion question, Action<string>? onText, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ChatCreateRequest request = Request(model, question);
        ChatResource answer = onText is null
            ? await client.CreateChatAsync(request, cancellationToken).ConfigureAwait(false)
            : await client.StreamChatAsync(request, onText, cancellationToken).ConfigureAwait(false);
        return new ModelAnswer(model, question, answer, watch.Elapsed);
    }

    private ChatCreateRequest Request(string model, ModelQuestion question)
    {
        Dictionary<string, JsonElement> fields = question.Options.ToDictionary(option => option.Key, option => option.Value);
        foreach (DictionaryEntry option in Option ?? new Hashtable())
        {
            fields[$"{option.Key}"] = JsonValues.ToElement(option.Value);
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
