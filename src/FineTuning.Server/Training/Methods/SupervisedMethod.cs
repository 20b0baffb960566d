using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Training.Methods;

/// <summary>Makes given answers likelier: goes down the negative log likelihood of their tokens.</summary>
internal sealed class SupervisedMethod : TrainingMethod
{
    private readonly EncodedExamples _training;
    private readonly EncodedExamples? _validation;
    private readonly NetworkWorkspace _work;
    private readonly int _validationBatch;

    private SupervisedMethod(
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        EncodedExamples training,
        EncodedExamples? validation
    )
        : base(model, learner)
    {
        _training = training;
        _validation = validation;
        _work = new NetworkWorkspace(model.Network.Shape);
        _validationBatch = ValidationBatches.Size(plan, validation?.Count ?? 0);
    }

    public override int ExampleCount => _training.Count;

    public override bool HasValidation => _validation is not null;

    public override int ValidationInterval => ValidationBatches.UsualInterval;

    public static SupervisedMethod Start(
        TrainingRequest request,
        TrainingPlan plan,
        CancellationToken cancellationToken
    )
    {
        NeuralModel? basis = ModelBuilder.LoadBasis(request);
        var builder = new ModelBuilder(request, basis);
        foreach (TrainingLine line in TrainingExamples.Read(request.TrainingPath, "training_file", cancellationToken))
        {
            builder.Add(line);
            builder.EndExample();
        }

        EncodedExamples training = null!;
        NeuralModel model = builder.Build(
            (vocabulary, tokenizer) =>
                [training = Encode(request.TrainingPath, "training_file", vocabulary, tokenizer, cancellationToken)],
            cancellationToken
        );
        return new SupervisedMethod(
            plan,
            model,
            new Optimizer(model, basis?.Network.Shape),
            training,
            EncodeValidation(request, model, cancellationToken)
        );
    }

    /// <summary>Reads the data for the model of an earlier run.</summary>
    public static SupervisedMethod Resume(
        TrainingRequest request,
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        CancellationToken cancellationToken
    ) =>
        new(
            plan,
            model,
            learner,
            Encode(request.TrainingPath, "training_file", model.PromptVocabulary, model.Tokenizer, cancellationToken),
            EncodeValidation(request, model, cancellationToken)
        );

    public override ulong Fingerprint() => _training.Fingerprint();

    public override MethodScore Step(
        ReadOnlySpan<int> examples,
        int step,
        double rate,
        CancellationToken cancellationToken
    )
    {
        var score = default(SequenceScore);
        foreach (int example in examples)
        {
            (int sequence, int end) = _training.SequencesOf(example);
            for (; sequence < end; sequence++)
            {
                score += Optimizer.Learn(_training.Sequence(sequence), 1, rate, cancellationToken);
            }
        }

        Optimizer.EndBatch(score.Tokens, rate);
        return ToMethodScore(score);
    }

    public override MethodScore Validate(int step, CancellationToken cancellationToken)
    {
        var score = default(SequenceScore);
        for (int i = 0; i < _validationBatch; i++)
        {
            score += Score(
                ValidationBatches.Example(step / ValidationInterval, i, _validationBatch, _validation!.Count),
                cancellationToken
            );
        }

        return ToMethodScore(score);
    }

    public override MethodScore ValidateAll(int step, CancellationToken cancellationToken)
    {
        var score = default(SequenceScore);
        for (int example = 0; example < _validation!.Count; example++)
        {
            score += Score(example, cancellationToken);
        }

        return ToMethodScore(score);
    }

    private static MethodScore ToMethodScore(SequenceScore score) =>
        new()
        {
            Loss = score.Loss,
            Accuracy = score.Accuracy,
            Tokens = score.Tokens,
            Health = score.Loss,
        };

    private static EncodedExamples? EncodeValidation(
        TrainingRequest request,
        NeuralModel model,
        CancellationToken cancellationToken
    ) =>
        request.ValidationPath is null
            ? null
            : Encode(
                request.ValidationPath,
                "validation_file",
                model.PromptVocabulary,
                model.Tokenizer,
                cancellationToken
            );

    private static EncodedExamples Encode(
        string path,
        string param,
        FeatureVocabulary vocabulary,
        OutputTokenizer tokenizer,
        CancellationToken cancellationToken
    )
    {
        var extractor = new PromptFeatures();
        var examples = new EncodedExamples();
        foreach (TrainingLine line in TrainingExamples.Read(path, param, cancellationToken))
        {
            examples.Add(line, extractor, vocabulary, tokenizer);
        }

        return examples.Count > 0 ? examples : throw TrainingExamples.NothingToLearn(param);
    }

    private SequenceScore Score(int example, CancellationToken cancellationToken)
    {
        var score = default(SequenceScore);
        (int sequence, int end) = _validation!.SequencesOf(example);
        for (; sequence < end; sequence++)
        {
            score += Model.Score(_work, _validation.Sequence(sequence), cancellationToken);
        }

        return score;
    }
}
