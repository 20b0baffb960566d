using FineTuning.Server.Training.Network;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Training.Methods;

/// <summary>
/// What differs between the methods: their data, what a step does, and what they measure. The schedule, the order of
/// the examples, the checkpoints, the states and the pauses are <see cref="TrainingRun"/>'s.
/// </summary>
internal abstract class TrainingMethod(NeuralModel model, Optimizer learner)
{
    /// <summary>The model that is trained.</summary>
    public NeuralModel Model { get; } = model;

    public Optimizer Optimizer { get; } = learner;

    /// <summary>Number of training examples.</summary>
    public abstract int ExampleCount { get; }

    public abstract bool HasValidation { get; }

    /// <summary>Steps between two looks at the validation data.</summary>
    public abstract int ValidationInterval { get; }

    /// <summary>A checksum of the encoded training data, to tell whether a saved state belongs to it.</summary>
    public abstract ulong Fingerprint();

    /// <summary>Learns from a batch.</summary>
    /// <param name="examples">The numbers of its examples.</param>
    /// <param name="step">The step's number, from 1; all that is random in it follows from the seed and this.</param>
    /// <param name="rate">Learning rate as a factor on the base rates.</param>
    /// <param name="cancellationToken">Ends the step within a second.</param>
    /// <returns>What was measured on the batch before it was learnt.</returns>
    public abstract MethodScore Step(
        ReadOnlySpan<int> examples,
        int step,
        double rate,
        CancellationToken cancellationToken
    );

    /// <summary>Measures a part of the validation data; changes nothing.</summary>
    public abstract MethodScore Validate(int step, CancellationToken cancellationToken);

    /// <summary>Measures all of the validation data; changes nothing.</summary>
    public abstract MethodScore ValidateAll(int step, CancellationToken cancellationToken);

    /// <summary>Writes what the method remembers between steps, besides the model and the learner.</summary>
    public virtual void Write(BinaryWriter writer) { }

    /// <summary>Restores what <see cref="Write"/> wrote.</summary>
    public virtual void Read(BinaryReader reader) { }
}
