namespace FineTuning.Server.Training.Contracts;

/// <summary>Lets the owner of a run ask it to pause at the next step.</summary>
public sealed class TrainingControl
{
    private readonly TaskCompletionSource _pause = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool PauseRequested => _pause.Task.IsCompleted;

    /// <summary>Ends when a pause is asked for.</summary>
    public Task Pause => _pause.Task;

    public void RequestPause() => _pause.TrySetResult();
}
