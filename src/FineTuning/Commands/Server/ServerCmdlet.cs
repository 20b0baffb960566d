using System.Management.Automation;
using FineTuning.Errors;
using FineTuning.LocalServer;
using FineTuning.Output;
using FineTuning.Runtime;

namespace FineTuning.Commands;

/// <summary>A cmdlet that asks local servers for more than the API has: those that are piped or named, or else the
/// session's own.</summary>
public abstract class ServerCmdlet : AsyncCmdlet
{
    /// <summary>The servers; the one that this session started last by default.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public FineTuningServerInfo[]? Server { get; set; }

    /// <inheritdoc/>
    protected sealed override async Task ProcessAsync(CancellationToken cancellationToken)
    {
        FineTuningServerInfo[] servers =
            Server ?? (RunFiles.FindNewestOfSession() is FineTuningServerInfo own ? [own] : []);
        if (servers.Length == 0)
        {
            WriteError(LocalServerErrors.NoneOfSession(MyInvocation.MyCommand.Name));
        }

        foreach (FineTuningServerInfo server in servers)
        {
            try
            {
                await ProcessAsync(server, cancellationToken);
            }
            catch (ServerControlException e)
            {
                WriteError(LocalServerErrors.NotControlled(e, server, AdviceForRefusal));
            }
        }
    }

    /// <summary>What to do when the server refuses the request.</summary>
    private protected virtual string AdviceForRefusal =>
        "See the help of Set-FineTuningServerFault for the fields of a rule.";

    /// <summary>Does the work for one server.</summary>
    protected abstract Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken);
}
