using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>
/// Hands jobs to a program of the user's, for example one that trains on a GPU, and lets its models answer by the same
/// program. The program is started anew for the plan of a job, for each run of it and for each opened model. See
/// docs/external-trainer.md.
/// </summary>
internal sealed class ExternalTrainer(ExternalProgram program, ILogger log, ExternalLimits? limits = null) : ITrainer
{
    /// <summary>What the names of external trainers begin with.</summary>
    public const string NamePrefix = "external:";

    private readonly ExternalLimits _limits = limits ?? new ExternalLimits();

    public string Name => program.Name;

    public TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default) =>
        new PlanRun(program, _limits, log, request).GoAsync(cancellationToken).GetAwaiter().GetResult();

    public Task<TrainingOutcome> TrainAsync(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control,
        CancellationToken cancellationToken
    ) => new TrainRun(program, _limits, log, request, plan, sink, control).GoAsync(cancellationToken);

    public async Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken)
    {
        if (!Path.Exists(modelPath))
        {
            throw new FileNotFoundException($"The model '{modelPath}' does not exist.", modelPath);
        }

        var model = new ExternalChatModel(program, _limits, log, modelPath);
        try
        {
            await model.OpenAsync(cancellationToken);
            return model;
        }
        catch
        {
            await model.DisposeAsync();
            throw;
        }
    }
}
