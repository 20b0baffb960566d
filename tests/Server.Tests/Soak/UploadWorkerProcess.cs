using System.Diagnostics;
using System.Text.Json;

namespace FineTuning.Server.Tests.Soak;

/// <summary>The program that uploads, as a process of its own.</summary>
internal sealed class UploadWorkerProcess : IAsyncDisposable
{
    private readonly Process _process;

    /// <param name="arguments">See the program.</param>
    public UploadWorkerProcess(params IEnumerable<string> arguments) =>
        _process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "FineTuning.UploadWorker.dll"), .. arguments]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    public bool HasEnded => _process.HasExited;

    /// <summary>What it tells at its end.</summary>
    public async Task<UploadWorkerReport> EndAsync()
    {
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        string output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode == 0
            ? JsonSerializer.Deserialize<UploadWorkerReport>(output, JsonSerializerOptions.Web)!
            : throw new InvalidOperationException("The upload failed: " + await errors);
    }

    /// <summary>Ends it as a crash does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>What the program told.</summary>
/// <param name="File">The file's id.</param>
/// <param name="Sha256">The file's hash, as the program saw it.</param>
/// <param name="Parts">The ids of its parts, in order.</param>
/// <param name="Resumed">How many of them were there before.</param>
/// <param name="Peak">The most memory of the process, in bytes.</param>
internal sealed record UploadWorkerReport(
    string? File,
    string? Sha256,
    IReadOnlyList<string>? Parts,
    int? Resumed,
    long Peak
);

/// <summary>The state that an upload keeps on disk, as far as the test looks at it.</summary>
/// <param name="UploadId">The upload.</param>
/// <param name="Parts">Ids of the parts that are recorded, by offset.</param>
internal sealed record RecordedUpload(string UploadId, IReadOnlyDictionary<long, string> Parts)
{
    /// <summary>Null while there is none.</summary>
    public static RecordedUpload? Read(string folder)
    {
        if (!Directory.Exists(folder) || Directory.GetFiles(folder, "*.json") is not [string path])
        {
            return null;
        }

        using var state = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        return new RecordedUpload(
            state.RootElement.GetProperty("UploadId").GetString()!,
            state
                .RootElement.GetProperty("Parts")
                .EnumerateArray()
                .ToDictionary(
                    part => part.GetProperty("Offset").GetInt64(),
                    part => part.GetProperty("Id").GetString()!
                )
        );
    }
}
