using System.Runtime.InteropServices;
using System.Text;
using FineTuning.Server.Training.Data;

namespace FineTuning.Server.Training.Network;

/// <summary>Draws answers from a model's own distribution, as tokens to learn from.</summary>
internal sealed class TokenSampler(NeuralModel model)
{
    private readonly NetworkWorkspace _work = new(model.Network.Shape);
    private readonly List<ushort> _tokens = [];

    /// <summary>Draws one answer.</summary>
    /// <param name="prompt">What is answered; its tokens are not looked at.</param>
    /// <param name="maxTokens">The most tokens; an answer that has so many has no end.</param>
    /// <param name="random">The source of chance.</param>
    /// <param name="cancellationToken">Looked at before each token.</param>
    /// <returns>The tokens, and their log likelihood in nats.</returns>
    public (ushort[] Tokens, double LogLikelihood) Draw(
        EncodedSequence prompt,
        int maxTokens,
        ref SplitMix64 random,
        CancellationToken cancellationToken
    )
    {
        Span<int> rows = stackalloc int[OutputContext.MaxKeys];
        _tokens.Clear();
        model.Network.ReadPrompt(_work, prompt.Features, prompt.Groups);
        double logLikelihood = 0.0;
        int token;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            model.Network.Predict(_work, rows[..model.FindContext(CollectionsMarshal.AsSpan(_tokens), rows)]);
            double logSum = _work.Normalise();
            token = random.Draw(_work.Probabilities);
            logLikelihood += _work.Logits[token] - logSum;
            _tokens.Add((ushort)token);
        } while (token != OutputTokenizer.EndOfMessage && _tokens.Count < maxTokens);
        return ([.. _tokens], logLikelihood);
    }

    /// <summary>The text of drawn tokens.</summary>
    public string TextOf(ReadOnlySpan<ushort> tokens)
    {
        var decoder = new TokenDecoder(model.Tokenizer);
        var text = new StringBuilder();
        foreach (ushort token in tokens)
        {
            text.Append(decoder.Next(token));
        }

        return text.Append(decoder.Finish()).ToString();
    }
}
