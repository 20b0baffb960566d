using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Tests.Training;

/// <summary>Keeps what a trainer reports, and can act on a step.</summary>
internal sealed class RecordingSink(Action<StepReport>? onStep = null, Action<string, int>? onState = null)
    : ITrainingSink
{
    public List<StepReport> Steps { get; } = [];

    public List<CheckpointInfo> Checkpoints { get; } = [];

    public List<(string Path, int Step)> States { get; } = [];

    public IEnumerable<StepReport> EpochEnds => Steps.Where(step => step.Epoch == Math.Floor(step.Epoch));

    public void Step(StepReport metrics)
    {
        Steps.Add(metrics);
        onStep?.Invoke(metrics);
    }

    public void Checkpoint(CheckpointInfo checkpoint) => Checkpoints.Add(checkpoint);

    public void StateSaved(string path, int step)
    {
        States.Add((path, step));
        onState?.Invoke(path, step);
    }
}
