using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Security;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Runtime;

namespace FineTuning.Connections;

/// <summary>Fetches tokens with a script block of the user's, such as <c>{ Get-AzAccessToken -ResourceUrl ... }</c>. It
/// runs on the pipeline thread of the cmdlet that needs one.</summary>
internal sealed class TokenProvider(ScriptBlock script) : ITokenSource
{
    private static readonly HashSet<string> s_automatic = new(StringComparer.OrdinalIgnoreCase)
    {
        "_",
        "true",
        "false",
        "null",
        "args",
        "PSItem",
        "PSCmdlet",
        "Error",
        "ErrorActionPreference",
    };

    private static readonly ScriptBlock s_run = ScriptBlock.Create("param($Block) & $Block 2>&1");

    [ThreadStatic]
    private static bool s_runs;

    private readonly Guid _runspace = Runspace.DefaultRunspace.InstanceId;
    private readonly object _gate = new();
    private AccessToken? _last;
    private long _lastFetched;
    private bool _hasWorked;

    public bool RunsAtCaller => true;

    public async Task<AccessToken> GetTokenAsync(IApiObserver? observer, CancellationToken cancellationToken)
    {
        if (observer is not PipelineObserver pipeline)
        {
            // Tab must not run scripts.
            throw Fault("nothing runs that could call it");
        }

        long asked = Stopwatch.GetTimestamp();
        return await pipeline
            .InvokeAsync(cmdlet => Recent(asked) ?? Run(cmdlet), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>What another request has fetched since this one asked.</summary>
    private AccessToken? Recent(long asked)
    {
        lock (_gate)
        {
            return _lastFetched > asked ? _last : null;
        }
    }

    private AccessToken Run(AsyncCmdlet cmdlet)
    {
        if (s_runs)
        {
            throw Fault("it uses the connection that it is to open");
        }

        cmdlet.WriteVerbose("The token provider is asked for a token.");
        ScriptBlock here = Runspace.DefaultRunspace.InstanceId == _runspace ? script : Detached();
        s_runs = true;
        try
        {
            Collection<PSObject> output = ExternalCode.Run(() =>
                cmdlet.InvokeCommand.InvokeScript(true, s_run, null, [here])
            );
            if (output.Select(o => o?.BaseObject).OfType<ErrorRecord>().FirstOrDefault() is ErrorRecord error)
            {
                // Commands of Az write their errors and continue.
                throw Fault((error.ErrorDetails?.Message ?? error.Exception.Message).TrimEnd('.'));
            }

            AccessToken token = output.Count switch
            {
                0 => throw Fault("it gave nothing"),
                1 when output[0] is null => throw Fault("it gave $null, as a command without a login does"),
                1 => Read(output[0]),
                _ => throw Fault($"it gave {output.Count} objects, not one"),
            };
            _hasWorked = true;
            lock (_gate)
            {
                (_last, _lastFetched) = (token, Stopwatch.GetTimestamp());
            }

            return token;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Fault((e.ErrorRecord?.Exception?.Message ?? e.Message).TrimEnd('.'));
        }
        finally
        {
            s_runs = false;
        }
    }

    /// <summary>In another runspace the block would run where it came from, which may be busy or gone. There its text
    /// runs, for which variables would be empty.</summary>
    private ScriptBlock Detached()
    {
        IEnumerable<string> own = script
            .Ast.FindAll(node => node is AssignmentStatementAst, searchNestedScriptBlocks: true)
            .SelectMany(node =>
                ((AssignmentStatementAst)node).Left.FindAll(
                    left => left is VariableExpressionAst,
                    searchNestedScriptBlocks: false
                )
            )
            .Select(node => ((VariableExpressionAst)node).VariablePath.UserPath);
        string? foreign = script
            .Ast.FindAll(
                node => node is VariableExpressionAst { VariablePath.IsDriveQualified: false },
                searchNestedScriptBlocks: true
            )
            .Select(node => ((VariableExpressionAst)node).VariablePath.UserPath)
            .FirstOrDefault(name =>
                !s_automatic.Contains(name) && !own.Contains(name, StringComparer.OrdinalIgnoreCase)
            );
        return foreign is null
            ? ScriptBlock.Create(script.ToString())
            : throw FineTuningApiException.NoToken(
                $"The token provider uses the variable ${foreign} of another runspace: write the value into the "
                    + $"script block, or connect in this runspace.",
                mayPass: false
            );
    }

    /// <summary>Takes a SecureString, a string, or an object with Token and ExpiresOn, such as Get-AzAccessToken
    /// gives.</summary>
    private AccessToken Read(PSObject output)
    {
        if (Secure(output) is SecureString plain)
        {
            return new AccessToken(plain, null);
        }

        if (Value(output, "Token") is PSObject token && Secure(token) is SecureString secure)
        {
            return new AccessToken(secure, End(Value(output, "ExpiresOn")?.BaseObject));
        }

        throw Fault($"it gave a {output.BaseObject.GetType().Name}, not a SecureString or an object with a Token");
    }

    private static PSObject? Value(PSObject source, string name) =>
        source.Properties[name]?.Value is object value ? PSObject.AsPSObject(value) : null;

    private static SecureString? Secure(PSObject value) =>
        value.BaseObject switch
        {
            SecureString secure => secure,
            string text => EnvironmentSettings.Secure(text),
            _ => null,
        };

    private static DateTimeOffset? End(object? value) =>
        value switch
        {
            DateTimeOffset time => time,
            DateTime time => new DateTimeOffset(time.ToUniversalTime()),
            string text
                when DateTimeOffset.TryParse(
                    text,
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out DateTimeOffset time
                ) => time,
            _ => null,
        };

    /// <summary>What worked before will work again: in an outage it cannot reach its service either, and a wait must
    /// outlive that.</summary>
    private FineTuningApiException Fault(string why) =>
        FineTuningApiException.NoToken($"The token provider gave no token: {why}.", mayPass: _hasWorked);
}
