using FineTuning.Server.Hosting;
using FineTuning.Server.Jobs;
using FineTuning.Server.Training.Contracts;
using Microsoft.Data.Sqlite;
using Xunit;

namespace FineTuning.Tests.Shared.Server;

/// <summary>A real server in this process: its own folder and a free port, with HTTP in between.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private bool _ownsFolder;

    private TestServer(ServerHost host, string folder, bool ownsFolder, string key)
    {
        (Host, Folder, _ownsFolder) = (host, folder, ownsFolder);
        Api = new Api(host.Url, key);
        Control = new Api(new Uri(host.Url).GetLeftPart(UriPartial.Authority));
        Control.Http.DefaultRequestHeaders.Add("X-Control-Token", host.ControlToken);
    }

    public ServerHost Host { get; }

    public string Folder { get; }

    public Api Api { get; }

    /// <summary>Reaches /_server, with the token.</summary>
    public Api Control { get; }

    /// <param name="trainer">Null: a test trainer that runs through.</param>
    /// <param name="validator">Null: Core's checks.</param>
    /// <param name="folder">Null: a new one, deleted at the end.</param>
    /// <param name="configure">Changes the options.</param>
    public static async Task<TestServer> StartAsync(
        ITrainer? trainer = null,
        IDatasetValidator? validator = null,
        string? folder = null,
        Func<ServerOptions, ServerOptions>? configure = null
    )
    {
        string path = folder ?? NewFolder();
        ServerOptions options = new() { DataFolder = path };
        options = configure?.Invoke(options) ?? options;
        ServerHost host = await ServerHost.StartAsync(options, trainer ?? new TestTrainer(), validator);
        return new TestServer(host, path, folder is null, options.ApiKey ?? "sk-test");
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("server-tests-").FullName;

    /// <summary>Stops the server, keeps the folder and starts another on it.</summary>
    public async Task<TestServer> RestartAsync(ITrainer trainer)
    {
        await StopAsync();
        ServerHost host = await ServerHost.StartAsync(new ServerOptions { DataFolder = Folder }, trainer);
        bool ownsFolder = _ownsFolder;
        _ownsFolder = false;
        return new TestServer(host, Folder, ownsFolder, "sk-test");
    }

    /// <summary>Looks at, or changes, the database behind the server's back.</summary>
    /// <returns>The first value of the first row.</returns>
    public object? Sql(string text)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(Folder, "server.db")};Pooling=false");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        return command.ExecuteScalar();
    }

    public async Task StopAsync()
    {
        await Host.DisposeAsync();
        Api.Dispose();
        Control.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}

/// <summary>One server for tests that change nothing, or nothing that another test looks at.</summary>
public sealed class ServerFixture : IAsyncLifetime
{
    internal TestServer Server { get; private set; } = null!;

    internal Api Api => Server.Api;

    public async Task InitializeAsync() => Server = await TestServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
