namespace FineTuning.Server.Chat;

/// <summary>The models that answer, in the container.</summary>
internal static class ChatServices
{
    public static IServiceCollection AddChat(this IServiceCollection services) =>
        services.AddSingleton<ModelCache>().AddSingleton<ModelAnswers>();
}
