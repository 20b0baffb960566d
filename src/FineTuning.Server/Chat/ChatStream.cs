using System.Threading.Channels;
using FineTuning.Core.Wire;
using FineTuning.Server.Http;
using FineTuning.Server.Requests;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Chat;

/// <summary>Streams answers, one after the other.</summary>
internal sealed class ChatStream(
    HttpContext context,
    ModelAnswers answers,
    ChatRequest request,
    string id,
    DateTimeOffset created
)
{
    private readonly EventStream _events = new(context);

    public async Task RunAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            List<ChatOutcome> outcomes = [];
            for (int i = 0; i < request.Count; i++)
            {
                outcomes.Add(await StreamOneAsync(i, stop));
            }

            if (request.IncludesUsage)
            {
                await WriteAsync([], ChatUsage.Of(outcomes), stop.Token);
            }

            await _events.WriteDoneAsync(stop.Token);
        }
        catch (ApiException e) when (_events.HasBegun && !context.RequestAborted.IsCancellationRequested)
        {
            // Too late for a status: clients look for this, and for a stream that does not end with [DONE].
            await _events.WriteAsync(e.Body, WireContext.Default.ErrorBody, context.RequestAborted);
        }
    }

    /// <remarks>The pieces wait in a channel, so that a slow reader does not hold up the model, whose turn others wait
    /// for.</remarks>
    private async Task<ChatOutcome> StreamOneAsync(int index, CancellationTokenSource stop)
    {
        var pieces = Channel.CreateUnbounded<string>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = true }
        );
        Task<ChatOutcome> answer = AnswerAsync(index, pieces.Writer, stop.Token);
        try
        {
            bool isFirst = true;
            await foreach (string piece in pieces.Reader.ReadAllAsync(stop.Token))
            {
                if (isFirst)
                {
                    await BeginAsync(index, stop.Token);
                    isFirst = false;
                }

                await WriteAsync(index, new ChatDelta { Content = piece }, null, stop.Token);
            }

            ChatOutcome outcome = await answer;
            if (isFirst)
            {
                await BeginAsync(index, stop.Token);
            }

            await WriteAsync(index, new ChatDelta(), outcome.FinishReason, stop.Token);
            return outcome;
        }
        finally
        {
            // If the reader is gone the model has nobody to answer.
            if (!answer.IsCompleted)
            {
                await stop.CancelAsync();
                await answer.ContinueWith(
                    static _ => { },
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default
                );
            }
        }
    }

    private async Task<ChatOutcome> AnswerAsync(
        int index,
        ChannelWriter<string> pieces,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await answers.AnswerAsync(
                request.Model,
                request.Messages,
                request.OptionsOf(index),
                piece =>
                {
                    pieces.TryWrite(piece);
                    return ValueTask.CompletedTask;
                },
                cancellationToken
            );
        }
        finally
        {
            pieces.Complete();
        }
    }

    private Task BeginAsync(int index, CancellationToken cancellationToken) =>
        WriteAsync(index, new ChatDelta { Role = "assistant", Content = string.Empty }, null, cancellationToken);

    private Task WriteAsync(int index, ChatDelta delta, string? finishReason, CancellationToken cancellationToken) =>
        WriteAsync([new ChatChunkChoice(index, delta, finishReason)], null, cancellationToken);

    private Task WriteAsync(
        IReadOnlyList<ChatChunkChoice> choices,
        ChatUsage? usage,
        CancellationToken cancellationToken
    ) =>
        request.IncludesUsage
            ? _events.WriteAsync(
                new ChatChunkWithUsage(id, created.ToUnixTimeSeconds(), request.Model, choices, usage),
                ChatJson.Default.ChatChunkWithUsage,
                cancellationToken
            )
            : _events.WriteAsync(
                new ChatChunk(id, created.ToUnixTimeSeconds(), request.Model, choices),
                ChatJson.Default.ChatChunk,
                cancellationToken
            );
}
