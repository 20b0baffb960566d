using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Data;

/// <summary>
/// Pairs of answers as numbers, with the log likelihoods that the reference gives them. Likelihoods are those of the
/// texts without their ends: all answers end alike, and a model that is taught that a wrong answer should not end
/// learns to go on after right ones.
/// </summary>
internal sealed class PreferenceData
{
    private double[] _preferredReference = [];
    private double[] _nonPreferredReference = [];

    private PreferenceData() { }

    public EncodedExamples Preferred { get; } = new();

    public EncodedExamples NonPreferred { get; } = new();

    public int Count => Preferred.Count;

    public static PreferenceData Read(
        string path,
        string param,
        FeatureVocabulary vocabulary,
        OutputTokenizer tokenizer,
        CancellationToken cancellationToken
    )
    {
        var extractor = new PromptFeatures();
        var data = new PreferenceData();
        foreach (PreferencePair pair in PreferenceExamples.Read(path, param, cancellationToken))
        {
            data.Preferred.Add(pair.Preferred, extractor, vocabulary, tokenizer);
            data.NonPreferred.Add(pair.NonPreferred, extractor, vocabulary, tokenizer);
        }

        return data.Count > 0 ? data : throw PreferenceExamples.NothingToLearn(param);
    }

    public ulong Fingerprint() => SplitMix64.Mix(Preferred.Fingerprint() + 1) ^ NonPreferred.Fingerprint();

    /// <summary>Takes the model as it is now for the reference.</summary>
    public void SetReference(NeuralModel model, NetworkWorkspace work, CancellationToken cancellationToken)
    {
        _preferredReference = new double[Count];
        _nonPreferredReference = new double[Count];
        for (int example = 0; example < Count; example++)
        {
            _preferredReference[example] = LogLikelihood(Preferred, example, model, work, out _, cancellationToken);
            _nonPreferredReference[example] = LogLikelihood(
                NonPreferred,
                example,
                model,
                work,
                out _,
                cancellationToken
            );
        }
    }

    /// <summary>How much more the preferred answer gained than the other since the reference, in nats.</summary>
    public double Margin(
        int example,
        NeuralModel model,
        NetworkWorkspace work,
        out int tokens,
        CancellationToken cancellationToken
    )
    {
        double preferred = LogLikelihood(Preferred, example, model, work, out int preferredTokens, cancellationToken);
        double nonPreferred = LogLikelihood(
            NonPreferred,
            example,
            model,
            work,
            out int nonPreferredTokens,
            cancellationToken
        );
        tokens = preferredTokens + nonPreferredTokens;
        return preferred - _preferredReference[example] - (nonPreferred - _nonPreferredReference[example]);
    }

    public void WriteReference(BinaryWriter writer)
    {
        writer.WriteRun<double>(_preferredReference);
        writer.WriteRun<double>(_nonPreferredReference);
    }

    public void ReadReference(BinaryReader reader)
    {
        _preferredReference = new double[Count];
        _nonPreferredReference = new double[Count];
        reader.ReadRun<double>(_preferredReference);
        reader.ReadRun<double>(_nonPreferredReference);
    }

    private static double LogLikelihood(
        EncodedExamples examples,
        int example,
        NeuralModel model,
        NetworkWorkspace work,
        out int tokens,
        CancellationToken cancellationToken
    )
    {
        var score = default(SequenceScore);
        (int sequence, int end) = examples.SequencesOf(example);
        for (; sequence < end; sequence++)
        {
            score += model.Score(work, examples.Sequence(sequence).WithoutEnd(), cancellationToken);
        }

        tokens = score.Tokens;
        return -score.NegativeLogLikelihood;
    }
}
