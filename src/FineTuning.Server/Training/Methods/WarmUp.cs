using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Methods;

/// <summary>
/// A short supervised training before the method's own, where a hosted service would start from a pretrained model and
/// this one from nothing. It gives the model words to choose from; what to choose is left to the method.
/// </summary>
internal static class WarmUp
{
    /// <summary>Visits that a few answers need to be known.</summary>
    private const int MinVisits = 1500;

    /// <summary>Visits after which it has to be enough.</summary>
    private const int MaxVisits = 30_000;

    private const int MaxPasses = 30;
    private const int BatchSize = 8;

    /// <summary>Tells its random numbers from those of the run.</summary>
    private const ulong Stream = 4UL << 32;

    /// <summary>Trains on all answers alike. The sets take turns, so that none of two comes to be known
    /// better.</summary>
    public static void Run(
        NeuralModel model,
        int seed,
        CancellationToken cancellationToken,
        params ReadOnlySpan<EncodedExamples> sets
    )
    {
        int count = sets[0].Count;
        if (count == 0)
        {
            return;
        }

        int answers = count * sets.Length;
        int passes = Math.Clamp((MinVisits + answers - 1) / answers, 1, MaxPasses);
        long visits = Math.Min((long)passes * count, Math.Max(1, MaxVisits / sets.Length));
        var learner = new Optimizer(model);
        int[] order = new int[count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var random = SplitMix64.Create(seed, Stream);
        int tokens = 0;
        for (int visit = 0; visit < visits; visit++)
        {
            if (visit % count == 0)
            {
                random.Shuffle(order);
            }

            double rate = 1 - ((double)visit / visits);
            for (int turn = 0; turn < sets.Length; turn++)
            {
                EncodedExamples set = sets[(visit + turn) % sets.Length];
                (int sequence, int end) = set.SequencesOf(order[visit % count]);
                for (; sequence < end; sequence++)
                {
                    tokens += learner.Learn(set.Sequence(sequence), 1, rate, cancellationToken).Tokens;
                }
            }

            if (visit % BatchSize == BatchSize - 1 || visit == visits - 1)
            {
                learner.EndBatch(tokens, rate);
                tokens = 0;
            }
        }
    }
}
