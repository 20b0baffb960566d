namespace FineTuning.Server.Http;

/// <summary>What requests pass through, in the container.</summary>
internal static class HttpServices
{
    public static IServiceCollection AddHttp(this IServiceCollection services) =>
        services.AddSingleton<RequestLog>().AddSingleton<ControlToken>();
}
