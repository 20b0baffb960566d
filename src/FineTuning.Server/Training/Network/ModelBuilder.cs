using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;

namespace FineTuning.Server.Training.Network;

/// <summary>
/// Builds the model that a run starts with. Vocabularies come from the training data; a base model keeps all it knows
/// and gets what is new besides.
/// </summary>
internal sealed class ModelBuilder(TrainingRequest request, NeuralModel? basis)
{
    /// <summary>Known features of prompts; each costs 260 bytes in the model.</summary>
    private const int MaxPromptRows = 1 << 17;

    /// <summary>Known features of the output so far; each costs 520 bytes.</summary>
    private const int MaxContextRows = 1 << 16;

    /// <summary>From this many examples on, word pairs, pieces and contexts that occur once are left out: they teach
    /// nothing and cost memory.</summary>
    private const int ManyExamples = 5000;

    /// <summary>Bytes of a training file above which character n-grams are left out: there are as many of them as
    /// characters.</summary>
    private const long MaxBytesForPieces = 64L << 20;

    /// <summary>The same for word pairs.</summary>
    private const long MaxBytesForPairs = 256L << 20;

    /// <summary>What all new tokens together take from the probability of the tokens that their texts were spelt
    /// with.</summary>
    private const float NewTokensShare = 0.1f;

    private readonly PromptFeatures _extractor = new();
    private readonly FeatureCounter _features = new();
    private readonly OutputTokenizerBuilder _pieces = new();
    private int _examples;

    /// <summary>The base model that the request names; null if it names none.</summary>
    /// <exception cref="TrainingException">It cannot be read.</exception>
    public static NeuralModel? LoadBasis(TrainingRequest request)
    {
        if (request.BaseModelPath is not { } path)
        {
            return null;
        }

        try
        {
            return NeuralModel.Load(path);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TrainingException(
                $"The model '{request.BaseModel}' cannot be gone on from: {e.Message} Use another base model.",
                "invalid_model",
                "model",
                e
            );
        }
    }

    /// <summary>Counts an example's prompts and answers.</summary>
    public void Add(TrainingLine line)
    {
        foreach (int target in line.Targets)
        {
            AddAnswer(line.Turns[target].Content);
            AddPrompt(line.Turns, target);
        }
    }

    /// <summary>Counts a prompt: the first <paramref name="count"/> turns.</summary>
    public void AddPrompt(IReadOnlyList<ChatTurn> turns, int count)
    {
        _extractor.Extract(turns, count);
        foreach (List<ulong> group in _extractor.Groups)
        {
            foreach (ulong key in group)
            {
                _features.Add(key);
            }
        }
    }

    public void AddAnswer(string text) => _pieces.Add(text);

    /// <summary>Ends an example, of whatever it was made.</summary>
    public void EndExample() => _examples++;

    /// <param name="encode">Encodes the answers, with which the features of the output so far are counted.</param>
    /// <param name="cancellationToken">Ends the building.</param>
    public NeuralModel Build(
        Func<FeatureVocabulary, OutputTokenizer, IReadOnlyList<EncodedExamples>> encode,
        CancellationToken cancellationToken
    )
    {
        int rareFrom = _examples >= ManyExamples ? 2 : 1;
        long bytes = new FileInfo(request.TrainingPath).Length;
        FeatureVocabulary promptVocabulary = _features.Build(
            MaxPromptRows,
            key =>
                PromptFeatures.GroupOf(key) switch
                {
                    PromptFeatures.Words => 1,
                    PromptFeatures.Pieces when bytes > MaxBytesForPieces => int.MaxValue,
                    PromptFeatures.Pairs when bytes > MaxBytesForPairs => int.MaxValue,
                    _ => rareFrom,
                },
            basis?.PromptVocabulary,
            cancellationToken
        );
        OutputTokenizer tokenizer = _pieces.Build(basis?.Tokenizer, cancellationToken);
        FeatureCounter contexts = CountContexts(encode(promptVocabulary, tokenizer), cancellationToken);
        FeatureVocabulary contextVocabulary = contexts.Build(
            MaxContextRows,
            _ => rareFrom,
            basis?.ContextVocabulary,
            cancellationToken
        );
        var shape = new NetworkShape(promptVocabulary.Count, contextVocabulary.Count, tokenizer.Count);
        var network = new NeuralNetwork(shape);
        if (basis is null)
        {
            network.Initialise(SplitMix64.Create(request.Seed, stream: 0));
        }
        else
        {
            network.TakeOver(basis.Network);
            GiveShareToNewTokens(basis, tokenizer, network);
        }

        return new NeuralModel(tokenizer, promptVocabulary, contextVocabulary, network);
    }

    /// <summary>
    /// A new piece of text was spelt by the base model. Its token takes a small share from the first token of that
    /// spelling, so that whatever was likeliest stays so until the training changes it.
    /// </summary>
    private static void GiveShareToNewTokens(NeuralModel basis, OutputTokenizer tokenizer, NeuralNetwork network)
    {
        DenseLayers dense = network.Dense;
        var spelling = new List<int>();
        float share = MathF.Log(NewTokensShare / Math.Max(1, tokenizer.Count - basis.Tokenizer.Count));
        for (int token = basis.Tokenizer.Count; token < tokenizer.Count; token++)
        {
            spelling.Clear();
            basis.Tokenizer.Encode(tokenizer.PieceOf(token)!, spelling);
            dense.OutputFromHidden[spelling[0]].CopyTo(dense.OutputFromHidden[token]);
            dense.OutputFromPrompt[spelling[0]].CopyTo(dense.OutputFromPrompt[token]);
            dense.OutputBias.All[token] = dense.OutputBias.All[spelling[0]] + share;
        }
    }

    private static FeatureCounter CountContexts(
        IReadOnlyList<EncodedExamples> sets,
        CancellationToken cancellationToken
    )
    {
        var counter = new FeatureCounter();
        ulong[] keys = new ulong[OutputContext.MaxKeys];
        foreach (EncodedExamples examples in sets)
        {
            for (int sequence = 0; sequence < examples.SequenceCount; sequence++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<ushort> tokens = examples.TokensOf(sequence);
                for (int position = 0; position < tokens.Length; position++)
                {
                    foreach (ulong key in keys[..OutputContext.Fill(tokens[..position], keys)])
                    {
                        counter.Add(key);
                    }
                }
            }
        }

        return counter;
    }
}
