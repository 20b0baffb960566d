using FineTuning.Server.Endpoints;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Faults;

/// <summary>The rules that make requests fail, in the container.</summary>
internal static class FaultServices
{
    public static IServiceCollection AddFaults(this IServiceCollection services, ServerOptions options) =>
        services.AddSingleton(new FaultRules(options.Faults)).AddSingleton<IEndpoints, FaultEndpoints>();
}
