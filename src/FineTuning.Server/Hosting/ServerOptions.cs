using FineTuning.Core.Client;
using FineTuning.Server.Faults;

namespace FineTuning.Server.Hosting;

/// <summary>How the server was asked to run.</summary>
internal sealed record ServerOptions
{
    /// <summary>The folder that is served; null with <see cref="Memory"/>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Nothing is kept.</summary>
    public bool Memory { get; init; }

    public ListenAddress Listen { get; init; } = ListenAddress.Default;

    /// <summary>Names under which it is reached besides the loopback ones.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The key is the first line of standard input: arguments are visible to every user of the
    /// machine.</summary>
    public bool ApiKeyFromStdin { get; init; }

    /// <summary>The only key that is accepted; null accepts any.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Ctrl+C reaches the whole process group of a terminal; a detached server must outlive it.</summary>
    public bool Detached { get; init; }

    /// <summary>The server stops when this process ends.</summary>
    public int? ParentPid { get; init; }

    /// <summary>Where the run file goes; null is run.json in the data folder.</summary>
    public string? RunFile { get; init; }

    /// <summary>Whose spelling of the API is spoken.</summary>
    public ApiDialect Dialect { get; init; }

    /// <summary>In Azure's dialect: how long a file is being processed after its upload. Not an option of the command
    /// line: tests make it long.</summary>
    public TimeSpan FileProcessingTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Jobs trained at once.</summary>
    public int Trainers { get; init; } = 1;

    /// <summary>The program that trains; null is the built-in trainer.</summary>
    public string? TrainerCommand { get; init; }

    /// <summary>The arguments that the trainer program is started with.</summary>
    public IReadOnlyList<string> TrainerArguments { get; init; } = [];

    /// <summary>What it is called; null is its file name.</summary>
    public string? TrainerName { get; init; }

    /// <summary>Fault rules in force from the start.</summary>
    public IReadOnlyList<FaultRule> Faults { get; init; } = [];

    /// <summary>Graders' scripts are run: whoever has a key can then run programs as this user.</summary>
    public bool AllowPython { get; init; }

    /// <summary>Only tells what the options are.</summary>
    public bool Help { get; init; }

    /// <summary>Jobs that may be unfinished at one time. Not an option of the command line: tests make it
    /// small.</summary>
    public int MaxUnfinishedJobs { get; init; } = 10_000;

    /// <summary>The largest upload; the service's own limit. Not an option of the command line: tests make it
    /// small.</summary>
    public long MaxFileBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>The largest file that arrives in parts; the service's own limit.</summary>
    public long MaxUploadBytes { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>The largest part of it; the service's own limit.</summary>
    public long MaxPartBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long the parts may take; the service's own limit.</summary>
    public TimeSpan UploadLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// What unused models may hold in memory. Not an option of the command line either: a quarter of what the process
    /// may have is enough for many models of this size.
    /// </summary>
    public long MaxModelBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>How long a grader's script may run; the service's own limit is two minutes. Not an option: tests make
    /// it short.</summary>
    public TimeSpan ScriptTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A key that is printed by accident must not be shown.</summary>
    public override string ToString() =>
        $"ServerOptions {{ Data = {DataFolder ?? "memory"}, Listen = {Listen.UrlAt(Listen.Port)} }}";
}
