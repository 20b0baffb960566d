using System.IO;

namespace FineTuning.Server.Training;

/// <summary>Everything a run needs to go on as if it had never stopped. The order of the examples follows from the seed and the step.</summary>
internal sealed record TrainingState
{
    private const string Magic = "FTSTATE1";
    private const int Version = 1;

    public required TrainingPlan Plan { get; init; }

    public required int Seed { get; init; }

    public required string Method { get; init; }

    /// <summary>Of the encoded training data.</summary>
    public required ulong DataFingerprint { get; init; }

    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    public required long TrainedTokens { get; init; }

    /// <summary>Writes the state whole to <paramref name="path"/>.</summary>
    public void Save(string path, NeuralModel model, Learner learner) => CheckedFile.Write(path, Magic, Version, writer =>
    {
        writer.Write(Plan.EpochCount);
        writer.Write(Plan.BatchSize);
        writer.Write(Plan.LearningRateMultiplier);
        writer.Write(Plan.ExampleCount);
        writer.Write(Plan.TotalSteps);
        writer.Write(Seed);
        writer.Write(Method);
        writer.Write(DataFingerprint);
        writer.Write(Step);
        writer.Write(TrainedTokens);
        model.Write(writer);
        learner.Write(writer);
    });

    /// <exception cref="InvalidDataException">The file is damaged or no state.</exception>
    public static (TrainingState State, NeuralModel Model, Learner Learner) Load(string path) => CheckedFile.Read(path, Magic, Version, reader =>
    {
        var state = new TrainingState
        {
            Plan = new TrainingPlan(reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32(), reader.ReadInt32()),
            Seed = reader.ReadInt32(),
            Method = reader.ReadString(),
            DataFingerprint = reader.ReadUInt64(),
            Step = reader.ReadInt32(),
            TrainedTokens = reader.ReadInt64(),
        };
        var model = NeuralModel.Read(reader);
        var learner = new Learner(model);
        learner.Read(reader);
        return (state, model, learner);
    });
}
