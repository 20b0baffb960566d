using System.Text.Json;
using FineTuning.Core.Client;

namespace FineTuning.Output;

/// <summary>A local server that runs on this machine for this user.</summary>
public sealed class FineTuningServerInfo
{
    private FineTuningServerInfo(JsonElement run, string runFile)
    {
        ProcessId = run.GetProperty("pid").GetInt32();
        Endpoint = new Uri(run.GetProperty("url").GetString()!);
        IsMemory = run.GetProperty("memory").GetBoolean();
        Path = IsMemory ? null : run.GetProperty("data").GetString();
        StartedAt = run.GetProperty("started_at").GetDateTimeOffset().LocalDateTime;
        Version = run.GetProperty("version").GetString();
        Dialect =
            run.TryGetProperty("dialect", out JsonElement dialect)
            && Enum.TryParse(dialect.GetString(), ignoreCase: true, out ApiDialect spoken)
                ? spoken
                : ApiDialect.OpenAI;
        ControlToken = run.GetProperty("control_token").GetString()!;
        RunFile = runFile;
    }

    /// <summary>The id of the server's process.</summary>
    public int ProcessId { get; }

    /// <summary>The base of its API.</summary>
    public Uri Endpoint { get; }

    /// <summary>How it spells the API.</summary>
    public ApiDialect Dialect { get; }

    /// <summary>The folder of its data; null where nothing is kept.</summary>
    public string? Path { get; }

    /// <summary>Whether it keeps nothing.</summary>
    public bool IsMemory { get; }

    /// <summary>When it started, in local time.</summary>
    public DateTime StartedAt { get; }

    /// <summary>Jobs it trains now.</summary>
    public int JobsRunning { get; internal set; }

    /// <summary>Jobs that wait for their turn.</summary>
    public int JobsQueued { get; internal set; }

    /// <summary>The server's version.</summary>
    public string? Version { get; }

    internal string ControlToken { get; }

    internal string RunFile { get; }

    internal Uri Root => new(Endpoint.GetLeftPart(UriPartial.Authority));

    /// <inheritdoc/>
    public override string ToString() => Endpoint.ToString();

    /// <summary>Reads a run file.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    internal static FineTuningServerInfo Parse(string json, string runFile)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new FineTuningServerInfo(document.RootElement, runFile);
        }
        catch (Exception e)
            when (e
                    is InvalidOperationException
                        or FormatException
                        or ArgumentNullException
                        or System.Collections.Generic.KeyNotFoundException
            )
        {
            throw new JsonException($"'{runFile}' does not describe a server.", e);
        }
    }
}
