using System.Numerics.Tensors;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// A trained model: vocabularies and weights. Answers conversations. All members may be called by several threads at a
/// time, except while a trainer changes the weights.
/// </summary>
internal sealed class NeuralModel
{
    private const string Magic = "FTMODEL1";
    private const int Version = 1;

    public NeuralModel(
        OutputTokenizer tokenizer,
        FeatureVocabulary promptVocabulary,
        FeatureVocabulary contextVocabulary,
        NeuralNetwork network
    )
    {
        if (network.Shape != new NetworkShape(promptVocabulary.Count, contextVocabulary.Count, tokenizer.Count))
        {
            throw new InvalidDataException("The model's vocabularies and weights do not fit together.");
        }

        Tokenizer = tokenizer;
        PromptVocabulary = promptVocabulary;
        ContextVocabulary = contextVocabulary;
        Network = network;
    }

    public OutputTokenizer Tokenizer { get; }

    public FeatureVocabulary PromptVocabulary { get; }

    public FeatureVocabulary ContextVocabulary { get; }

    public NeuralNetwork Network { get; }

    /// <summary>Reads a model file whole.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or no model.</exception>
    public static NeuralModel Load(string path) => ChecksummedFile.Read(path, Magic, Version, Read);

    /// <summary>Writes the model whole under another name, and then gives it its own.</summary>
    public void Save(string path) => ChecksummedFile.Write(path, Magic, Version, Write);

    /// <summary>The whole answer to a conversation.</summary>
    public string Generate(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) => string.Concat(Start(messages, options, cancellationToken));

    /// <summary>
    /// The answer piece by piece, made as it is enumerated (once). The generation also tells why it ended and what it
    /// used.
    /// </summary>
    public Generation Start(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions? options = null,
        CancellationToken cancellationToken = default
    ) => new(this, messages, options ?? new GenerationOptions(), cancellationToken);

    /// <summary>
    /// The log likelihood of a sequence and how much of it would have been predicted right. Changes nothing but the
    /// workspace.
    /// </summary>
    public SequenceScore Score(NetworkWorkspace work, EncodedSequence sequence, CancellationToken cancellationToken)
    {
        Span<int> rows = stackalloc int[OutputContext.MaxKeys];
        Network.ReadPrompt(work, sequence.Features, sequence.Groups);
        var score = default(SequenceScore);
        for (int position = 0; position < sequence.Tokens.Length; position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Network.Predict(work, rows[..FindContext(sequence.Tokens[..position], rows)]);
            ushort token = sequence.Tokens[position];
            bool isCorrect = TensorPrimitives.IndexOfMax<float>(work.Logits) == token;
            score += new SequenceScore(work.Normalise() - work.Logits[token], isCorrect ? 1 : 0, 1);
        }

        return score;
    }

    /// <summary>The known features of the output so far; returns their number.</summary>
    public int FindContext(ReadOnlySpan<ushort> before, Span<int> rows)
    {
        Span<ulong> keys = stackalloc ulong[OutputContext.MaxKeys];
        int known = 0;
        foreach (ulong key in keys[..OutputContext.Fill(before, keys)])
        {
            int row = ContextVocabulary.Find(key);
            if (row >= 0)
            {
                rows[known++] = row;
            }
        }

        return known;
    }

    internal static NeuralModel Read(BinaryReader reader) =>
        new(
            OutputTokenizer.Read(reader),
            FeatureVocabulary.Read(reader),
            FeatureVocabulary.Read(reader),
            NeuralNetwork.Read(reader)
        );

    internal void Write(BinaryWriter writer)
    {
        Tokenizer.Write(writer);
        PromptVocabulary.Write(writer);
        ContextVocabulary.Write(writer);
        Network.Write(writer);
    }
}
