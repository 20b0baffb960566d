using FineTuning.Core.Http;

namespace FineTuning.Reliability.Tests.Support;

/// <summary>Counts what a client believes to have sent, and how often it had waited in vain before it
/// repeated.</summary>
internal sealed class SendingCounter : IApiObserver
{
    private int _sendings;
    private int _timeOuts;

    public int Sendings => Volatile.Read(ref _sendings);

    public int TimeOuts => Volatile.Read(ref _timeOuts);

    public bool WantsBodies => false;

    /// <summary>Whether an attempt was given up for the time that it took, be it before the answer or inside
    /// it.</summary>
    public static bool IsTimeOut(string? reason) =>
        reason is not null
        && (
            reason.Contains("did not answer within", StringComparison.Ordinal)
            || reason.Contains("then sent nothing for", StringComparison.Ordinal)
        );

    public void OnTrace(ApiTrace trace)
    {
        if (trace.Kind == ApiTraceKind.Sending)
        {
            Interlocked.Increment(ref _sendings);
        }
        else if (trace.Kind == ApiTraceKind.Retrying && IsTimeOut(trace.Reason))
        {
            Interlocked.Increment(ref _timeOuts);
        }
    }
}
