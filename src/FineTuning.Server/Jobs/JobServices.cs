namespace FineTuning.Server.Jobs;

/// <summary>What becomes of jobs, in the container.</summary>
internal static class JobServices
{
    /// <param name="services">The container.</param>
    /// <param name="validator">Checks the files; null is Core's checks.</param>
    public static IServiceCollection AddJobs(this IServiceCollection services, IDatasetValidator? validator) =>
        services
            .AddSingleton(validator ?? new CoreDatasetValidator())
            .AddSingleton<JobBases>()
            .AddSingleton<JobChecks>()
            .AddSingleton<JobTraining>()
            .AddSingleton<JobFinisher>()
            .AddSingleton<JobActions>()
            .AddSingleton<JobRunner>()
            .AddHostedService(provider => provider.GetRequiredService<JobRunner>());
}
