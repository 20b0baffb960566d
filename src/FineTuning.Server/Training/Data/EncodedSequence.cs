namespace FineTuning.Server.Training.Data;

/// <summary>One answer to learn and what it is conditioned on, as numbers.</summary>
/// <param name="features">Rows of the prompt's features, group after group; each row is known to the
/// vocabulary.</param>
/// <param name="groups">How many of the features each group has (<see cref="PromptFeatures.GroupCount"/>
/// numbers).</param>
/// <param name="tokens">The answer's tokens; the last is the end of the message unless the answer was too long.</param>
internal readonly ref struct EncodedSequence(
    ReadOnlySpan<int> features,
    ReadOnlySpan<int> groups,
    ReadOnlySpan<ushort> tokens
)
{
    public ReadOnlySpan<int> Features { get; } = features;

    public ReadOnlySpan<int> Groups { get; } = groups;

    public ReadOnlySpan<ushort> Tokens { get; } = tokens;

    /// <summary>The same without the token that ends the message.</summary>
    public EncodedSequence WithoutEnd() =>
        Tokens is [.., OutputTokenizer.EndOfMessage] ? new EncodedSequence(Features, Groups, Tokens[..^1]) : this;
}
