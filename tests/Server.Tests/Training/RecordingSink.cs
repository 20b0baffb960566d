using System;
using System.Collections.Generic;
using System.Linq;
using FineTuning.Server.Training;

namespace FineTuning.Server.Tests.Training;

/// <summary>Keeps what a trainer reports, and can act on a step.</summary>
internal sealed class RecordingSink(Action<StepMetrics>? onStep = null, Action<string, int>? onState = null) : ITrainingSink
{
    public List<StepMetrics> Steps { get; } = [];

    public List<CheckpointInfo> Checkpoints { get; } = [];

    public List<(string Path, int Step)> States { get; } = [];

    public IEnumerable<StepMetrics> EpochEnds => Steps.Where(step => step.Epoch == Math.Floor(step.Epoch));

    public void Step(StepMetrics metrics)
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
