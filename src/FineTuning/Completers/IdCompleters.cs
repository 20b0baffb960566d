using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using FineTuning.Core.Wire;
using FineTuning.Output;

namespace FineTuning.Completers;

/// <summary>Ids of the newest jobs, with their status and model; for a cmdlet that changes jobs, only those it can
/// change.</summary>
public sealed class JobIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    )
    {
        bool Fits(JobResource job) =>
            (commandName ?? string.Empty).Split('-')[0].ToUpperInvariant() switch
            {
                "STOP" or "SUSPEND" or "WAIT" => !job.HasEnded,
                "RESUME" => job.Status == JobStatus.Paused || job.Status == JobStatus.Pausing,
                _ => true,
            };

        return Completion
            .Ask(
                fakeBoundParameters,
                async (client, token) => (await client.ListJobsAsync(null, token).ConfigureAwait(false)).Data
            )
            .Where(job => Completion.Matches(job.Id, wordToComplete) && Fits(job))
            .Select(job =>
                Completion.Result(
                    job.Id,
                    $"{job.Id}  {job.Status}  {job.Model}",
                    string.Format(
                        CultureInfo.CurrentCulture,
                        "{0}, {1}, {2:g}",
                        job.Status,
                        job.Model,
                        Display.LocalTime(job.CreatedAt)
                    )
                )
            );
    }
}

/// <summary>Ids of the newest files, with their names.</summary>
public sealed class FileIdCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) =>
        Completion
            .Ask(
                fakeBoundParameters,
                async (client, token) => (await client.ListFilesAsync(null, token).ConfigureAwait(false)).Data
            )
            .Where(file => Completion.Matches(file.Id, wordToComplete))
            .Select(file =>
                Completion.Result(
                    file.Id,
                    $"{file.Id}  {file.FileName}",
                    $"{file.FileName}, {file.Bytes} bytes, {file.Purpose}"
                )
            );
}
