namespace FineTuning.Server.Training.Contracts;

/// <summary>What the trainer reports while it works. Calls come from one thread at a time and must be cheap.</summary>
public interface ITrainingSink
{
    /// <summary>A step was done.</summary>
    void Step(StepReport metrics);

    /// <summary>A usable model was written to <see cref="CheckpointInfo.ModelPath"/>.</summary>
    void Checkpoint(CheckpointInfo checkpoint);

    /// <summary>
    /// The optimiser's state was written whole to <paramref name="path"/>, a file or a folder; a later run can go on
    /// from it. The state told of before is deleted after this returns, so remember the new one before returning. A run
    /// that goes on from a state reports the steps and checkpoints after it again, with the same numbers.
    /// </summary>
    void StateSaved(string path, int step);
}
