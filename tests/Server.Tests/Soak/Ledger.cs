using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace FineTuning.Server.Tests.Soak;

/// <summary>What the server has acknowledged, and what it was asked for without an answer: the first must stay, the
/// second may.</summary>
internal sealed class Ledger
{
    private int _acknowledged;

    public ConcurrentDictionary<string, KnownFile> Files { get; } = new();

    public ConcurrentDictionary<string, KnownJob> Jobs { get; } = new();

    /// <summary>Contents by file name, which no two uploads share.</summary>
    public ConcurrentDictionary<string, SentContent> Sent { get; } = new();

    /// <summary>Creations without an answer, by the mark in the job's metadata.</summary>
    public ConcurrentDictionary<string, (SoakWorker Worker, JobShape Shape)> Unanswered { get; } = new();

    /// <summary>Models whose deletion was asked for; true once it was acknowledged.</summary>
    public ConcurrentDictionary<string, bool> DeletedModels { get; } = new();

    /// <summary>The permission of a project to use a model, as JSON; null if it was revoked or must not be
    /// there.</summary>
    public ConcurrentDictionary<(string Model, string Project), KnownPermission> Permissions { get; } = new();

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);
}

/// <summary>The content of an upload, as a digest.</summary>
internal sealed record SentContent(SoakWorker Worker, string Purpose, JobShape? Shape, int Length, byte[] Digest)
{
    public static SentContent Of(SoakWorker worker, string purpose, JobShape? shape, byte[] content) =>
        new(worker, purpose, shape, content.Length, SHA256.HashData(content));

    public bool IsSame(byte[] content) =>
        content.Length == Length && SHA256.HashData(content).AsSpan().SequenceEqual(Digest);
}

internal enum Presence
{
    Present,

    /// <summary>Its deletion was asked for and not answered.</summary>
    Unknown,

    Deleted,
}

/// <summary>A file that the server has acknowledged.</summary>
/// <param name="Json">The answer.</param>
/// <param name="Content">What was sent.</param>
internal sealed record KnownFile(string Json, SentContent Content)
{
    public Presence Presence { get; set; }
}

/// <summary>A permission that was asked for.</summary>
internal sealed class KnownPermission
{
    public Presence Presence { get; set; } = Presence.Unknown;

    /// <summary>As acknowledged or found.</summary>
    public string? Json { get; set; }
}

/// <summary>What a job's status may be, going by the last answer about it.</summary>
internal enum Expected
{
    /// <summary>Anything: a request was not answered.</summary>
    Any,

    /// <summary>At work or waiting for it, or at its end.</summary>
    Going,
    Pausing,
    Paused,
    Cancelled,
}

/// <summary>A job that the server has acknowledged, or that was found after an unanswered request.</summary>
internal sealed class KnownJob(string id, JobShape shape, SoakWorker worker, JsonElement created)
{
    public string Id { get; } = id;

    public JobShape Shape { get; } = shape;

    public SoakWorker Worker { get; } = worker;

    public JsonElement Created { get; } = created;

    public Expected Expected { get; set; } = Expected.Going;

    /// <summary>The job as it ended; from then on it must not change.</summary>
    public string? Final { get; set; }

    /// <summary>Events seen so far, oldest first, as the server sent them.</summary>
    public List<string> Events { get; set; } = [];

    /// <summary>Whether the deletion of its training file was asked for: it may fail then.</summary>
    public bool MayFail { get; set; }

    public bool IsChecked { get; set; }
}
