using System.Text.RegularExpressions;
using FineTuning.Core.Errors;
using FineTuning.Core.Files.Uploading;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What a user reads of an error, without what differs from run to run and from system to system.</summary>
internal static partial class Words
{
    /// <summary>The id that the cmdlets give the error. They have it from the kind.</summary>
    public static string ErrorId(Exception e) =>
        e switch
        {
            FineTuningApiException { Kind: ApiErrorKind.Timeout } => "RequestTimedOut",
            FineTuningApiException api => api.Kind.ToString(),
            UploadException upload => upload.Fault.ToString(),
            _ => e.GetType().Name,
        };

    /// <summary>Puts general words in the place of addresses, ids and the system's own reasons.</summary>
    /// <param name="message">The words.</param>
    /// <param name="cell">The name of what the cell has made.</param>
    public static string Normalise(string message, string cell)
    {
        string text = Address().Replace(message.Replace(cell, "NAME", StringComparison.Ordinal), "HOST");
        text = Id().Replace(text, "ID");
        text = Token().Replace(text, "TOKEN");
        text = State().Replace(text, "the job ID is STATUS");
        text = Seconds().Replace(text, "$1 N seconds");
        return Tried().Replace(Reason().Replace(text, "$1 HOST$2: REASON."), string.Empty);
    }

    [GeneratedRegex(@"(127\.0\.0\.1|localhost):\d+")]
    private static partial Regex Address();

    [GeneratedRegex(
        @"\b(?:(?:ftjob|file|ftevent|ftckpt|req|part|upload|perm|cp)[-_][0-9A-Za-z]{6,}\b|ft:[^'\s]+:[0-9A-Za-z]{6,})"
    )]
    private static partial Regex Id();

    [GeneratedRegex(@"\b[0-9a-f]{32}\b")]
    private static partial Regex Token();

    // How far a job has come differs from run to run.
    [GeneratedRegex(@"the job ID is [a-z_]+")]
    private static partial Regex State();

    [GeneratedRegex(@"(within|for) [\d.]+ seconds")]
    private static partial Regex Seconds();

    [GeneratedRegex(@" Tried \d+ times\.")]
    private static partial Regex Tried();

    // Each platform has its own words for a broken connection.
    [GeneratedRegex(
        @"^(No connection to|No secure connection to|The connection to) HOST( broke[^:]*)?: .*?\.(?= [A-Z]|$)"
    )]
    private static partial Regex Reason();
}
