using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>Where the job of a creation comes from.</summary>
public enum JobOrigin
{
    /// <summary>The service made it and answered.</summary>
    Created,

    /// <summary>The service made it, its answer was lost, and it was found by its token.</summary>
    FoundByToken,

    /// <summary>It was there already: it carries the idempotency key.</summary>
    FoundByKey,
}

/// <summary>What became of a creation.</summary>
/// <param name="Job">The job.</param>
/// <param name="Origin">Where it came from.</param>
public sealed record JobCreation(JobResource Job, JobOrigin Origin)
{
    /// <summary>A second job of the same key, which this creation made at the moment another run made <see
    /// cref="Job"/>, and cancelled again; null if there is none.</summary>
    public string? CancelledDuplicate { get; init; }

    /// <summary>A second job of the same key that could not be cancelled and goes on; null if there is none.</summary>
    public string? RunningDuplicate { get; init; }

    /// <summary>Whether it was made sure that no other run created a job of the key at the same moment; false where the
    /// jobs could not be listed.</summary>
    public bool IsSettled { get; init; } = true;

    /// <summary>What the job that carries the key was made with and is not asked for now, as sentences without a full
    /// stop; empty if there is no such thing.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Whether the job carries the idempotency key at the service; false where the service drops metadata, so
    /// that a second run would not find it.</summary>
    public bool KeepsKey { get; init; } = true;

    /// <summary>
    /// Whether the job carries its request token at the service; false where the service drops or refuses metadata, so
    /// that a creation whose answer is lost cannot be found.
    /// </summary>
    public bool KeepsToken { get; init; } = true;
}

/// <summary>A step of a creation.</summary>
/// <param name="RequestToken">The token that the new job carries in its metadata; null if there was no room for
/// one.</param>
/// <param name="CreationRecovery">Why the answer was lost, while the job is looked for; null when the creation is
/// sent.</param>
public sealed record JobCreateProgress(string? RequestToken, FineTuningApiException? CreationRecovery);

/// <summary>How to create.</summary>
public sealed record JobCreateOptions
{
    /// <summary>How long a job whose answer was lost is looked for.</summary>
    public TimeSpan LookupTime { get; init; } = TimeSpan.FromMinutes(2);
}
