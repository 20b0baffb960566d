using FineTuning.Core.Grading;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Grading;

/// <summary>What graders need from this server, in the container.</summary>
internal static class GradingServices
{
    private const string PythonFix =
        "Start the server with --allow-python, if all who have a key may run programs on this machine.";

    public static IServiceCollection AddGrading(this IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton<IGraderModel, LocalGraderModel>();
        if (options.AllowPython)
        {
            services
                .AddSingleton<PythonScripts>()
                .AddSingleton<IGraderPython>(provider => provider.GetRequiredService<PythonScripts>())
                .AddHostedService(provider => provider.GetRequiredService<PythonScripts>());
        }

        return services.AddSingleton(provider => new GraderServices
        {
            Model = provider.GetRequiredService<IGraderModel>(),
            Python = provider.GetService<IGraderPython>(),
            PythonFix = PythonFix,
        });
    }
}
