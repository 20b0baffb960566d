using FineTuning.Server.Hosting;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.External;

namespace FineTuning.Server.Training.Runs;

/// <summary>The trainers, in the container.</summary>
internal static class TrainingServices
{
    /// <param name="services">The container.</param>
    /// <param name="options">May name a program that trains.</param>
    /// <param name="trainer">Takes the jobs; null is the program, or else the built-in trainer.</param>
    /// <exception cref="StartException">There is no such program.</exception>
    public static IServiceCollection AddTraining(
        this IServiceCollection services,
        ServerOptions options,
        ITrainer? trainer
    )
    {
        if (trainer is not null)
        {
            services.AddSingleton(trainer);
        }
        else if (options.TrainerCommand is { } command)
        {
            var program = ExternalProgram.Find(command, options.TrainerArguments, options.TrainerName);
            services.AddSingleton<ITrainer>(provider => new ExternalTrainer(
                program,
                provider.GetRequiredService<ILogger<ExternalTrainer>>(),
                new ExternalLimits { ModelBytes = options.MaxModelBytes }
            ));
        }
        else
        {
            services.AddSingleton<ITrainer, NeuralTrainer>();
        }

        return services.AddSingleton<TrainerSet>();
    }
}
