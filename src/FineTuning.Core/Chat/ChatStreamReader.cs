using System.Text;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Http;
using FineTuning.Core.Json;
using FineTuning.Core.Wire;

namespace FineTuning.Core.Chat;

/// <summary>Puts the pieces of a streamed answer together: server-sent events, each with a piece as JSON, and [DONE] at
/// the end.</summary>
/// <param name="whole">Reads an answer that comes whole although it was asked for in pieces.</param>
/// <param name="clock">The time.</param>
/// <param name="onText">Gets the pieces of the text.</param>
internal sealed class ChatStreamReader(JsonAnswer<ChatResource> whole, IClock clock, Action<string> onText)
{
    private const int MaxLine = 1024 * 1024;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _refusal = new();
    private readonly ToolCallPieces _calls = new();
    private ChatResource? _last;
    private ChatUsageResource? _usage;
    private string? _finishReason;
    private bool _isDone;
    private bool _hasChoice;

    /// <summary>Whether a part of the answer was shown, so that another attempt would begin it a second time.</summary>
    public bool HasBegun { get; private set; }

    public async Task<ChatResource> ReadAsync(HttpResponseMessage response, Attempt attempt, RequestTrace trace)
    {
        try
        {
            return await ReadPiecesAsync(response, attempt, trace).ConfigureAwait(false);
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

    private async Task<ChatResource> ReadPiecesAsync(HttpResponseMessage response, Attempt attempt, RequestTrace trace)
    {
        if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream")
        {
            // Some servers ignore that a stream was asked for.
            ChatResource answer = await whole.ReadAsync(response, attempt, trace).ConfigureAwait(false);
            Show(answer.Choices[0].Message?.Content);
            return answer;
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

        TakeLine(Encoding.UTF8.GetString(line.ToArray()), response);
        return !_isDone && _finishReason is null ? throw Wrong(response, "broke off")
            : _hasChoice ? Whole()
            : throw Wrong(response, "has no answer of a model");
    }

    private void TakeLine(string line, HttpResponseMessage response)
    {
        // Empty lines part the events, and a comment keeps the line open. A gateway's error can come without the frame
        // of an event.
        bool isFramed = line.StartsWith("data:", StringComparison.Ordinal);
        if (!isFramed && !line.StartsWith("{", StringComparison.Ordinal))
        {
            return;
        }

        string data = (isFramed ? line.Substring("data:".Length) : line).Trim();
        if (data == "[DONE]")
        {
            _isDone = true;
            return;
        }

        Take(Parse(data, response));
    }

    private ChatResource Parse(string data, HttpResponseMessage response)
    {
        string json = SurrogateEscapes.Mend(data);
        try
        {
            if (
                JsonSerializer.Deserialize(json, WireContext.Default.ChatResource) is ChatResource piece
                && piece.AdditionalFields?.Keys.Any(name => name is "error" or "errors") != true
                && piece.Choices.All(choice => choice is { FinishReason: not "error" })
            )
            {
                return piece;
            }
        }
        catch (JsonException)
        {
            // It is looked at more closely.
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            if (ErrorSigns.Find(document.RootElement) is JsonElement error)
            {
                throw ErrorReader.ReadSpoken(response, error, clock.UtcNow, HasBegun);
            }

            return OddReader.Read(document.RootElement, WireContext.Default.ChatResource, new OddObject("piece"))
                ?? throw Wrong(response, "has an empty piece");
        }
        catch (JsonException)
        {
            throw Wrong(response, "has a piece that is no JSON");
        }
    }

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

            _hasChoice = true;
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
