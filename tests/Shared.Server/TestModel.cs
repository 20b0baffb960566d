using FineTuning.Server.Training.Contracts;

namespace FineTuning.Tests.Shared.Server;

/// <summary>Answers with the last message, its tail in brackets, word by word.</summary>
internal sealed class TestModel(string tail) : IChatModel
{
    public long Size { get; init; } = 1000;

    /// <summary>Done before each word; gets the words so far and the answer's token.</summary>
    public Func<int, CancellationToken, Task>? BeforeWord { get; init; }

    public bool IsDisposed { get; private set; }

    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    )
    {
        string[] words = $"{messages[^1].Content} [{tail}]".Split(' ');
        string[] made = [.. words.Take(options.MaxTokens)];
        for (int i = 0; i < made.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (BeforeWord is not null)
            {
                await BeforeWord(i, cancellationToken);
            }

            await onText(i == 0 ? made[i] : " " + made[i]);
        }

        return new ChatOutcome(made.Length < words.Length ? "length" : "stop", messages.Count, made.Length);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }
}
