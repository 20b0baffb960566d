using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Output;

namespace FineTuning.Runtime;

/// <summary>
/// Warns when an outage begins and when it is over, from any thread. The log of a run that nobody watches has no
/// progress, but it has warnings.
/// </summary>
/// <param name="cmdlet">Warns.</param>
/// <param name="action">What goes on meanwhile, such as "The wait".</param>
internal sealed class OutageWarnings(AsyncCmdlet cmdlet, string action) : IProgress<ServiceOutage>
{
    private readonly SynchronizationContext _pipeline = SynchronizationContext.Current!;

    public void Report(ServiceOutage value)
    {
        string text = value.Length is TimeSpan length
            ? $"The service answers again, after {Display.Span(length)}."
            : $"The service {State(value.Reason)}: {value.Reason.Message} {action} goes on meanwhile.";
        _pipeline.Post(_ => cmdlet.WriteWarning(text), null);
    }

    /// <summary>What the service does in an outage, behind "The service".</summary>
    public static string State(FineTuningApiException reason) =>
        reason.Kind switch
        {
            ApiErrorKind.RateLimited => "asks to wait",
            ApiErrorKind.ServerError or ApiErrorKind.Conflict => "is not well",
            _ => "does not answer",
        };
}
