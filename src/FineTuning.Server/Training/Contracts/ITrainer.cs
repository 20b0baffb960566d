namespace FineTuning.Server.Training.Contracts;

/// <summary>The port behind which a job's model is optimised. One call trains, or goes on training, one job.</summary>
public interface ITrainer
{
    /// <summary>A short name for logs and for the model's <c>owned_by</c>.</summary>
    string Name { get; }

    /// <summary>Settles every 'auto' of the request from the data, before the first step. Reads the whole training
    /// file.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    /// <exception cref="TrainingException">The data or the parameters cannot be trained on.</exception>
    TrainingPlan Plan(TrainingRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Trains until the plan is done, <paramref name="control"/> asks for a pause, or <paramref
    /// name="cancellationToken"/> is cancelled. Runs on the caller's thread between its awaits; calls the sink in step
    /// order.
    /// </summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    /// <exception cref="TrainingException">The data or the parameters cannot be trained on.</exception>
    Task<TrainingOutcome> TrainAsync(
        TrainingRequest request,
        TrainingPlan plan,
        ITrainingSink sink,
        TrainingControl control,
        CancellationToken cancellationToken
    );

    /// <summary>Opens a model that this trainer wrote, to answer conversations.</summary>
    /// <exception cref="System.IO.InvalidDataException">The file is damaged or no model of this trainer.</exception>
    /// <exception cref="System.IO.FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelUnavailableException">What is to hold the model failed; another try may work.</exception>
    Task<IChatModel> OpenAsync(string modelPath, CancellationToken cancellationToken);
}
