using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Runs;

/// <summary>The trainers that can open a model that was made before: the one that takes the jobs, and the built-in
/// one.</summary>
/// <param name="training">Takes the jobs.</param>
internal sealed class TrainerSet(ITrainer training)
{
    private readonly ITrainer[] _all = training is NeuralTrainer ? [training] : [training, new NeuralTrainer()];

    /// <summary>The trainer that made a model and can open it; null if this server was started without it.</summary>
    /// <param name="name">As stored with the model.</param>
    public ITrainer? Find(string name) =>
        _all.FirstOrDefault(trainer => string.Equals(trainer.Name, name, StringComparison.Ordinal));
}
