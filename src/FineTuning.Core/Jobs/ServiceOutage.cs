using FineTuning.Core.Errors;

namespace FineTuning.Core.Jobs;

/// <summary>A stretch of time in which the service gave no answer that counts. Told once when it begins and once when
/// it is over.</summary>
/// <param name="Began">When the first look began that got no answer.</param>
/// <param name="Reason">Why that look failed.</param>
public sealed record ServiceOutage(DateTimeOffset Began, FineTuningApiException Reason)
{
    /// <summary>When every job that could not be looked at had been looked at again; null while the outage
    /// lasts.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>How long it lasted; null while it does.</summary>
    public TimeSpan? Length => Ended - Began;
}
