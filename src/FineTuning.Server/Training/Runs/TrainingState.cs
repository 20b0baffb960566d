using System.Text;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Data;
using FineTuning.Server.Training.Methods;
using FineTuning.Server.Training.Network;

namespace FineTuning.Server.Training.Runs;

/// <summary>Everything a run needs to go on as if it had never stopped. The order of the examples follows from the seed
/// and the step.</summary>
internal sealed record TrainingState
{
    private const string Magic = "FTSTATE1";
    private const int Version = 3;

    public required TrainingPlan Plan { get; init; }

    public required int Seed { get; init; }

    public required string Method { get; init; }

    /// <summary>Of the encoded training data.</summary>
    public required ulong DataFingerprint { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    public required long TrainedTokens { get; init; }

    /// <summary>What the method remembers, in its own form.</summary>
    private byte[] MethodState { get; init; } = [];

    /// <summary>Writes the state whole to <paramref name="path"/>.</summary>
    public void Save(string path, TrainingMethod method) =>
        ChecksummedFile.Write(
            path,
            Magic,
            Version,
            writer =>
            {
                WritePlan(writer, Plan);
                writer.Write(Seed);
                writer.Write(Method);
                writer.Write(DataFingerprint);
                writer.Write(Step);
                writer.Write(TrainedTokens);
                method.Model.Write(writer);
                method.Optimizer.Write(writer);
                using var memory = new MemoryStream();
                using (var methodWriter = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true))
                {
                    method.Write(methodWriter);
                }

                writer.WriteRun<byte>(memory.GetBuffer().AsSpan(0, (int)memory.Length));
            }
        );

    /// <exception cref="InvalidDataException">The file is damaged or no state.</exception>
    public static (TrainingState State, NeuralModel Model, Optimizer Optimizer) Load(string path) =>
        ChecksummedFile.Read(
            path,
            Magic,
            Version,
            reader =>
            {
                var state = new TrainingState
                {
                    Plan = ReadPlan(reader),
                    Seed = reader.ReadInt32(),
                    Method = reader.ReadString(),
                    DataFingerprint = reader.ReadUInt64(),
                    Step = reader.ReadInt32(),
                    TrainedTokens = reader.ReadInt64(),
                };
                var model = NeuralModel.Read(reader);
                var learner = new Optimizer(model, byBatch: state.Method != TrainingMethods.Supervised);
                learner.Read(reader);
                return (state with { MethodState = reader.ReadBytes(reader.ReadInt32()) }, model, learner);
            }
        );

    /// <summary>Gives a method back what it remembered. It has read its data by then.</summary>
    public void Restore(TrainingMethod method)
    {
        using var reader = new BinaryReader(new MemoryStream(MethodState), Encoding.UTF8);
        method.Read(reader);
        if (reader.BaseStream.Position != MethodState.Length)
        {
            throw new InvalidDataException("It holds more than the method knows.");
        }
    }

    private static void WritePlan(BinaryWriter writer, TrainingPlan plan)
    {
        writer.Write(plan.EpochCount);
        writer.Write(plan.BatchSize);
        writer.Write(plan.LearningRateMultiplier);
        writer.Write(plan.ExampleCount);
        writer.Write(plan.TotalSteps);
        // None of these is ever 0 where it means something.
        writer.Write(plan.Beta ?? 0);
        writer.Write(plan.ComputeMultiplier ?? 0);
        writer.Write(plan.EvalInterval ?? 0);
        writer.Write(plan.EvalSamples ?? 0);
    }

    private static TrainingPlan ReadPlan(BinaryReader reader)
    {
        var plan = new TrainingPlan(
            reader.ReadInt32(),
            reader.ReadInt32(),
            reader.ReadDouble(),
            reader.ReadInt32(),
            reader.ReadInt32()
        );
        return plan with
        {
            Beta = reader.ReadDouble() is var beta and not 0 ? beta : null,
            ComputeMultiplier = reader.ReadDouble() is var multiplier and not 0 ? multiplier : null,
            EvalInterval = reader.ReadInt32() is var interval and not 0 ? interval : null,
            EvalSamples = reader.ReadInt32() is var samples and not 0 ? samples : null,
        };
    }
}
