using System.Management.Automation;
using System.Management.Automation.Host;
using FineTuning.Core.Credentials;

namespace FineTuning.Runtime;

/// <summary>A cmdlet whose work is async. All of it runs on the pipeline thread; Ctrl+C cancels the token and waits for
/// nothing.</summary>
public abstract class AsyncCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PipelinePump _pump = new();

    // PowerShell stops to ask after each line that a compiled cmdlet writes under -Debug: Windows PowerShell after all
    // of them, PowerShell 7 after verbose lines and warnings. In a runbook nobody can answer, and at the prompt nobody
    // wants to.
    private bool HasDebug =>
        MyInvocation.BoundParameters.TryGetValue("Debug", out object? value)
        && value is SwitchParameter { IsPresent: true };

    /// <summary>Whether the user, or a command further down, has stopped the pipeline.</summary>
    protected bool IsStopping => _stop.IsCancellationRequested;

    /// <summary>Ends what goes on between the inputs, which the token of one input does not.</summary>
    private protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Run(BeginAsync);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(ProcessAsync);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Run(EndAsync);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    // ---- what leaves the module as text passes Redaction here; error records pass it in ErrorRecords

    /// <summary>Tells a detail; under -Debug alone among the debug lines, where nothing asks.</summary>
    public new void WriteVerbose(string text)
    {
        if (HasDebug && !MyInvocation.BoundParameters.ContainsKey("Verbose"))
        {
            WriteDebug(text);
        }
        else
        {
            base.WriteVerbose(Redaction.Scrub(text));
        }
    }

    /// <summary>Tells what only a hunt for a fault needs.</summary>
    public new void WriteDebug(string text)
    {
        text = Redaction.Scrub(text);
        if (HasDebug && typeof(PSObject).Assembly.GetName().Version?.Major < 6)
        {
            Host.UI.WriteDebugLine(text);
        }
        else
        {
            base.WriteDebug(text);
        }
    }

    /// <summary>Writes a warning, with the secrets taken out of it.</summary>
    public new void WriteWarning(string text)
    {
        text = Redaction.Scrub(text);
        if (HasDebug && !MyInvocation.BoundParameters.ContainsKey("WarningAction"))
        {
            Host.UI.WriteWarningLine(text);
        }
        else
        {
            base.WriteWarning(text);
        }
    }

    /// <summary>Shows how far the work is.</summary>
    public new void WriteProgress(ProgressRecord progressRecord)
    {
        progressRecord.Activity = Redaction.Scrub(progressRecord.Activity);
        progressRecord.StatusDescription = Redaction.Scrub(progressRecord.StatusDescription);
        base.WriteProgress(progressRecord);
    }

    /// <summary>Says something at the prompt, as Write-Host does, that is no output.</summary>
    public void WriteHostLine(string text) =>
        WriteInformation(new HostInformationMessage { Message = Redaction.Scrub(text) }, ["PSHOST", "FineTuning"]);

    /// <summary>Asks whether to make a change, as -WhatIf and -Confirm want.</summary>
    public new bool ShouldProcess(string? target, string action) =>
        base.ShouldProcess(Redaction.Scrub(target ?? string.Empty), Redaction.Scrub(action));

    /// <summary>Whether -WhatIf is on, so that nothing is changed.</summary>
    private protected bool IsWhatIf =>
        MyInvocation.BoundParameters.ContainsKey("WhatIf")
        || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Ends the cmdlet with an error.</summary>
    /// <returns>Nothing: what is thrown after it is for the compiler.</returns>
    internal InvalidOperationException Stop(ErrorRecord record)
    {
        ThrowTerminatingError(record);
        return new InvalidOperationException();
    }

    /// <summary>Once, before the first input.</summary>
    protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Once for each input.</summary>
    protected virtual Task ProcessAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Once, after the last input.</summary>
    protected virtual Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs when the work ended because the user stopped it. Only the host can be written to by now.</summary>
    protected virtual void OnStopped() { }

    /// <summary>Frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <summary>Tells the user something after Ctrl+C, when the pipeline takes nothing any more.</summary>
    protected void TellHost(string message)
    {
        try
        {
            Host.UI.WriteWarningLine(Redaction.Scrub(message));
        }
        catch (Exception e)
            when (e is HostException or NotImplementedException or InvalidOperationException or PipelineStoppedException
            )
        {
            // A host without a screen has nobody to tell.
        }
    }

    private void Run(Func<CancellationToken, Task> work)
    {
        using var run = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            _pump.Run(() => work(run.Token), run.Cancel);
        }
        catch (OperationCanceledException) when (IsStopping)
        {
            OnStopped();
            throw new PipelineStoppedException();
        }
        catch (PipelineStoppedException) when (IsStopping)
        {
            OnStopped();
            throw;
        }
        catch (Exception e) when (e is not IContainsErrorRecord && Redaction.Scrub(e) is Exception clean && clean != e)
        {
            throw clean;
        }
    }
}
