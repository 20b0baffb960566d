namespace FineTuning.Server.Training.Network;

/// <summary>How well tokens were predicted; scores add up.</summary>
/// <param name="NegativeLogLikelihood">Sum over the tokens, in nats.</param>
/// <param name="Correct">Tokens that were the most likely prediction.</param>
/// <param name="Tokens">All tokens.</param>
internal readonly record struct SequenceScore(double NegativeLogLikelihood, int Correct, int Tokens)
{
    /// <summary>Mean negative log likelihood per token, in nats.</summary>
    public double Loss => Tokens == 0 ? 0 : NegativeLogLikelihood / Tokens;

    /// <summary>Share of tokens predicted right, 0 to 1.</summary>
    public double Accuracy => Tokens == 0 ? 0 : (double)Correct / Tokens;

    public static SequenceScore operator +(SequenceScore left, SequenceScore right) =>
        new(
            left.NegativeLogLikelihood + right.NegativeLogLikelihood,
            left.Correct + right.Correct,
            left.Tokens + right.Tokens
        );
}
