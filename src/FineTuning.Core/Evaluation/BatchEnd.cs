using FineTuning.Core.Errors;

namespace FineTuning.Core.Evaluation;

/// <summary>Why a run of many requests ended before all were sent.</summary>
/// <typeparam name="TIn">An input.</typeparam>
/// <param name="Input">The input that failed last.</param>
/// <param name="Failure">Its failure, which every other input would have shared.</param>
/// <param name="Refused">How many first inputs failed while none had a result, each of which was told as a failure of
/// its own; 0 where the one failure alone says that the others are in vain.</param>
public sealed record BatchEnd<TIn>(TIn Input, FineTuningApiException Failure, long Refused);
