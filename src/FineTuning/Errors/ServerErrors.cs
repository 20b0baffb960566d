using System.Management.Automation;
using FineTuning.LocalServer;
using FineTuning.Output;

namespace FineTuning.Errors;

/// <summary>Error records of starting a local server.</summary>
internal static class ServerErrors
{
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
        ErrorRecords.Invalid(
            "ServerAlreadyRuns",
            $"A server for '{folder}' runs already at {server.Endpoint}{difference}.",
            $"Leave -{parameter} out to use it, or stop it with Stop-FineTuningServer -ProcessId {server.ProcessId}.",
            folder,
            ErrorCategory.ResourceExists
        );

    /// <summary>The server does not take the rules of -Fault.</summary>
    public static ErrorRecord FaultsRefused(ServerControlException e, object[] faults) =>
        ErrorRecords.Make(
            e,
            "InvalidRequest",
            ErrorCategory.InvalidArgument,
            faults,
            e.Message,
            "See the help of Set-FineTuningServerFault for the fields of a rule."
        );

    /// <summary>No dotnet on this machine can run the server.</summary>
    /// <param name="found">What was found instead, as the end of a sentence.</param>
    public static ErrorRecord RuntimeMissing(string found) =>
        ErrorRecords.Make(
            new FileNotFoundException($"The local server needs the ASP.NET Core runtime: {found}."),
            "AspNetCoreRuntimeMissing",
            ErrorCategory.NotInstalled,
            DotnetHost.Framework,
            $"The local server needs the ASP.NET Core runtime {DotnetHost.MajorVersion}, and {found}.",
            $"Install it from https://dotnet.microsoft.com/download/dotnet/{DotnetHost.MajorVersion}.0 (ASP.NET Core "
                + $"Runtime), or with the package manager as aspnetcore-runtime-{DotnetHost.MajorVersion}.0."
        );

    /// <summary>The module lacks its server.</summary>
    public static ErrorRecord ProgramMissing(string program)
    {
        string message = $"The server's program '{program}' is not there.";
        return ErrorRecords.Make(
            new FileNotFoundException(message),
            "ServerMissing",
            ErrorCategory.NotInstalled,
            program,
            message,
            "Install the module again, or run ./build.ps1 in its repository."
        );
    }

    /// <summary>The server did not start.</summary>
    public static ErrorRecord NotStarted(Exception e, string? folder)
    {
        string words = e.Message.TrimEnd('.');
        string reason = ToParameters(words);
        return ErrorRecords.Make(
            e,
            "ServerNotStarted",
            ErrorCategory.OpenError,
            folder,
            $"The local server did not start: {reason}.",
            reason == words
                ? "Get-FineTuningServer lists running servers; -Path and -Port choose another folder and port."
                : "Get-Help Start-FineTuningServer -Full explains its parameters."
        );
    }

    /// <summary>The server speaks of its own options.</summary>
    private static string ToParameters(string message) =>
        new[]
        {
            ("--fault", "-Fault"),
            ("--trainer-command", "-TrainerCommand"),
            ("--trainer-argument", "-TrainerArgument"),
            ("--trainer-name", "-TrainerName"),
            ("--port or --urls", "-Port"),
        }.Aggregate(message, (text, names) => text.Replace(names.Item1, names.Item2));
}
