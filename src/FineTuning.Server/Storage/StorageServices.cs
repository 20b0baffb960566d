namespace FineTuning.Server.Storage;

/// <summary>What keeps data, in the container.</summary>
internal static class StorageServices
{
    /// <param name="services">The container.</param>
    /// <param name="folder">Its owner closes it, after the container.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, DataFolder folder) =>
        services
            .AddSingleton(folder)
            .AddSingleton(_ => Database.Open(folder.DatabasePath))
            .AddSingleton<FileStore>()
            .AddSingleton<UploadStore>()
            .AddHostedService<StorageSweep>();
}
