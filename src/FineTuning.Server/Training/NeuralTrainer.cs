using System;
using System.Threading;
using System.Threading.Tasks;

namespace FineTuning.Server.Training;

/// <summary>
/// The built-in trainer: a small conditional language model, trained from nothing on one core. The same seed, data and parameters give
/// the same losses to the last bit on one machine.
/// </summary>
internal sealed class NeuralTrainer : ITrainer
{
    /// <summary>The name under which the built-in trainer's models are stored.</summary>
    public const string BuiltInName = "local-small";

    public string Name => BuiltInName;

    public TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default)
    {
        CheckMethod(request);
        return PlanRules.Settle(request, TrainingData.CountExamples(request, cancellationToken));
    }

    /// <remarks>Works on the caller's thread to the end: the task it returns is complete.</remarks>
    public Task<TrainingOutcome> TrainAsync(
        TrainingRequest request, TrainingPlan plan, ITrainingSink sink, TrainingControl control, CancellationToken cancellationToken)
    {
        try
        {
            CheckMethod(request);
            var run = request.ResumeFrom is null
                ? SupervisedRun.Start(request, plan, sink, cancellationToken)
                : SupervisedRun.Resume(request, plan, sink, cancellationToken);
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

    private static void CheckMethod(TrainingRequest request)
    {
        if (request.Method != "supervised")
        {
            throw new TrainingException(
                $"The built-in trainer does not do the method '{request.Method}' yet; it does 'supervised'.", "unsupported_method", "method");
        }
    }
}
