using System.Text.Json.Nodes;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>
/// Something that the program does for a job. If it dies, it is started again, unless that has brought nothing several
/// times in a row.
/// </summary>
/// <typeparam name="T">What it comes to.</typeparam>
internal abstract partial class ProgramRun<T>(
    ExternalProgram program,
    ExternalLimits limits,
    ILogger log,
    TrainingRequest request,
    string what
)
    where T : class
{
    protected ExternalLimits Limits => limits;

    protected TrainingRequest Request => request;

    protected string ProgramName => program.Name;

    /// <summary>Names the run in the log.</summary>
    protected string What { get; } = $"Job {request.JobId}: {what}";

    /// <summary>A start since which this has changed was worth it.</summary>
    protected virtual int Progress => 0;

    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    /// <exception cref="TrainingException">The program refused, failed, or broke the protocol.</exception>
    public async Task<T> GoAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (int fruitless = 0; ; )
            {
                cancellationToken.ThrowIfCancellationRequested();
                int before = Progress;
                (T? result, string? end) = await RunOnceAsync(cancellationToken);
                if (result is not null)
                {
                    return result;
                }

                fruitless = Progress != before ? 0 : fruitless + 1;
                if (fruitless > limits.Restarts)
                {
                    throw new TrainingException(
                        $"The external trainer '{ProgramName}' died {fruitless} times in a row without getting any "
                            + $"further; the last time with {end}",
                        "trainer_failed",
                        null
                    );
                }

                LogStartsAgain(What, end);
            }
        }
        catch (ProgramStartException e)
        {
            throw new TrainingException(e.Message, "trainer_not_started", null, e);
        }
        catch (ProtocolException e)
        {
            throw new TrainingException(
                $"The external trainer '{ProgramName}' failed: {e.Message}",
                "trainer_protocol",
                null,
                e
            );
        }
    }

    /// <summary>What the program is told first.</summary>
    protected abstract JsonObject FirstMessage();

    /// <summary>Takes a message; returns the result if it is the last one.</summary>
    protected abstract ValueTask<T?> TakeAsync(
        ProgramProcess process,
        ProgramMessage message,
        CancellationToken cancellationToken
    );

    /// <summary>Runs beside the program, until <paramref name="ended"/> is cancelled.</summary>
    protected virtual Task AccompanyAsync(ProgramProcess process, CancellationToken ended) => Task.CompletedTask;

    /// <summary>What the end of a program that has said no last word comes to; null is a failure.</summary>
    protected virtual T? AtEnd() => null;

    private async Task<(T? Result, string End)> RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var process = ProgramProcess.Start(program, limits, log, What, FirstMessage());
        using var ended = new CancellationTokenSource();
        try
        {
            await using CancellationTokenRegistration cancel = cancellationToken.Register(() =>
            {
                process.Send(new JsonObject { ["type"] = "cancel" });
                process.KillAfter(limits.CancelTimeout);
            });
            _ = AccompanyAsync(process, ended.Token);
            while (await process.ReadAsync() is { } message && !cancellationToken.IsCancellationRequested)
            {
                if (message.Type == "error")
                {
                    throw Refusal(message);
                }

                if (await TakeAsync(process, message, cancellationToken) is { } result)
                {
                    return (result, string.Empty);
                }
            }

            string end = await process.DescribeEndAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return (AtEnd(), end);
        }
        catch (Exception e) when (e is not TrainingException)
        {
            process.Kill();
            throw;
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static TrainingException Refusal(ProgramMessage message)
    {
        const int MaxLength = 4000;
        return new TrainingException(
            ProgramText.OneLine(message.Text("message", int.MaxValue), MaxLength),
            message.Name("code") ?? "trainer_error",
            message.OptionalText("param", 100)
        );
    }

    [LoggerMessage(LogLevel.Warning, "{What} died and is started again: {End}")]
    private partial void LogStartsAgain(string what, string end);
}
