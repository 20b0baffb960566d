using FineTuning.Core.Client;
using FineTuning.Core.Errors;

namespace FineTuning.Core.Jobs;

/// <summary>
/// Tells an outage, which a wait outlives, from an answer, which it does not. An outage is told once when it begins and
/// once when it ends, however many jobs and looks it spoils.
/// </summary>
internal sealed class OutageDetector(IClock clock, IProgress<ServiceOutage>? report)
{
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);
    private ServiceOutage? _open;

    /// <summary>
    /// Whether the failure is no answer of the service about the request. What a proxy in between or a certificate that
    /// ran out does counts as one: it passes without the request being changed.
    /// </summary>
    public static bool IsOutage(FineTuningApiException failure) =>
        failure.IsTransient || failure.Has(ApiErrorTraits.Outlived);

    /// <summary>
    /// Whether a service was heard, if only that it is not well. Silence, a wrong certificate or another page can as
    /// well mean that the address is wrong, and a wrong address is not waited for.
    /// </summary>
    public static bool SpeaksOfService(FineTuningApiException failure) => failure.Has(ApiErrorTraits.ServiceHeard);

    /// <summary>Notes a look that failed in an outage.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="since">When the look began.</param>
    /// <param name="failure">Why it failed.</param>
    public void Failed(string jobId, DateTimeOffset since, FineTuningApiException failure)
    {
        _silent.Add(jobId);
        if (_open is null)
        {
            _open = new ServiceOutage(since, failure);
            report?.Report(_open);
        }
    }

    /// <summary>Notes a look that was answered.</summary>
    public void Answered(string jobId)
    {
        if (_silent.Remove(jobId) && _silent.Count == 0 && _open is not null)
        {
            report?.Report(_open with { Ended = clock.UtcNow });
            _open = null;
        }
    }
}
