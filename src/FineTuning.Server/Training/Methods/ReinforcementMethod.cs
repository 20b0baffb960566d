using System.Runtime.InteropServices;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Training.Methods;

/// <summary>
/// Makes answers likelier that a grader scores higher than the other answers to the same item (Williams' REINFORCE,
/// with the mean of the group as the baseline). Nothing pulls the model back to where it began: a group whose samples
/// all score alike teaches nothing, so what is learnt is left alone.
/// </summary>
internal sealed class ReinforcementMethod : TrainingMethod
{
    /// <summary>Samples an item at a compute multiplier of 1.</summary>
    private const int UsualSamples = 8;

    private const double UsualComputeMultiplier = 1;
    private const int UsualEvalSamples = 2;

    /// <summary>Evaluations of a whole run, if the job does not say how often.</summary>
    private const int UsualEvaluations = 20;

    private const int LargestEvalInterval = 50;

    /// <summary>Rewards say less than answers do, so what they say is followed further.</summary>
    private const double RateFactor = 2;

    /// <summary>Fewer have nothing to compare.</summary>
    private const int MinSamples = 2;

    /// <summary>Items of an evaluation between the ends of epochs.</summary>
    private const int MaxEvaluated = 64;

    // Chance is drawn anew for each step and purpose, so that a state need not hold it and evaluations do not influence
    // the training.
    private const ulong TrainingStream = 1UL << 32;
    private const ulong EvaluationStream = 2UL << 32;
    private const ulong FullEvaluationStream = 3UL << 32;

    private readonly RewardData _training;
    private readonly RewardData? _validation;
    private readonly GradedSamples _samples;
    private readonly Hyperparameters _numbers;
    private readonly int _seed;
    private readonly int _samplesPerItem;
    private readonly RewardMonitor _watch;

    private ReinforcementMethod(
        TrainingRequest request,
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        RewardData training,
        RewardData? validation
    )
        : base(model, learner)
    {
        _training = training;
        _validation = validation;
        _numbers = plan.Hyperparameters;
        _watch = new RewardMonitor(plan.TotalSteps);
        _seed = request.Seed;
        _samplesPerItem = Math.Max(
            MinSamples,
            (int)Math.Round(UsualSamples * (_numbers.ComputeMultiplier?.Value ?? UsualComputeMultiplier))
        );
        IRewardSource rewards =
            request.Rewards
            ?? throw new TrainingException(
                "The job has no grader to score samples with.",
                "invalid_grader",
                "method.reinforcement.grader"
            );
        _samples = new GradedSamples(model, rewards, MaxTokens(request.Hyperparameters.ReasoningEffort));
    }

    public override int ExampleCount => _training.Count;

    public override bool HasValidation => _validation is not null;

    public override int ValidationInterval => _numbers.EvalInterval?.Value ?? ValidationBatches.UsualInterval;

    /// <inheritdoc cref="TrainingMethods.Settle"/>
    public static Hyperparameters Settle(Hyperparameters asked, TrainingPlan plan) =>
        plan.Hyperparameters with
        {
            ComputeMultiplier = asked.ComputeMultiplier?.Value ?? UsualComputeMultiplier,
            EvalInterval =
                asked.EvalInterval?.Value ?? Math.Clamp(plan.TotalSteps / UsualEvaluations, 1, LargestEvalInterval),
            EvalSamples = asked.EvalSamples?.Value ?? UsualEvalSamples,
        };

    public static ReinforcementMethod Start(
        TrainingRequest request,
        TrainingPlan plan,
        CancellationToken cancellationToken
    )
    {
        NeuralModel? basis = ModelBuilder.LoadBasis(request);
        var builder = new ModelBuilder(request, basis);
        var pool = new AnswerPool(request.Grader);
        foreach (RewardItem item in RewardExamples.Read(request.TrainingPath, "training_file", cancellationToken))
        {
            builder.AddPrompt(item.Turns, item.Turns.Count);
            builder.EndExample();
            pool.Add(item);
        }

        foreach (string answer in pool.Answers)
        {
            builder.AddAnswer(answer);
        }

        var answers = new EncodedExamples();
        NeuralModel model = builder.Build(
            (_, tokenizer) =>
            {
                foreach (string answer in pool.Answers)
                {
                    answers.AddAnswer(answer, tokenizer);
                }

                return [answers];
            },
            cancellationToken
        );
        if (basis is null)
        {
            WarmUp.Run(model, request.Seed, cancellationToken, answers);
        }

        var training = RewardData.Read(
            request.TrainingPath,
            "training_file",
            model.PromptVocabulary,
            cancellationToken
        );
        return new ReinforcementMethod(
            request,
            plan,
            model,
            new Optimizer(model, basis?.Network.Shape, byBatch: true),
            training,
            ReadValidation(request, model, cancellationToken)
        );
    }

