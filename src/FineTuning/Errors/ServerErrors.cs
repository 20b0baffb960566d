using System.Management.Automation;
using System.Text.RegularExpressions;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Errors;

/// <summary>Errors of starting a local server.</summary>
internal static class ServerErrors
{
    private static readonly ErrorDefinition s_alreadyRuns = new(
        "ServerAlreadyRuns",
        ErrorCategory.ResourceExists,
        "A server for '{folder}' runs already at {endpoint}{difference}.",
        "Leave -{parameter} out to use it, or stop it with Stop-FineTuningServer -ProcessId {process}."
    );

    private static readonly ErrorDefinition s_runtimeMissing = new(
        "AspNetCoreRuntimeMissing",
        ErrorCategory.NotInstalled,
        $"The local server needs the ASP.NET Core runtime {DotnetHost.MajorVersion}, and {{found}}.",
        $"Install it from https://dotnet.microsoft.com/download/dotnet/{DotnetHost.MajorVersion}.0 (ASP.NET Core "
            + $"Runtime), or with the package manager as aspnetcore-runtime-{DotnetHost.MajorVersion}.0."
    );

    private static readonly ErrorDefinition s_programMissing = new(
        "ServerMissing",
        ErrorCategory.NotInstalled,
        "The server's program '{program}' is not there.",
        "Install the module again, or run ./build.ps1 in its repository."
    )
    {
        Cause = message => new FileNotFoundException(message),
    };

    private static readonly ErrorDefinition s_notStarted = new(
        "ServerNotStarted",
        ErrorCategory.OpenError,
        "The local server did not start: {reason}.",
        "Get-FineTuningServer lists running servers; -Path and -Port choose another folder and port."
    );

    // The server's message names the option and what is wrong with it.
    private static readonly Regex s_refusedOption = new("^--([a-z-]+)(?=: )", RegexOptions.CultureInvariant);

    /// <summary>The folder has a server that is not as it was asked for.</summary>
    /// <param name="server">The server.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="difference">What is different, as the end of a sentence.</param>
    /// <param name="parameter">The parameter that asked for something else.</param>
    public static ErrorRecord AlreadyRuns(
        FineTuningServerInfo server,
        string folder,
        string difference,
        string parameter
    ) =>
        s_alreadyRuns.Make(
            folder,
            ("folder", folder),
            ("endpoint", server.Endpoint.ToString()),
            ("difference", difference),
            ("parameter", parameter),
            ("process", FormattableString.Invariant($"{server.ProcessId}"))
        );

    /// <summary>The server does not take the rules of -Fault.</summary>
    public static ErrorRecord FaultsRefused(ServerControlException e, object[] faults) =>
        (
            ApiErrors.InvalidRequest with
            {
                Message = e.Message,
                Action = "See the help of Set-FineTuningServerFault for the fields of a rule.",
            }
        ).Wrap(e, faults);

    /// <summary>No dotnet on this machine can run the server.</summary>
    /// <param name="found">What was found instead, as the end of a sentence.</param>
    public static ErrorRecord RuntimeMissing(string found) =>
        s_runtimeMissing.Wrap(
            new FileNotFoundException($"The local server needs the ASP.NET Core runtime: {found}."),
            DotnetHost.Framework,
            ("found", found)
        );

    /// <summary>The module lacks its server.</summary>
    public static ErrorRecord ProgramMissing(string program) => s_programMissing.Make(program, ("program", program));

    /// <summary>The server did not start.</summary>
    public static ErrorRecord NotStarted(Exception e, string? folder)
    {
        string reason = e.Message.TrimEnd('.');
        Match option = s_refusedOption.Match(reason);
        if (!option.Success)
        {
            return s_notStarted.Wrap(e, folder, ("reason", reason));
        }

        ErrorDefinition refused = s_notStarted with
        {
            Action = "Get-Help Start-FineTuningServer -Full explains its parameters.",
        };
        return refused.Wrap(e, folder, ("reason", ToParameter(option.Groups[1].Value) + reason[option.Length..]));
    }

    private static string ToParameter(string option) =>
        option switch
        {
            "data" => "-Path",
            "trainers" => "-TrainerCount",
            "allow-python" => "-AllowPython",
            _ => "-" + string.Concat(option.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
        };
}
