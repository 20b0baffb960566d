using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Training.Methods;

/// <summary>
/// Direct preference optimisation (Rafailov et al. 2023): makes the preferred of two answers gain more likelihood than
/// the other, both against a frozen reference. The reference is the model that the run starts with: the base model, or
/// one that was warmed up on the preferred and the other answers alike and so prefers neither. Only its log likelihoods
/// of the data are ever needed, so these are kept and not the model.
/// </summary>
internal sealed class PreferenceMethod : TrainingMethod
{
    /// <summary>Much of what a pair says about its two answers is the same and cancels out, so what is left is followed
    /// further.</summary>
    private const double RateFactor = 4;

    /// <summary>
    /// Weight of the preferred answer's own likelihood, besides the preference loss. That loss is content when both
    /// answers become impossible, if only the other does so faster, and a small model gets there soon (Pang et al. 2024
    /// add the same for large ones).
    /// </summary>
    private const float Anchor = 0.2f;

    private const double UsualBeta = 0.1;

    private readonly PreferenceData _training;
    private readonly PreferenceData? _validation;
    private readonly NetworkWorkspace _work;
    private readonly double _beta;
    private readonly int _validationBatch;
    private readonly double[] _margins;

    private PreferenceMethod(
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        PreferenceData training,
        PreferenceData? validation
    )
        : base(model, learner)
    {
        _training = training;
        _validation = validation;
        _work = new NetworkWorkspace(model.Network.Shape);
        _beta = plan.Hyperparameters.Beta?.Value ?? throw new ArgumentException("The plan has no beta.", nameof(plan));
        _validationBatch = ValidationBatches.Size(plan, validation?.Count ?? 0);
        _margins = new double[plan.BatchSize];
    }

    public override int ExampleCount => _training.Count;

    public override bool HasValidation => _validation is not null;

    public override int ValidationInterval => ValidationBatches.UsualInterval;

    /// <inheritdoc cref="TrainingMethods.Settle"/>
    public static Hyperparameters Settle(Hyperparameters asked, TrainingPlan plan) =>
        plan.Hyperparameters with
        {
            Beta = asked.Beta?.Value ?? UsualBeta,
        };

    public static PreferenceMethod Start(
        TrainingRequest request,
        TrainingPlan plan,
        CancellationToken cancellationToken
    )
    {
        NeuralModel? basis = ModelBuilder.LoadBasis(request);
        var builder = new ModelBuilder(request, basis);
        foreach (
            PreferencePair pair in PreferenceExamples.Read(request.TrainingPath, "training_file", cancellationToken)
        )
        {
            builder.Add(pair.Preferred);
            builder.Add(pair.NonPreferred);
            builder.EndExample();
        }

        PreferenceData training = null!;
        NeuralModel model = builder.Build(
            (vocabulary, tokenizer) =>
            {
                training = PreferenceData.Read(
                    request.TrainingPath,
                    "training_file",
                    vocabulary,
                    tokenizer,
                    cancellationToken
                );
                return [training.Preferred, training.NonPreferred];
            },
            cancellationToken
        );
        if (basis is null)
        {
            WarmUp.Run(model, request.Seed, cancellationToken, training.Preferred, training.NonPreferred);
        }

        var method = new PreferenceMethod(
            plan,
            model,
            new Optimizer(model, basis?.Network.Shape ?? model.Network.Shape, byBatch: true),
            training,
            ReadValidation(request, model, cancellationToken)
        );
        training.SetReference(model, method._work, cancellationToken);
        method._validation?.SetReference(model, method._work, cancellationToken);
        return method;
    }

    /// <summary>Reads the data for the model of an earlier run.</summary>
    public static PreferenceMethod Resume(
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
            PreferenceData.Read(
                request.TrainingPath,
                "training_file",
                model.PromptVocabulary,
                model.Tokenizer,
                cancellationToken
            ),
            ReadValidation(request, model, cancellationToken)
        );

    public override ulong Fingerprint() => _training.Fingerprint();

    public override MethodScore Step(
        ReadOnlySpan<int> examples,
        int step,
        double rate,
        CancellationToken cancellationToken
    )
    {
        // All margins first: learning from a pair changes what the others of its batch would be weighted with.
        var sum = default(PreferenceSum);
        for (int i = 0; i < examples.Length; i++)
        {
            _margins[i] = _beta * _training.Margin(examples[i], Model, _work, out int tokens, cancellationToken);
            sum.Add(_margins[i], tokens);
        }

        for (int i = 0; i < examples.Length; i++)
        {
            // The derivative of -log sigmoid(m) is -sigmoid(-m). Beta's own factor is left out, as both optimisers
            // divide by the size of past gradients: beta acts by how soon a pair has gained enough.
            float weight = (float)(1 / (1 + Math.Exp(_margins[i])));
            Learn(_training.Preferred, examples[i], weight + Anchor, withEnd: true, rate, cancellationToken);
            Learn(_training.NonPreferred, examples[i], -weight, withEnd: false, rate, cancellationToken);
        }

        Optimizer.EndBatch(examples.Length, RateFactor * rate);
        return sum.ToScore();
    }

    public override MethodScore Validate(int step, CancellationToken cancellationToken)
    {
        var sum = default(PreferenceSum);
        for (int i = 0; i < _validationBatch; i++)
        {
            Measure(
                ref sum,
                ValidationBatches.Example(step / ValidationInterval, i, _validationBatch, _validation!.Count),
                cancellationToken
            );
        }

        return sum.ToScore();
    }

    public override MethodScore ValidateAll(int step, CancellationToken cancellationToken)
    {
        var sum = default(PreferenceSum);
        for (int example = 0; example < _validation!.Count; example++)
        {
            Measure(ref sum, example, cancellationToken);
        }

        return sum.ToScore();
    }

    public override void Write(BinaryWriter writer)
    {
        _training.WriteReference(writer);
        _validation?.WriteReference(writer);
    }

    public override void Read(BinaryReader reader)
    {
        _training.ReadReference(reader);
        _validation?.ReadReference(reader);
    }

    private static PreferenceData? ReadValidation(
        TrainingRequest request,
        NeuralModel model,
        CancellationToken cancellationToken
    ) =>
        request.ValidationPath is null
            ? null
            : PreferenceData.Read(
                request.ValidationPath,
                "validation_file",
                model.PromptVocabulary,
                model.Tokenizer,
                cancellationToken
            );

    private void Learn(
        EncodedExamples examples,
        int example,
        float weight,
        bool withEnd,
        double rate,
        CancellationToken cancellationToken
    )
    {
        (int sequence, int end) = examples.SequencesOf(example);
        for (; sequence < end; sequence++)
        {
            EncodedSequence answer = examples.Sequence(sequence);
            Optimizer.Learn(withEnd ? answer : answer.WithoutEnd(), weight, RateFactor * rate, cancellationToken);
        }
    }

    private void Measure(ref PreferenceSum sum, int example, CancellationToken cancellationToken)
    {
        double margin = _beta * _validation!.Margin(example, Model, _work, out int tokens, cancellationToken);
        sum.Add(margin, tokens);
    }
}
