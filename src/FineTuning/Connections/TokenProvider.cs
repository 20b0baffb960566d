using System;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Core.Api;

namespace FineTuning.Connections;

/// <summary>Fetches tokens with a script block of the user's, such as <c>{ Get-AzAccessToken -ResourceUrl ... }</c>. It runs on the pipeline thread of the cmdlet that needs one.</summary>
internal sealed class TokenProvider(ScriptBlock script) : ITokenSource
{
    private readonly Guid _runspace = Runspace.DefaultRunspace.InstanceId;
    private bool _hasWorked;

    public async Task<AccessToken> GetTokenAsync(IApiObserver? observer, CancellationToken cancellationToken)
    {
        if (observer is not PipelineObserver pipeline)
        {
            // Tab must not run scripts.
            throw Fault("nothing runs that could call it");
        }

        return await pipeline.InvokeAsync(Run).ConfigureAwait(false);
    }

    private AccessToken Run(AsyncCmdlet cmdlet)
    {
        cmdlet.WriteVerbose("The token provider is asked for a token.");
        // In another runspace the block would run where it came from, which may be busy or gone. There its text runs.
        ScriptBlock here = Runspace.DefaultRunspace.InstanceId == _runspace ? script : ScriptBlock.Create(script.ToString());
        try
        {
            Collection<PSObject> output = ForeignCode.Run(() => cmdlet.InvokeCommand.InvokeScript(false, here, null, []));
            AccessToken token = output.Count switch
            {
                0 => throw Fault("it gave nothing"),
                1 => Read(output[0]),
                _ => throw Fault($"it gave {output.Count} objects, not one"),
            };
            _hasWorked = true;
            return token;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Fault((e.ErrorRecord?.Exception?.Message ?? e.Message).TrimEnd('.'));
        }
    }

    /// <summary>Takes a SecureString, a string, or an object with Token and ExpiresOn, such as Get-AzAccessToken gives.</summary>
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

    private static PSObject? Value(PSObject source, string name) => source.Properties[name]?.Value is object value ? PSObject.AsPSObject(value) : null;

    private static SecureString? Secure(PSObject value) => value.BaseObject switch
    {
        SecureString secure => secure,
        string text => EnvironmentSettings.Secure(text),
        _ => null,
    };

    private static DateTimeOffset? End(object? value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time,
        _ => null,
    };

    /// <summary>What worked before will work again: in an outage it cannot reach its service either, and a wait must outlive that.</summary>
    private FineTuningApiException Fault(string why) => FineTuningApiException.NoToken($"The token provider gave no token: {why}.", mayPass: _hasWorked);
}
