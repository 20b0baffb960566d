using System.Text;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
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

    // Each number of the table is a part of the file, so that a new one makes a new version.
    private const int BaseVersion = 3,
        BaseNumbers = 7;
    private static readonly int s_version = BaseVersion + HyperparameterTable.Numbers.Count - BaseNumbers;

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
            s_version,
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
            s_version,
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

    // What all methods have comes first, in the order of the table, and what only some have comes last.
    private static void WritePlan(BinaryWriter writer, TrainingPlan plan)
    {
        WriteNumbers(writer, plan.Hyperparameters, areShared: true);
        writer.Write(plan.ExampleCount);
        writer.Write(plan.TotalSteps);
        WriteNumbers(writer, plan.Hyperparameters, areShared: false);
    }

    private static TrainingPlan ReadPlan(BinaryReader reader)
    {
        Hyperparameters numbers = ReadNumbers(reader, new Hyperparameters(), areShared: true);
        var plan = new TrainingPlan(numbers, reader.ReadInt32(), reader.ReadInt32());
        return plan with { Hyperparameters = ReadNumbers(reader, numbers, areShared: false) };
    }

    /// <summary>None of them is ever 0 where it means something.</summary>
    private static void WriteNumbers(BinaryWriter writer, Hyperparameters numbers, bool areShared)
    {
        foreach (HyperparameterDefinition number in HyperparameterTable.Numbers.Where(n => n.IsShared == areShared))
        {
            double value = number.GetNumber(numbers) ?? 0;
            if (number.Bounds!.IsWhole)
            {
                writer.Write((int)value);
            }
            else
            {
                writer.Write(value);
            }
        }
    }

    private static Hyperparameters ReadNumbers(BinaryReader reader, Hyperparameters numbers, bool areShared)
    {
        foreach (HyperparameterDefinition number in HyperparameterTable.Numbers.Where(n => n.IsShared == areShared))
        {
            double value = number.Bounds!.IsWhole ? reader.ReadInt32() : reader.ReadDouble();
            numbers = value == 0 ? numbers : number.SetNumber(numbers, value);
        }

        return numbers;
    }
}
