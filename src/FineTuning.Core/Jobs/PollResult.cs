using FineTuning.Core.Errors;

namespace FineTuning.Core.Jobs;

/// <summary>A look that was answered: with what was to be seen, or with the reason why the job cannot be looked at any
/// more.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Failure">The service's refusal; null if there was something to see.</param>
internal sealed record PollResult<T>(string JobId, T? Seen, FineTuningApiException? Failure)
    where T : class;
