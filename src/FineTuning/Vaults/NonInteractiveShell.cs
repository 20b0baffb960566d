using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace FineTuning.Vaults;

/// <summary>
/// A runspace without a screen, for vaults that must not ask. Its host is PowerShell's default one, which refuses all
/// questions, and which SecretManagement replaces as soon as a session with a screen calls. A vault that does not come
/// back is given up.
/// </summary>
internal sealed class NonInteractiveShell : VaultShell
{
    // SecretManagement's own runspace takes one call at a time.
    private static readonly SemaphoreSlim s_turn = new(1);

    private readonly TimeSpan _timeout;
    private readonly Func<bool> _isStopping;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private Runspace? _runspace;

    /// <param name="timeout">How long everything that is run may take together.</param>
    /// <param name="isStopping">Whether the user has stopped the command.</param>
    public NonInteractiveShell(TimeSpan timeout, Func<bool> isStopping)
    {
        _timeout = timeout;
        _isStopping = isStopping;
    }

    public override bool IsQuiet => true;

    public override IReadOnlyList<PSObject> Run(string script, params object?[] arguments)
    {
        WaitFor(s_turn.Wait);
        bool isAbandoned = false;
        var output = new PSDataCollection<PSObject>();
        var shell = PowerShell.Create();
        try
        {
            shell.Runspace = _runspace ??= Open();
            shell.AddScript(script, useLocalScope: true);
            foreach (object? argument in arguments)
            {
                shell.AddArgument(argument);
            }

            IAsyncResult run = shell.BeginInvoke<PSObject, PSObject>(null, output);
            try
            {
                WaitFor(run.AsyncWaitHandle.WaitOne);
            }
            catch (Exception e) when (e is TimeoutException or PipelineStoppedException)
            {
                isAbandoned = true;
                Abandon(shell);
                throw;
            }

            shell.EndInvoke(run);
            return output.ReadAll();
        }
        catch (PipelineStoppedException) when (!isAbandoned)
        {
            // A console whose input is redirected ends the pipeline that asks: it was SecretManagement's, made by an
            // earlier caller.
            throw new RuntimeException("The vault wanted to ask.", new VaultPromptException());
        }
        finally
        {
            if (!isAbandoned)
            {
                shell.Dispose();
                s_turn.Release();
            }
        }
    }

    public override void Dispose() => _runspace?.Dispose();

    private static Runspace Open()
    {
        var state = InitialSessionState.CreateDefault2();
        // Only scripts of this module run in it; they need types of the vault's module.
        state.LanguageMode = PSLanguageMode.FullLanguage;
        // The very copy that the session loaded, wherever that was; else it is found by its name.
        string? loaded = AppDomain
            .CurrentDomain.GetAssemblies()
            .FirstOrDefault(a => a.GetName().Name == VaultScripts.Manager && !a.IsDynamic)
            ?.Location;
        if (!string.IsNullOrEmpty(loaded))
        {
            state.ImportPSModule([Path.Combine(Path.GetDirectoryName(loaded)!, VaultScripts.Manager + ".psd1")]);
        }

        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        return runspace;
    }

    /// <summary>Leaves a call behind that may never end, without waiting for its end.</summary>
    private void Abandon(PowerShell shell)
    {
        Runspace? runspace = _runspace;
        _runspace = null;
        _ = Task.Run(() =>
        {
            shell.Stop();
            s_turn.Release();
            shell.Dispose();
            runspace?.Dispose();
        });
    }

    private void WaitFor(Func<int, bool> hasCome)
    {
        while (!hasCome(50))
        {
            if (_isStopping())
            {
                throw new PipelineStoppedException();
            }

            if (_watch.Elapsed > _timeout)
            {
                throw new TimeoutException();
            }
        }
    }
}
