using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Data;

/// <summary>One line of a training file.</summary>
/// <param name="LineNumber">Counted from 1, blank lines included.</param>
/// <param name="Turns">The conversation, in order.</param>
/// <param name="Targets">Indices into <paramref name="Turns"/> of the assistant's messages to learn; each is
/// conditioned on all turns before it.</param>
internal sealed record TrainingLine(int LineNumber, IReadOnlyList<ChatTurn> Turns, IReadOnlyList<int> Targets);
