using System.Management.Automation;
using FineTuning.Core.Http;

namespace FineTuning.Runtime;

/// <summary>Tells requests in the verbose stream and their bodies in the debug stream. Keys are taken out before they
/// come here.</summary>
internal sealed class PipelineObserver : IApiObserver
{
    private readonly AsyncCmdlet _cmdlet;
    private readonly SynchronizationContext? _pipeline = SynchronizationContext.Current;
    private readonly HashSet<string> _warned = new(StringComparer.Ordinal);

    public PipelineObserver(AsyncCmdlet cmdlet)
    {
        _cmdlet = cmdlet;
        bool flag =
            cmdlet.MyInvocation.BoundParameters.TryGetValue("Debug", out object? value)
            && value is SwitchParameter { IsPresent: true };
        ActionPreference preference = LanguagePrimitives.ConvertTo<ActionPreference>(
            cmdlet.GetVariableValue("DebugPreference", ActionPreference.SilentlyContinue)
        );
        WantsBodies = flag || preference is not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);
    }

    public bool WantsBodies { get; }

    /// <summary>Runs something on the pipeline thread of the cmdlet that asks.</summary>
    /// <param name="work">What to run.</param>
    /// <param name="cancellationToken">Ends the waiting for it, as long as it has not begun.</param>
    public async Task<T> InvokeAsync<T>(Func<AsyncCmdlet, T> work, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            throw new InvalidOperationException("No pipeline runs.");
        }

        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
            done.TrySetCanceled(cancellationToken)
        );
        _pipeline.Post(
            _ =>
            {
                if (done.Task.IsCompleted)
                {
                    return;
                }

                try
                {
                    done.TrySetResult(work(_cmdlet));
                }
                catch (Exception e)
                {
                    // The exception is kept in the task, which the cmdlet awaits.
                    done.TrySetException(e);
                }
            },
            null
        );
        return await done.Task.ConfigureAwait(false);
    }

    public void OnTrace(ApiTrace trace) => _pipeline?.Post(_ => Write(trace), null);

    private void Write(ApiTrace trace)
    {
        if (trace.Kind == ApiTraceKind.Odd)
        {
            // A wait sees the same object again and again.
            if (trace.Reason is string reason && _warned.Add(reason))
            {
                _cmdlet.WriteWarning(
                    reason.Contains("kept as they came") ? reason + " See its AdditionalProperties." : reason
                );
            }

            return;
        }

        string request = $"{trace.Method} {trace.Uri.PathAndQuery}";
        string line = trace.Kind switch
        {
            ApiTraceKind.Sending => $"{request} to {trace.Uri.Authority}"
                + (trace.Attempt > 1 ? $", attempt {trace.Attempt}" : string.Empty),
            ApiTraceKind.Answered => FormattableString.Invariant(
                $"{request}: {trace.StatusCode} after {trace.Duration?.TotalMilliseconds ?? 0:0} ms"
            ) + (trace.RequestId is null ? string.Empty : $" ({trace.RequestId})"),
            _ => FormattableString.Invariant($"{request}: {trace.Reason} ")
                + FormattableString.Invariant(
                    $"Repeated in {trace.Delay?.TotalSeconds ?? 0:0.0} s (attempt {trace.Attempt + 1})."
                ),
        };

        // A trace with a body and no duration only adds the body to an answer that was told before.
        if (trace.Kind != ApiTraceKind.Answered || trace.Duration is not null)
        {
            _cmdlet.WriteVerbose(line);
        }

        if (trace.Body is not null)
        {
            _cmdlet.WriteDebug($"{request}{(trace.Kind == ApiTraceKind.Sending ? " >> " : " << ")}{trace.Body}");
        }
    }
}
