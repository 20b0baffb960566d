using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Files;

/// <summary>
/// Waits for a file that a service is still taking over. Azure answers an upload before that, with the status pending
/// or running, and a job needs a file that is processed. OpenAI takes its files at once: uploaded is no such status.
/// </summary>
public static class FileReadiness
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100),
        s_max = TimeSpan.FromSeconds(5),
        s_timeout = TimeSpan.FromMinutes(10);

    /// <summary>Whether the service is still at work on a file.</summary>
    public static bool IsUnderWay(FileResource file) =>
        file.Status is string status
        && (
            status.Equals("pending", StringComparison.OrdinalIgnoreCase)
            || status.Equals("running", StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Looks at a file until the service has done with it, ten minutes at most: after that it is given as it
    /// is.</summary>
    /// <exception cref="FineTuningApiException">It could not be read, or the service could not process it.</exception>
    public static async Task<FileResource> WaitAsync(
        FineTuningClient client,
        FileResource file,
        CancellationToken cancellationToken = default
    )
    {
        _ = client ?? throw new ArgumentNullException(nameof(client));
        _ = file ?? throw new ArgumentNullException(nameof(file));
        IClock clock = client.Options.Clock;
        DateTimeOffset end = clock.UtcNow + s_timeout;
        for (TimeSpan delay = s_first; IsUnderWay(file) && clock.UtcNow < end; delay = Min(delay + delay, s_max))
        {
            await clock.DelayAsync(delay, cancellationToken).ConfigureAwait(false);
            file = await client.GetFileAsync(file.Id, cancellationToken).ConfigureAwait(false);
        }

        return string.Equals(file.Status, "error", StringComparison.OrdinalIgnoreCase)
            ? throw new FineTuningApiException(
                ApiErrorKind.InvalidRequest,
                $"The service could not process the file {file.Id}: {file.StatusDetails ?? "it does not say why"}."
            )
            {
                Code = "fileImportFailed",
                StatusCode = 400,
            }
            : file;
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
