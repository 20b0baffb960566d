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
            WriteError(
                ErrorRecords.Make(
                    new ItemNotFoundException("No server that this session started runs."),
                    "ServerNotFound",
                    ErrorCategory.ObjectNotFound,
                    null,
                    "No server that this session started runs.",
                    $"Start one with Start-FineTuningServer, or pipe one of Get-FineTuningServer to {MyInvocation.MyCommand.Name}."
                )
            );
        }

        foreach (FineTuningServerInfo server in servers)
        {
            try
            {
                await ProcessAsync(server, cancellationToken);
            }
            catch (ServerControlException e)
            {
                (string id, ErrorCategory category, string action) = e.Status switch
                {
                    0 => (
                        "ServerNotReached",
                        ErrorCategory.ConnectionError,
                        "Get-FineTuningServer lists the servers that run."
                    ),
                    404 => (
                        "ServerFaultNotFound",
                        ErrorCategory.ObjectNotFound,
                        "Get-FineTuningServerFault lists the rules in force."
                    ),
                    _ => ("InvalidRequest", ErrorCategory.InvalidArgument, AdviceForRefusal),
                };
                WriteError(ErrorRecords.Make(e, id, category, server, e.Message, action));
            }
        }
    }

    /// <summary>What to do when the server refuses the request.</summary>
    private protected virtual string AdviceForRefusal =>
        "See the help of Set-FineTuningServerFault for the fields of a rule.";

    /// <summary>Does the work for one server.</summary>
    protected abstract Task ProcessAsync(FineTuningServerInfo server, CancellationToken cancellationToken);
}
