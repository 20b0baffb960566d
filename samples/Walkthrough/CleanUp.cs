using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Wire;

namespace FineTuning.Walkthrough;

/// <summary>Remembers what a run made at the service and deletes it at the end, however the run ended.</summary>
internal sealed class CleanUp(FineTuningClient client) : IAsyncDisposable
{
    // The last made is deleted first: a job lets go of its files.
    private readonly Stack<(string Name, Func<CancellationToken, Task> Delete)> _made = new();

    /// <summary>A file that was uploaded.</summary>
    public FileResource Add(FileResource file)
    {
        _made.Push((file.Id, token => client.DeleteFileAsync(file.Id, token)));
        return file;
    }

    /// <summary>A job that was created, with all that it makes.</summary>
    public JobResource Add(JobResource job)
    {
        _made.Push((job.Id, token => UndoAsync(job.Id, token)));
        return job;
    }

    /// <summary>Deletes it all. What cannot be deleted is named, and makes the program fail.</summary>
    public async ValueTask DisposeAsync()
    {
        // Not the token of the walk: after Ctrl+C it would refuse every request that is still needed.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_made.TryPop(out (string Name, Func<CancellationToken, Task> Delete) made))
        {
            try
            {
                await made.Delete(timeout.Token);
            }
            catch (Exception e) when (e is FineTuningApiException or OperationCanceledException)
            {
                Program.Fail(1, $"Left behind: {made.Name}. {e.Message}");
            }
        }
    }

    /// <summary>A job cannot be deleted. It can be ended, so that it costs no more, and what it made can be
    /// deleted.</summary>
    private async Task UndoAsync(string jobId, CancellationToken cancellationToken)
    {
        JobResource job = await client.GetJobAsync(jobId, cancellationToken);
        if (!job.Status.IsFinished)
        {
            job = await client.CancelJobAsync(jobId, cancellationToken);
        }

        // The job's model is its last checkpoint.
        await foreach (
            CheckpointResource checkpoint in client.EnumerateCheckpointsAsync(jobId, null, cancellationToken)
        )
        {
            await client.DeleteModelAsync(checkpoint.FineTunedModelCheckpoint, cancellationToken);
        }

        foreach (string file in job.ResultFiles ?? [])
        {
            await client.DeleteFileAsync(file, cancellationToken);
        }
    }
}
