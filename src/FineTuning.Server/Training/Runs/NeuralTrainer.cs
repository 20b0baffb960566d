using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Methods;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Runs;

/// <summary>
/// The built-in trainer: a small conditional language model, trained on one core from nothing or from a model that it
/// made. The same seed, data and parameters give the same losses to the last bit on one machine.
/// </summary>
internal sealed class NeuralTrainer : ITrainer
{
    /// <summary>The name under which the built-in trainer's models are stored.</summary>
    public const string BuiltInName = "local-small";

    public string Name => BuiltInName;

    public TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default) =>
        PlanRules.Settle(request, TrainingMethods.CountExamples(request, cancellationToken));

    /// <remarks>Works on the caller's thread to the end: the task it returns is complete.</remarks>
    public Task<TrainingOutcome> TrainAsync(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control,
        CancellationToken cancellationToken
    )
    {
        try
        {
            TrainingRun run = request.ResumeFrom is null
                ? TrainingRun.Start(request, plan, sink, cancellationToken)
                : TrainingRun.Resume(request, plan, sink, cancellationToken);
            return Task.FromResult(run.Go(control, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TrainingOutcome>(cancellationToken);
        }
        catch (Exception e)
        {
            return Task.FromException<TrainingOutcome>(e);
        }
    }

    public Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken) =>
        Task.Run<IChatModel>(() => new NeuralChatModel(NeuralModel.Load(modelPath)), cancellationToken);
}
