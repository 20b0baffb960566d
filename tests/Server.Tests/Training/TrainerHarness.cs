using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Tests.Training;

/// <summary>Runs the built-in trainer on a few lines.</summary>
internal static class TrainerHarness
{
    public static TrainingRequest Request(
        TrainingFolder folder,
        string trainingPath,
        int seed = 1,
        int? epochs = null
    ) =>
        new()
        {
            JobId = "ftjob-test",
            BaseModel = "base",
            Method = "supervised",
            TrainingPath = trainingPath,
            Hyperparameters = new() { EpochCount = epochs },
            Seed = seed,
            WorkFolder = folder.NewFolder(),
        };

    /// <summary>The request with other numbers; those that are null stay as they are.</summary>
    public static TrainingRequest With(this TrainingRequest request, Hyperparameters numbers) =>
        request with
        {
            Hyperparameters = Merge(request.Hyperparameters, numbers),
        };

    /// <summary>The plan with other numbers; those that are null stay as they are.</summary>
    public static TrainingPlan With(this TrainingPlan plan, Hyperparameters numbers) =>
        plan with
        {
            Hyperparameters = Merge(plan.Hyperparameters, numbers),
        };

    public static (TrainingOutcome Outcome, RecordingSink Sink) Train(
        TrainingRequest request,
        RecordingSink? sink = null,
        TrainingControl? control = null,
        CancellationToken cancellationToken = default
    )
    {
        var trainer = new NeuralTrainer();
        sink ??= new RecordingSink();
        TrainingPlan plan = trainer.Plan(request, cancellationToken);
        Task<TrainingOutcome> task = trainer.TrainAsync(
            request,
            plan,
            sink,
            control ?? new TrainingControl(),
            cancellationToken
        );
        return (task.GetAwaiter().GetResult(), sink);
    }

    public static NeuralModel TrainModel(TrainingRequest request) =>
        NeuralModel.Load(Train(request).Outcome.ModelPath!);

    public static string Ask(NeuralModel model, string prompt, GenerationOptions? options = null) =>
        model.Generate([new ChatTurn("user", prompt)], options);

    /// <summary>The bits of every number reported for the steps.</summary>
    public static IEnumerable<long> Bits(IEnumerable<StepReport> steps) =>
        steps.SelectMany(step =>
            (long[])
                [
                    step.Step,
                    BitConverter.DoubleToInt64Bits(step.TrainLoss ?? -1),
                    BitConverter.DoubleToInt64Bits(step.TrainAccuracy ?? -1),
                    BitConverter.DoubleToInt64Bits(step.ValidLoss ?? -1),
                    BitConverter.DoubleToInt64Bits(step.FullValidLoss ?? -1),
                    step.TrainedTokens,
                    .. (step.Extra ?? new Dictionary<string, double>())
                        .OrderBy(pair => pair.Key)
                        .Select(pair => BitConverter.DoubleToInt64Bits(pair.Value)),
                ]
        );

    /// <summary>The mean of a further number over some steps.</summary>
    public static double Mean(IEnumerable<StepReport> steps, string name) => steps.Average(step => step.Extra![name]);

    /// <summary>The mean train loss of the last steps.</summary>
    public static double FinalLoss(RecordingSink sink, int steps = 20) =>
        sink.Steps.TakeLast(steps).Average(step => step.TrainLoss!.Value);

    private static Hyperparameters Merge(Hyperparameters numbers, Hyperparameters others) =>
        HyperparameterTable.Make(number => number.Get(others) ?? number.Get(numbers));
}
