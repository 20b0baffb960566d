using System.Collections;
using System.Numerics.Tensors;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Contracts;

/// <summary>One answer, made piece by piece while it is enumerated.</summary>
internal sealed class Generation : IEnumerable<string>
{
    /// <summary>Below this the most likely token is as good as certain, and dividing by it would overflow.</summary>
    private const double LowestTemperature = 1e-4;

    private readonly NeuralModel _model;
    private readonly IReadOnlyList<ChatTurn> _messages;
    private readonly GenerationOptions _options;
    private readonly CancellationToken _cancellationToken;

    internal Generation(
        NeuralModel model,
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        CancellationToken cancellationToken
    )
    {
        _model = model;
        _messages = messages;
        _options = options;
        _cancellationToken = cancellationToken;
        PromptTokens = messages.Sum(message => model.Tokenizer.CountTokens(message.Content));
    }

    /// <summary>Tokens of all messages of the conversation, as this model's tokeniser counts them.</summary>
    public int PromptTokens { get; }

    /// <summary>Tokens made so far, the end of the message not counted.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>Why the answer ended: "stop", or "length" if it had its most tokens. Null until it has ended.</summary>
    public string? FinishReason { get; private set; }

    public IEnumerator<string> GetEnumerator()
    {
        CompletionTokens = 0;
        FinishReason = null;
        var held = new StopFilter(_options.Stop);
        var decoder = new TokenDecoder(_model.Tokenizer);
        foreach (int token in Tokens())
        {
            string text = held.Add(decoder.Next(token));
            if (text.Length > 0)
            {
                yield return text;
            }

            if (held.IsStopped)
            {
                FinishReason = "stop";
                yield break;
            }
        }

        string rest = held.Add(decoder.Finish()) + held.Finish();
        if (rest.Length > 0)
        {
            yield return rest;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<int> Tokens()
    {
        var work = new NetworkWorkspace(_model.Network.Shape);
        var random = SplitMix64.Create(_options.Seed, 0x5A3Bu);
        var output = new GrowingArray<ushort>(64);
        ReadPrompt(work);
        while (output.Count < _options.MaxTokens)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            int token = Next(work, output, ref random);
            if (token == OutputTokenizer.EndOfMessage)
            {
                FinishReason = "stop";
                yield break;
            }

            output.Add((ushort)token);
            CompletionTokens++;
            yield return token;
        }

        FinishReason = "length";
    }

    private void ReadPrompt(NetworkWorkspace work)
    {
        var extractor = new PromptFeatures();
        extractor.Extract(_messages, _messages.Count);
        var rows = new List<int>();
        int[] groups = new int[PromptFeatures.GroupCount];
        for (int group = 0; group < groups.Length; group++)
        {
            int before = rows.Count;
            rows.AddRange(extractor.Groups[group].Select(_model.PromptVocabulary.Find).Where(row => row >= 0));
            groups[group] = rows.Count - before;
        }

        _model.Network.ReadPrompt(work, rows.ToArray(), groups);
    }

    private int Next(NetworkWorkspace work, GrowingArray<ushort> output, ref SplitMix64 random)
    {
        Span<int> rows = stackalloc int[OutputContext.MaxKeys];
        _model.Network.Predict(work, rows[.._model.FindContext(output.Span, rows)]);
        if (_options.Temperature < LowestTemperature)
        {
            return TensorPrimitives.IndexOfMax<float>(work.Logits);
        }

        TensorPrimitives.Multiply(work.Logits, (float)(1 / _options.Temperature), work.Logits);
        work.Normalise();
        return _options.TopP >= 1
            ? random.Draw(work.Probabilities)
            : DrawTop(work.Probabilities, _options.TopP, ref random);
    }

    private static int DrawTop(ReadOnlySpan<float> probabilities, double topP, ref SplitMix64 random)
    {
        float[] values = probabilities.ToArray();
        int[] order = Enumerable.Range(0, values.Length).OrderByDescending(token => values[token]).ToArray();
        double mass = 0.0;
        int kept = 0;
        while (kept < order.Length && (kept == 0 || mass < topP))
        {
            mass += values[order[kept++]];
        }

        double left = random.NextDouble() * mass;
        for (int i = 0; i < kept; i++)
        {
            left -= values[order[i]];
            if (left < 0)
            {
                return order[i];
            }
        }

        return order[0];
    }
}
