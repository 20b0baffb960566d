using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Runs;

/// <summary>The trainers of a server: the one that takes the jobs, and all that can open a model that was made
/// before.</summary>
internal sealed class TrainerSet
{
    private readonly ITrainer[] _all;

    /// <param name="training">Takes the jobs; null is the built-in one.</param>
    public TrainerSet(ITrainer? training = null)
    {
        ITrainer builtIn = training as NeuralTrainer ?? new NeuralTrainer();
        Training = training ?? builtIn;
        _all = [Training, builtIn];
    }

    public ITrainer Training { get; }

    /// <summary>The trainer that made a model and can open it; null if this server was started without it.</summary>
    /// <param name="name">As stored with the model.</param>
    public ITrainer? Find(string name) =>
        _all.FirstOrDefault(trainer => string.Equals(trainer.Name, name, StringComparison.Ordinal));
}
