using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Core.Chat;
using FineTuning.Core.Models;

namespace FineTuning.Core.Api;

/// <content>Answers of models.</content>
public sealed partial class FineTuningClient
{
    /// <summary>Asks a model for an answer. A repeat after a lost answer costs its tokens a second time.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="cancellationToken">Ends the waiting; the service may bill what it has made.</param>
    public Task<ChatResource> CreateChatAsync(ChatCreateRequest request, CancellationToken cancellationToken = default) =>
        AnswerAsync(
            request, asked => SendAsync(Post(ChatPath(asked), asked, RequestContext.Default.ChatCreateRequest) with { Gate = _gate }, WireContext.Default.ChatResource, cancellationToken));

    /// <summary>Asks a model for an answer that comes in pieces. It is not asked again once it has begun.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="onText">Gets each piece of the text, in order, on whatever thread reads.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <returns>The whole answer.</returns>
    public Task<ChatResource> StreamChatAsync(ChatCreateRequest request, Action<string> onText, CancellationToken cancellationToken = default)
    {
        ChatCreateRequest streamed = request with { Stream = true, StreamOptions = new ChatStreamOptions(true) };
        return AnswerAsync(streamed, asked => StreamAsync(asked, onText, cancellationToken));
    }

    /// <summary>Older servers, and Azure's older versions, know the limit under its older name only.</summary>
    private static async Task<ChatResource> AnswerAsync(ChatCreateRequest request, Func<ChatCreateRequest, Task<ChatResource>> ask)
    {
        try
        {
            return await ask(request).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (
            request.MaxCompletionTokens is not null && e.Kind == ApiErrorKind.InvalidRequest &&
            (e.Param ?? e.Message).IndexOf("max_completion_tokens", StringComparison.Ordinal) >= 0)
        {
            return await ask(request with { MaxTokens = request.MaxCompletionTokens, MaxCompletionTokens = null }).ConfigureAwait(false);
        }
    }

    /// <summary>Azure's dated versions have the deployment in the path.</summary>
    private string ChatPath(ChatCreateRequest request) => Options.Dialect == ApiDialect.Azure && Options.ApiVersion is { Length: > 0 } version && char.IsDigit(version[0])
        ? $"deployments/{Segment(request.Model)}/chat/completions"
        : "chat/completions";

    private async Task<ChatResource> StreamAsync(ChatCreateRequest request, Action<string> onText, CancellationToken cancellationToken)
    {
        var reader = new ChatStreamReader(onText);
        ApiRequest sent = Post(ChatPath(request), request, RequestContext.Default.ChatCreateRequest) with
        {
            Gate = _gate,
            Prepare = message => message.Headers.Accept.ParseAdd("text/event-stream"),
        };
        try
        {
            return await _transport.SendAsync(sent, reader.ReadAsync, _observer, cancellationToken).ConfigureAwait(false);
        }
        catch (FineTuningApiException e) when (reader.HasBegun)
        {
            throw e.With($"The answer began and broke off, and was not asked for again. {e.Message}");
        }
    }
}
