using System;
using System.Threading;

namespace FineTuning.Server.Training;

/// <summary>Measures a model on the validation examples. Changes nothing of it, so it does not influence the training.</summary>
internal sealed class Validator(NeuralModel model, EncodedExamples examples, int batchSize)
{
    private readonly NetworkWorkspace _work = new(model.Network.Shape);

    /// <summary>The score on one batch; <paramref name="turn"/> goes round the examples.</summary>
    public SequenceScore ScoreBatch(int turn, CancellationToken cancellationToken)
    {
        var count = Math.Min(batchSize, examples.Count);
        var score = default(SequenceScore);
        for (var i = 0; i < count; i++)
        {
            score += ScoreExample((int)((((long)turn * count) + i) % examples.Count), cancellationToken);
        }

        return score;
    }

    public SequenceScore ScoreAll(CancellationToken cancellationToken)
    {
        var score = default(SequenceScore);
        for (var example = 0; example < examples.Count; example++)
        {
            score += ScoreExample(example, cancellationToken);
        }

        return score;
    }

    private SequenceScore ScoreExample(int example, CancellationToken cancellationToken)
    {
        var score = default(SequenceScore);
        var (sequence, end) = examples.SequencesOf(example);
        for (; sequence < end; sequence++)
        {
            score += model.Score(_work, examples.Sequence(sequence), cancellationToken);
        }

        return score;
    }
}
