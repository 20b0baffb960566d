using System.Text.Json;
using FineTuning.Core.Chat;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Client;

/// <content>Answers of models.</content>
public sealed partial class FineTuningClient
{
    // How servers say that they do not know a field.
    private static readonly string[] s_unknown =
    [
        "unrecognized",
        "unknown",
        "not supported",
        "unsupported",
        "not permitted",
        "unexpected",
    ];

    /// <summary>Asks a model for an answer. A repeat after a lost answer costs its tokens a second time.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="cancellationToken">Ends the waiting; the service may bill what it has made.</param>
    public Task<ChatResource> CreateChatAsync(
        ChatCreateRequest request,
        CancellationToken cancellationToken = default
    ) =>
        AnswerAsync(
            request,
            asked =>
                SendAsync(
                    Post(ChatPath(asked), asked, RequestContext.Default.ChatCreateRequest) with
                    {
                        Gate = _gate,
                    },
                    Answers.Chat,
                    cancellationToken
                )
        );

    /// <summary>Asks a model for an answer that comes in pieces. It is not asked again once it has begun.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="onText">Gets each piece of the text, in order, on whatever thread reads.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <returns>The whole answer.</returns>
    public Task<ChatResource> StreamChatAsync(
        ChatCreateRequest request,
        Action<string> onText,
        CancellationToken cancellationToken = default
    )
    {
        ChatCreateRequest streamed = request with { Stream = true, StreamOptions = new ChatStreamOptions(true) };
        return AnswerAsync(streamed, asked => StreamAsync(asked, onText, cancellationToken));
    }

    /// <summary>Older servers, and Azure's older versions, know the limit under its older name only.</summary>
    private async Task<ChatResource> AnswerAsync(
        ChatCreateRequest request,
        Func<ChatCreateRequest, Task<ChatResource>> ask
    )
    {
        ChatCreateRequest old = request with { MaxTokens = request.MaxCompletionTokens, MaxCompletionTokens = null };
        if (request.MaxCompletionTokens is null || _transport.TakesOldLimit)
        {
            return await ask(request.MaxCompletionTokens is null ? request : old).ConfigureAwait(false);
        }

        FineTuningApiException first;
        try
        {
            return await ask(request).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (IsUnknownLimit(e))
        {
            first = e;
        }

        try
        {
            ChatResource answer = await ask(old).ConfigureAwait(false);
            _transport.TakesOldLimit = true;
            return answer;
        }
        catch (FineTuningApiException e) when (e.Kind == ApiErrorKind.InvalidRequest)
        {
            throw first;
        }
    }

    private static bool IsUnknownLimit(FineTuningApiException e) =>
        e.Kind == ApiErrorKind.InvalidRequest
        && $"{e.Param} {e.Message}".IndexOf("max_completion_tokens", StringComparison.Ordinal) >= 0
        && (
            e.Code is "unsupported_parameter" or "unknown_parameter"
            || Array.Exists(s_unknown, word => e.Message.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0)
        );

    /// <summary>Azure's dated versions have the deployment in the path.</summary>
    private string ChatPath(ChatCreateRequest request) =>
        Options.Dialect == ApiDialect.Azure && Options.ApiVersion is { Length: > 0 } version && char.IsDigit(version[0])
            ? $"deployments/{Segment(request.Model)}/chat/completions"
            : "chat/completions";

    private async Task<ChatResource> StreamAsync(
        ChatCreateRequest request,
        Action<string> onText,
        CancellationToken cancellationToken
    )
    {
        var reader = new ChatStreamReader(new JsonAnswer<ChatResource>(Options, Answers.Chat), Options.Clock, onText);
        ApiRequest sent = Post(ChatPath(request), request, RequestContext.Default.ChatCreateRequest) with
        {
            Gate = _gate,
            Prepare = message => message.Headers.Accept.ParseAdd("text/event-stream"),
        };
        try
        {
            ChatResource answer = await _transport
                .SendAsync(sent, reader.ReadAsync, _observer, cancellationToken)
                .ConfigureAwait(false);
            if (_observer?.WantsBodies == true)
            {
                _observer.OnTrace(
                    new ApiTrace(ApiTraceKind.Answered, sent.Method.Method, new Uri(Options.Endpoint, sent.Path), 1)
                    {
                        Body = Redaction.Scrub(JsonSerializer.Serialize(answer, WireContext.Default.ChatResource)),
                    }
                );
            }

            return answer;
        }
        catch (FineTuningApiException e) when (reader.HasBegun)
        {
            throw e.With($"The answer began and broke off, and was not asked for again. {e.Message}");
        }
    }
}
