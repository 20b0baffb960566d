using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.Network;

/// <summary>The built-in trainer's model, as the server asks it.</summary>
internal sealed class NeuralChatModel(NeuralModel model) : IChatModel
{
    public long Size => model.Network.Size;

    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    )
    {
        Generation answer = model.Start(messages, options, cancellationToken);
        foreach (string text in answer)
        {
            await onText(text);
        }

        return new ChatOutcome(answer.FinishReason!, answer.PromptTokens, answer.CompletionTokens);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
