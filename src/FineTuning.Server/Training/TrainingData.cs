using System.IO;
using System.Linq;
using System.Threading;

namespace FineTuning.Server.Training;

/// <summary>The files of a job as a fresh model sees them, or as the model of an earlier run did.</summary>
internal sealed class TrainingData
{
    /// <summary>Known features of prompts; each costs 260 bytes in the model.</summary>
    private const int MaxPromptRows = 1 << 17;

    /// <summary>Known features of the output so far; each costs 520 bytes.</summary>
    private const int MaxContextRows = 1 << 16;

    /// <summary>From this many examples on, word pairs, pieces and contexts that occur once are left out: they teach nothing and cost memory.</summary>
    private const int ManyExamples = 5000;

    /// <summary>Bytes of a training file above which character n-grams are left out: there are as many of them as characters.</summary>
    private const long MaxBytesForPieces = 64L << 20;

    /// <summary>The same for word pairs.</summary>
    private const long MaxBytesForPairs = 256L << 20;

    private TrainingData(NeuralModel model, EncodedExamples training, EncodedExamples? validation)
    {
        Model = model;
        Training = training;
        Validation = validation;
    }

    public NeuralModel Model { get; }

    public EncodedExamples Training { get; }

    public EncodedExamples? Validation { get; }

    /// <summary>The number of lines of the training file that have something to learn; at least one.</summary>
    public static int CountExamples(TrainingRequest request, CancellationToken cancellationToken)
    {
        var count = TrainingExamples.Read(request.TrainingPath, "training_file", cancellationToken).Count();
        return count > 0 ? count : throw NothingToLearn("training_file");
    }

    /// <summary>Builds the vocabularies and a model with its starting weights from the training file.</summary>
    public static TrainingData ForNewModel(TrainingRequest request, CancellationToken cancellationToken)
    {
        var extractor = new PromptFeatures();
        var features = new FeatureCounter();
        var pieces = new OutputTokenizerBuilder();
        var count = 0;
        foreach (var line in TrainingExamples.Read(request.TrainingPath, "training_file", cancellationToken))
        {
            count++;
            foreach (var target in line.Targets)
            {
                pieces.Add(line.Turns[target].Content);
                extractor.Extract(line.Turns, target);
                foreach (var group in extractor.Groups)
                {
                    foreach (var key in group)
                    {
                        features.Add(key);
                    }
                }
            }
        }

        var rareFrom = count >= ManyExamples ? 2 : 1;
        var bytes = new FileInfo(request.TrainingPath).Length;
        var promptVocabulary = features.Build(MaxPromptRows, key => PromptFeatures.GroupOf(key) switch
        {
            PromptFeatures.Words => 1,
            PromptFeatures.Pieces when bytes > MaxBytesForPieces => int.MaxValue,
            PromptFeatures.Pairs when bytes > MaxBytesForPairs => int.MaxValue,
            _ => rareFrom,
        });
        var tokenizer = pieces.Build();
        var training = Encode(request.TrainingPath, "training_file", promptVocabulary, tokenizer, cancellationToken);
        var contextVocabulary = CountContexts(training, rareFrom, cancellationToken);
        var network = new NeuralNetwork(new NetworkShape(promptVocabulary.Count, contextVocabulary.Count, tokenizer.Count));
        network.Initialise(SplitMix64.Create(request.Seed, stream: 0));
        var model = new NeuralModel(tokenizer, promptVocabulary, contextVocabulary, network);
        return new TrainingData(model, training, EncodeValidation(request, model, cancellationToken));
    }

    /// <summary>Encodes the files with the vocabularies that an earlier run built.</summary>
    public static TrainingData ForModel(TrainingRequest request, NeuralModel model, CancellationToken cancellationToken) => new(
        model,
        Encode(request.TrainingPath, "training_file", model.PromptVocabulary, model.Tokenizer, cancellationToken),
        EncodeValidation(request, model, cancellationToken));

    private static EncodedExamples? EncodeValidation(TrainingRequest request, NeuralModel model, CancellationToken cancellationToken) =>
        request.ValidationPath is null
            ? null
            : Encode(request.ValidationPath, "validation_file", model.PromptVocabulary, model.Tokenizer, cancellationToken);

    private static EncodedExamples Encode(
        string path, string param, FeatureVocabulary vocabulary, OutputTokenizer tokenizer, CancellationToken cancellationToken)
    {
        var extractor = new PromptFeatures();
        var examples = new EncodedExamples();
        foreach (var line in TrainingExamples.Read(path, param, cancellationToken))
        {
            examples.Add(line, extractor, vocabulary, tokenizer);
        }

        return examples.Count > 0 ? examples : throw NothingToLearn(param);
    }

    private static FeatureVocabulary CountContexts(EncodedExamples examples, int minCount, CancellationToken cancellationToken)
    {
        var counter = new FeatureCounter();
        var keys = new ulong[OutputContext.MaxKeys];
        for (var sequence = 0; sequence < examples.SequenceCount; sequence++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var tokens = examples.TokensOf(sequence);
            for (var position = 0; position < tokens.Length; position++)
            {
                foreach (var key in keys[..OutputContext.Fill(tokens[..position], keys)])
                {
                    counter.Add(key);
                }
            }
        }

        return counter.Build(MaxContextRows, _ => minCount);
    }

    private static TrainingException NothingToLearn(string param) =>
        new("The file has no assistant text to learn from: every assistant message is empty of text or has weight 0.", param: param);
}
