using FineTuning.Server.Http;
using FineTuning.Server.Jobs;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Chat;

/// <summary>
/// Answers conversations with the models made here, a few at a time; the others wait for their turn. An answer is made
/// on a thread of its own below normal priority, so that it does not hold up the API.
/// </summary>
internal sealed partial class ModelAnswers(ModelCache cache, ILogger<ModelAnswers> log)
{
    /// <summary>
    /// What a base says, which was never trained: scripts that compare a model with its base run unchanged, and whoever
    /// reads it sees what it is.
    /// </summary>
    public const string Untrained = "I am an untrained base model of a local server and know nothing yet.";

    private const int MaxWaiting = 256;

    // One long answer must not hold up all others, on a small machine either.
    private readonly SemaphoreSlim _slots = new(Math.Max(2, Environment.ProcessorCount));
    private int _waiting;

    /// <summary>Answers a conversation.</summary>
    /// <param name="model">The public name of a model that a job made.</param>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="options">How the answer is drawn.</param>
    /// <param name="onText"> Gets each piece of the answer, in order. It should return at once: the turn of others
    /// waits for it.
    /// </param>
    /// <param name="cancellationToken">Ends the answer early.</param>
    /// <param name="mayBeRefused">Whether it is refused when too many wait already.</param>
    /// <exception cref="ApiException">There is no such model, it cannot be opened or failed, or too many wait
    /// already.</exception>
    public async Task<ChatOutcome> AnswerAsync(
        string model,
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken,
        bool mayBeRefused = true
    )
    {
        if (BaseModels.Contains(model) && !BaseModels.IsCompletion(model))
        {
            await onText(Untrained);
            return new ChatOutcome("stop", messages.Sum(message => CountWords(message.Content)), CountWords(Untrained));
        }

        // Refused at once, and not only when it is to be loaded.
        cache.Find(model);
        using ModelLease lease = await TakeTurnAsync(model, mayBeRefused, cancellationToken);
        try
        {
            return await TrainingThread.RunAsync(
                "answer",
                () => lease.Model.AnswerAsync(messages, options, onText, cancellationToken).GetAwaiter().GetResult()
            );
        }
        catch (AnswerRefusedException e)
        {
            throw ApiErrors.BadRequest(e.Message, e.Param, e.Code);
        }
        catch (Exception e) when (e is not ApiException && !cancellationToken.IsCancellationRequested)
        {
            lease.Discard();
            LogFailure(e, model);
            throw ApiErrors.ModelUnavailable(
                e is ModelUnavailableException
                    ? e.Message
                    : $"The model '{model}' failed while it answered: {e.Message} The server's log tells more.",
                mayPass: e is ModelUnavailableException
            );
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Loads the model, then waits for a turn: a program may take minutes to load one, and other models answer
    /// meanwhile.</summary>
    private async Task<ModelLease> TakeTurnAsync(string model, bool mayBeRefused, CancellationToken cancellationToken)
    {
        ModelLease? lease = null;
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting && mayBeRefused)
            {
                throw ApiErrors.Busy(
                    "Too many requests wait for an answer of a model already. Try again when some have been answered."
                );
            }

            lease = await cache.RentAsync(model, cancellationToken);
            await _slots.WaitAsync(cancellationToken);
            return lease;
        }
        catch
        {
            lease?.Dispose();
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private static int CountWords(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    [LoggerMessage(LogLevel.Error, "The model {Name} failed while it answered")]
    private partial void LogFailure(Exception e, string name);
}
