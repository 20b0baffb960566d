namespace FineTuning.Server.Endpoints;

/// <summary>The resources of the API, in the container.</summary>
internal static class EndpointServices
{
    public static IServiceCollection AddEndpoints(this IServiceCollection services) =>
        services
            .AddSingleton<IEndpoints, FilesEndpoints>()
            .AddSingleton<IEndpoints, UploadsEndpoints>()
            .AddSingleton<IEndpoints, JobsEndpoints>()
            .AddSingleton<IEndpoints, ModelsEndpoints>()
            .AddSingleton<IEndpoints, PermissionsEndpoints>()
            .AddSingleton<IEndpoints, ChatEndpoints>()
            .AddSingleton<IEndpoints, GradersEndpoints>()
            .AddSingleton<IEndpoints, ControlEndpoints>();

    /// <summary>Maps all that the container has.</summary>
    public static void MapEndpoints(this WebApplication app)
    {
        foreach (IEndpoints endpoints in app.Services.GetServices<IEndpoints>())
        {
            endpoints.Map(app);
        }
    }
}