    /// <summary>Reads the data for the model of an earlier run.</summary>
    public static ReinforcementMethod Resume(
        TrainingRequest request,
        TrainingPlan plan,
        NeuralModel model,
        Optimizer learner,
        CancellationToken cancellationToken
    ) =>
        new(
            request,
            plan,
            model,
            learner,
            RewardData.Read(request.TrainingPath, "training_file", model.PromptVocabulary, cancellationToken),
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
        List<GradedSample> samples = _samples.Draw(
            _training,
            examples,
            _samplesPerItem,
            SplitMix64.Create(_seed, TrainingStream | (uint)step),
            cancellationToken
        );
        MethodScore score = Measure(samples) with { Warnings = _watch.Look(samples, _samplesPerItem, step) };
        if (double.IsFinite(score.Health))
        {
            Learn(CollectionsMarshal.AsSpan(samples), RateFactor * rate, cancellationToken);
        }

        return score;
    }

    public override MethodScore Validate(int step, CancellationToken cancellationToken)
    {
        int[] examples = new int[Math.Min(MaxEvaluated, _validation!.Count)];
        for (int i = 0; i < examples.Length; i++)
        {
            examples[i] = ValidationBatches.Example(step / ValidationInterval, i, examples.Length, _validation.Count);
        }

        return Evaluate(examples, EvaluationStream, step, cancellationToken);
    }

    public override MethodScore ValidateAll(int step, CancellationToken cancellationToken) =>
        Evaluate([.. Enumerable.Range(0, _validation!.Count)], FullEvaluationStream, step, cancellationToken);

    public override void Write(BinaryWriter writer) => _watch.Write(writer);

    public override void Read(BinaryReader reader) => _watch.Read(reader);

    /// <summary>How much a model may say is what comes closest to how hard it thinks.</summary>
    private static int MaxTokens(string? effort) =>
        effort switch
        {
            "low" => 64,
            "high" => 1024,
            _ => 256,
        };

    private static RewardData? ReadValidation(
        TrainingRequest request,
        NeuralModel model,
        CancellationToken cancellationToken
    ) =>
        request.ValidationPath is null
            ? null
            : RewardData.Read(request.ValidationPath, "validation_file", model.PromptVocabulary, cancellationToken);

    private static MethodScore Measure(List<GradedSample> samples)
    {
        double mean = samples.Average(sample => sample.Reward);
        double variance = samples.Average(sample => (sample.Reward - mean) * (sample.Reward - mean));
        int errors = samples.Count(sample => sample.Error is not null);
        List<(string, double)> further = [("reward_mean", mean), ("reward_std", Math.Sqrt(variance))];
        if (errors > 0)
        {
            further.Add(("grader_errors", errors));
            further.Add(("grader_error_share", (double)errors / samples.Count));
        }

        return new MethodScore
        {
            Tokens = samples.Sum(sample => sample.Tokens.Length),
            Health = samples.Sum(sample => sample.LogLikelihood),
            Further = further,
        };
    }

    private MethodScore Evaluate(int[] examples, ulong stream, int step, CancellationToken cancellationToken)
    {
        var random = SplitMix64.Create(_seed, stream | (uint)step);
        List<GradedSample> samples = _samples.Draw(
            _validation!,
            examples,
            _numbers.EvalSamples?.Value ?? 1,
            random,
            cancellationToken
        );
        return Measure(samples) with { Warnings = _watch.LookAtValidation(samples, step) };
    }

    private void Learn(ReadOnlySpan<GradedSample> samples, double rate, CancellationToken cancellationToken)
    {
        int learnt = 0;
        for (int first = 0; first < samples.Length; first += _samplesPerItem)
        {
            ReadOnlySpan<GradedSample> group = samples.Slice(first, _samplesPerItem);
            double baseline = 0.0;
            foreach (GradedSample sample in group)
            {
                baseline += sample.Reward / group.Length;
            }

            foreach (GradedSample sample in group)
            {
                float weight = (float)(sample.Reward - baseline);
                if (MathF.Abs(weight) > 1e-6f)
                {
                    EncodedSequence prompt = _training.Prompts.Sequence(sample.Example);
                    Optimizer.Learn(
                        new EncodedSequence(prompt.Features, prompt.Groups, sample.Tokens),
                        weight,
                        rate,
                        cancellationToken
                    );
                    learnt++;
                }
            }
        }

        if (learnt > 0)
        {
            Optimizer.EndBatch(samples.Length, rate);
        }
    }
}
