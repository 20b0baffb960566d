using System.Text;
using System.Text.Json;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Chat;

/// <summary>Puts the pieces of a streamed answer together: server-sent events, each with a piece as JSON, and [DONE] at
/// the end.</summary>
internal sealed class ChatStreamReader(Action<string> onText)
{
    private const int MaxLine = 1024 * 1024;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _refusal = new();
    private readonly ToolCallPieces _calls = new();
    private ChatResource? _last;
    private ChatUsageResource? _usage;
    private string? _finishReason;
    private bool _isDone;

    /// <summary>Whether a part of the answer was shown, so that another attempt would begin it a second time.</summary>
    public bool HasBegun { get; private set; }

    public async Task<ChatResource> ReadAsync(HttpResponseMessage response, Attempt attempt)
    {
        try
        {
            return await ReadPiecesAsync(response, attempt).ConfigureAwait(false);
        }
        catch (Exception e)
            when (HasBegun
                && (
                    attempt.TimedOut
                    || (
                        !attempt.Token.IsCancellationRequested
                        && e is IOException or HttpRequestException or ObjectDisposedException
                    )
                )
            )
        {
            // Another attempt would show the beginning a second time.
            throw new FineTuningApiException(
                attempt.TimedOut ? ApiErrorKind.Timeout : ApiErrorKind.ConnectionLost,
                attempt.TimedOut ? "Nothing more of it came." : $"The connection broke: {e.Message}",
                e
            )
            {
                StatusCode = attempt.StatusCode,
                RequestId = attempt.RequestId,
                IsLast = true,
            };
        }
    }

    private async Task<ChatResource> ReadPiecesAsync(HttpResponseMessage response, Attempt attempt)
    {
        if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream")
        {
            // Some servers do not stream, whatever they are asked.
            return await ReadWholeAsync(response, attempt).ConfigureAwait(false);
        }

        using Stream body = await AnswerBody.OpenAsync(response, attempt.Token).ConfigureAwait(false);
        var line = new List<byte>();
        byte[] piece = new byte[8 * 1024];
        int count;
        while (
            !_isDone && (count = await body.ReadAsync(piece, 0, piece.Length, attempt.Token).ConfigureAwait(false)) > 0
        )
        {
            attempt.Touch();
            for (int i = 0; i < count; i++)
            {
                if (piece[i] is (byte)'\n' or (byte)'\r')
                {
                    TakeLine(Encoding.UTF8.GetString(line.ToArray()), response);
                    line.Clear();
                }
                else
                {
                    line.Add(piece[i]);
                    _ = line.Count <= MaxLine ? 0 : throw Wrong(response, "has a line without end");
                }
            }
        }

        return _isDone || _finishReason is not null ? Whole() : throw Wrong(response, "broke off");
    }

    private async Task<ChatResource> ReadWholeAsync(HttpResponseMessage response, Attempt attempt)
    {
        (byte[] body, bool isWhole) = await AnswerBody
            .ReadAsync(response, AnswerBody.MaxJsonBytes, attempt)
            .ConfigureAwait(false);
        try
        {
            ChatResource? answer = isWhole ? JsonSerializer.Deserialize(body, WireContext.Default.ChatResource) : null;
            if (answer?.Choices.Count > 0)
            {
                Show(answer.Choices[0].Message?.Content);
                return answer;
            }
        }
        catch (JsonException)
        {
            // No answer of a model, as one without choices.
        }

        throw Wrong(response, "is no answer of a model");
    }

    private void TakeLine(string line, HttpResponseMessage response)
    {
        // Empty lines part the events, and a comment keeps the line open.
        if (!line.StartsWith("data:", StringComparison.Ordinal))
        {
            return;
        }

        string data = line.Substring("data:".Length).Trim();
        if (data == "[DONE]")
        {
            _isDone = true;
            return;
        }

        Take(Parse(data, response));
    }

    private ChatResource Parse(string data, HttpResponseMessage response)
    {
        try
        {
            ChatResource? piece = JsonSerializer.Deserialize(data, WireContext.Default.ChatResource);
            if (piece?.AdditionalFields?.ContainsKey("error") == true)
            {
                FineTuningApiException error = ErrorReader.Read(response, data, DateTimeOffset.UtcNow);
                throw new FineTuningApiException(KindOf(error), error.Message)
                {
                    RequestId = error.RequestId,
                    Code = error.Code,
                    Type = error.Type,
                    Param = error.Param,
                    IsLast = HasBegun,
                };
            }

            return piece ?? throw Wrong(response, "has an empty piece");
        }
        catch (JsonException)
        {
            throw Wrong(response, "has a piece that is no JSON");
        }
    }

    /// <summary>The status was good, so only the words tell what kind of fault it is.</summary>
    private static ApiErrorKind KindOf(FineTuningApiException error) =>
        error.Kind != ApiErrorKind.InvalidRequest ? error.Kind
        : error.Code is "rate_limit_exceeded" || error.Type is "rate_limit_error" or "requests" or "tokens"
            ? ApiErrorKind.RateLimited
        : error.Type is "invalid_request_error" || error.Code is "content_filter" ? ApiErrorKind.InvalidRequest
        : ApiErrorKind.ServerError;

    private void Take(ChatResource piece)
    {
        _last = piece;
        _usage = piece.Usage ?? _usage;
        foreach (ChatChoiceResource choice in piece.Choices)
        {
            if (choice.Index != 0)
            {
                continue;
            }

            _calls.Add(choice.Delta?.ToolCalls);
            _finishReason = choice.FinishReason ?? _finishReason;
            _refusal.Append(choice.Delta?.Refusal);
            Show(choice.Delta?.Content);
        }
    }

    private void Show(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            HasBegun = true;
            _text.Append(text);
            onText(text!);
        }
    }

    private ChatResource Whole() =>
        new()
        {
            Id = _last?.Id ?? string.Empty,
            Created = _last?.Created ?? default,
            Model = _last?.Model,
            Usage = _usage,
            Choices =
            [
                new ChatChoiceResource
                {
                    FinishReason = _finishReason,
                    Message = new ChatMessageResource
                    {
                        Role = "assistant",
                        Content = _text.ToString(),
                        ToolCalls = _calls.ToJson(),
                        Refusal = _refusal.Length > 0 ? _refusal.ToString() : null,
                    },
                },
            ],
        };

    private FineTuningApiException Wrong(HttpResponseMessage response, string what) =>
        new(ApiErrorKind.InvalidResponse, $"The streamed answer {what}.")
        {
            StatusCode = (int)response.StatusCode,
            RequestId = ErrorReader.RequestId(response),
            IsLast = HasBegun,
        };
}
