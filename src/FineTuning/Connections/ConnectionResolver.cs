using System;
using System.Management.Automation;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Common;
using FineTuning.Connections;
using FineTuning.Core.Api;

namespace FineTuning;

/// <summary>Finds the connection for a cmdlet that was given none, and the key for a connection that was given none.</summary>
internal static class ConnectionResolver
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string EndpointVariable = "OPENAI_BASE_URL";
    public const string OrganizationVariable = "OPENAI_ORG_ID";
    public const string ProjectVariable = "OPENAI_PROJECT_ID";

    /// <summary>Goes where a key is wanted and any will do. Long enough to be no part of any other text, which would be masked.</summary>
    public const string NoKey = "no-key-for-a-local-server";

    /// <summary>
    /// The session's connection, or the one over which an object came that is worked on, or one made of the vault or the environment, which
    /// then is the session's.
    /// </summary>
    /// <param name="cmdlet">Looks for it.</param>
    /// <param name="origin">The object's; null if there is none.</param>
    public static FineTuningConnection Resolve(AsyncCmdlet cmdlet, FineTuningConnection? origin)
    {
        RunspaceState session = RunspaceState.Current;
        if (session.Connection is { IsClosed: false } open)
        {
            return open;
        }

        if (origin is { IsClosed: false })
        {
            return origin;
        }

        var options = new ClientOptions
        {
            Endpoint = EndpointFromEnvironment(cmdlet),
            Organization = Variable(OrganizationVariable),
            Project = Variable(ProjectVariable),
        };
        return session.Connection = Open(cmdlet, options, FindKey(cmdlet, options.Endpoint));
    }

    /// <summary>Makes a connection, or stops the cmdlet with the option that is wrong.</summary>
    public static FineTuningConnection Open(AsyncCmdlet cmdlet, ClientOptions options, (SecureString? Key, string Source) key)
    {
        try
        {
            return new FineTuningConnection(options, key.Key, key.Source);
        }
        catch (ArgumentException e)
        {
            string message = e.Message.Split('\n')[0].Replace(" (Parameter 'key')", string.Empty).Trim();
            cmdlet.ThrowTerminatingError(ErrorRecords.Invalid(
                "InvalidConnection", message, "Correct it with Connect-FineTuning.", options.Endpoint));
            throw;
        }
    }

    /// <summary>Makes a first, cheap request, or stops the cmdlet with what is wrong.</summary>
    public static async Task CheckAsync(AsyncCmdlet cmdlet, FineTuningConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            FineTuningClient client = connection.Client.WithObserver(new PipelineObserver(cmdlet));
            await client.ListJobsAsync(new JobQuery { Limit = 1 }, cancellationToken);
        }
        catch (FineTuningApiException e)
        {
            connection.Close();
            cmdlet.ThrowTerminatingError(ErrorRecords.FromApi(e, "Endpoint", connection.Endpoint, connection.Endpoint));
        }
    }

    /// <summary>The environment's endpoint, or OpenAI's.</summary>
    public static Uri EndpointFromEnvironment(AsyncCmdlet cmdlet) =>
        Variable(EndpointVariable) is string text ? ParseEndpoint(cmdlet, text, $"the environment variable {EndpointVariable}") : ClientOptions.OpenAIEndpoint;

    public static Uri ParseEndpoint(AsyncCmdlet cmdlet, string text, string origin)
    {
        if (text.Equals("OpenAI", StringComparison.OrdinalIgnoreCase))
        {
            return ClientOptions.OpenAIEndpoint;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "https" or "http")
        {
            return endpoint!;
        }

        cmdlet.ThrowTerminatingError(ErrorRecords.Invalid(
            "InvalidEndpoint",
            $"'{text}' from {origin} is not an http or https address.",
            $"Give the exact base of the API, such as {ClientOptions.OpenAIEndpoint}.",
            text));
        throw new InvalidOperationException();
    }

    /// <summary>Looks for a key that nobody named: in the vault, then in the environment.</summary>
    public static (SecureString? Key, string Source) FindKey(AsyncCmdlet cmdlet, Uri endpoint)
    {
        // A key in a vault goes only where it is for: a stray base address in the environment must not draw it out.
        if (SecretVault.FindForEndpoint(cmdlet, KeyVariable, endpoint, out string? advice) is FoundSecret found)
        {
            return (found.Key, $"secret {KeyVariable} in vault {found.Vault}");
        }

        // The environment's key is for the environment's endpoint; for another one that was named, a key has to be named too.
        if (Variable(KeyVariable) is string text && IsSameOrigin(endpoint, EndpointFromEnvironment(cmdlet)))
        {
            return (Protect(text), $"environment variable {KeyVariable}");
        }

        if (endpoint.IsLoopback)
        {
            // A server of this machine that was started without a key takes any.
            return (Protect(NoKey), "none (a local server that asks for no key)");
        }

        string handOver = RunspaceState.IsConnectedElsewhere
            ? "Another runspace of this process is connected: hand its connection over with -Connection $using:connection. Or run"
            : "Run";
        cmdlet.ThrowTerminatingError(ErrorRecords.Make(
            new PSInvalidOperationException("There is no key."),
            "NoKey",
            ErrorCategory.AuthenticationError,
            endpoint,
            $"There is no key for {endpoint}.",
            (advice is null ? string.Empty : advice + " ") +
            $"{handOver} Connect-FineTuning -ApiKey (Read-Host -AsSecureString), or Set-Secret {KeyVariable} with SecretManagement, or set the environment variables {KeyVariable} and {EndpointVariable}; Start-FineTuningServer needs none."));
        throw new InvalidOperationException();
    }

    private static bool IsSameOrigin(Uri a, Uri b) =>
        Uri.Compare(a, b, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    public static SecureString Protect(string text)
    {
        var key = new SecureString();
        foreach (char c in text)
        {
            key.AppendChar(c);
        }

        key.MakeReadOnly();
        return key;
    }

    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is string value && value.Trim().Length > 0 ? value.Trim() : null;
}
