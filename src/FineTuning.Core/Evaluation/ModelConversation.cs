using FineTuning.Core.Errors;
using FineTuning.Core.Http;

namespace FineTuning.Core.Evaluation;

/// <summary>
/// Asks models many questions at once and gives the answers in the order of the questions. Callbacks come in the
/// synchronization context in which its methods are awaited. For one caller at a time.
/// </summary>
/// <typeparam name="TRequest">A question with what the caller keeps with it.</typeparam>
public sealed class ModelConversation<TRequest> : IDisposable
    where TRequest : ModelRequest
{
    private readonly ModelAsker _asker;

    /// <summary>Makes one without questions.</summary>
    /// <param name="asker">Asks.</param>
    /// <param name="gate">Says how many requests run at a time; the clients of the requests should pass it.</param>
    /// <param name="onAnswer">Gets a request with its answer, and with that of the compared model if there is
    /// one.</param>
    /// <param name="onFailure">Gets a request that failed; the request says which model did.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public ModelConversation(
        ModelAsker asker,
        AdaptiveRateLimiter gate,
        Action<TRequest, ModelResponse, ModelResponse?> onAnswer,
        Action<TRequest, FineTuningApiException> onFailure,
        CancellationToken cancellationToken = default
    )
    {
        _asker = asker ?? throw new ArgumentNullException(nameof(asker));
        Run = new(
            gate,
            AnswerAsync,
            (request, answers) => onAnswer(request, answers.Answer, answers.Compared),
            onFailure,
            cancellationToken
        )
        {
            IsOneThing = false,
        };
    }

    /// <summary>The work: takes the requests, and tells how far it is and what ended it.</summary>
    public BatchRun<TRequest, (ModelResponse Answer, ModelResponse? Compared)> Run { get; }

    /// <summary>Asks one of a request's models at once, and gives its answer as it comes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model of the request, or the one it is compared with.</param>
    /// <param name="onText">Gets the pieces of the answer; null takes it as a whole.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="FineTuningApiException">The service failed, or refused the question.</exception>
    public async Task<ModelResponse> AskAsync(
        TRequest request,
        string model,
        Action<string>? onText,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            return await _asker
                .AskAsync(request.Client, model, request.Question, onText, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (FineTuningApiException)
        {
            request.Failed = model;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Run.Dispose();

    private async Task<(ModelResponse Answer, ModelResponse? Compared)> AnswerAsync(
        TRequest request,
        CancellationToken cancellationToken
    )
    {
        Task<ModelResponse> answer = AskAsync(request, request.Model, null, cancellationToken);
        if (request.Compared is null)
        {
            return (await answer.ConfigureAwait(false), null);
        }

        Task<ModelResponse> compared = AskAsync(request, request.Compared, null, cancellationToken);
        await Task.WhenAll(answer, compared).ConfigureAwait(false);
        return (await answer.ConfigureAwait(false), await compared.ConfigureAwait(false));
    }
}
