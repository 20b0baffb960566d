namespace FineTuning.Server.Training.Contracts;

/// <summary>A model as it was after a step, a file or a folder; written at the end of each of the last three
/// epochs.</summary>
public sealed record CheckpointInfo(int Step, string ModelPath, StepReport Metrics, bool IsLast);
