using System.Text.Json;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Methods;

/// <summary>An answer that was drawn, and its score.</summary>
/// <param name="Example">The number of the item.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="LogLikelihood">Of the tokens when they were drawn, in nats.</param>
/// <param name="Reward">The score; 0 if the grader failed.</param>
/// <param name="Error">Why the grader failed; null if it did not.</param>
internal readonly record struct GradedSample(
    int Example,
    ushort[] Tokens,
    double LogLikelihood,
    double Reward,
    string? Error
);

/// <summary>Draws samples and has them graded.</summary>
internal sealed class GradedSamples(NeuralModel model, IRewardSource rewards, int maxTokens)
{
    /// <summary>Gradings under way at a time: a grader may ask a model or a program.</summary>
    private const int MaxConcurrent = 8;

    private readonly TokenSampler _sampler = new(model);

    /// <summary>Draws <paramref name="count"/> samples for each of the examples. The order of the results does not
    /// depend on the grader's speed.</summary>
    public List<GradedSample> Draw(
        RewardData data,
        ReadOnlySpan<int> examples,
        int count,
        SplitMix64 random,
        CancellationToken cancellationToken
    )
    {
        var samples = new List<GradedSample>(examples.Length * count);
        var gradings = new List<Task<SampleReward>>(examples.Length * count);
        foreach (int example in examples)
        {
            JsonElement item = data.ItemOf(example);
            for (int i = 0; i < count; i++)
            {
                (ushort[]? tokens, double logLikelihood) = _sampler.Draw(
                    data.Prompts.Sequence(example),
                    maxTokens,
                    ref random,
                    cancellationToken
                );
                if (gradings.Count >= MaxConcurrent)
                {
                    Wait(gradings[^MaxConcurrent], cancellationToken);
                }

                gradings.Add(Grade(_sampler.TextOf(tokens), item, cancellationToken));
                samples.Add(new GradedSample(example, tokens, logLikelihood, 0, null));
            }
        }

        for (int i = 0; i < samples.Count; i++)
        {
            (double reward, string? error) = Wait(gradings[i], cancellationToken);
            samples[i] =
                error is not null ? samples[i] with { Error = error }
                : double.IsFinite(reward) ? samples[i] with { Reward = reward }
                : samples[i] with { Error = "The reward is no finite number." };
        }

        return samples;
    }

    // Not every grader looks at the token at once, and a cancel must not wait for one that does not.
    private static SampleReward Wait(Task<SampleReward> grading, CancellationToken cancellationToken) =>
        grading.WaitAsync(cancellationToken).GetAwaiter().GetResult();

    private Task<SampleReward> Grade(string text, JsonElement item, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return rewards.GradeAsync(text, item, cancellationToken);
    }
}
