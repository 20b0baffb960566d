using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using FineTuning.Server.Training;

namespace FineTuning.Server.Tests.Support;

/// <summary>Answers with the last message, its tail in brackets, word by word.</summary>
internal sealed class TestModel(string tail) : IChatModel
{
    public long Size => 1000;

    public async Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages, GenerationOptions options, Func<string, ValueTask> onText, CancellationToken cancellationToken)
    {
        string[] words = $"{messages[^1].Content} [{tail}]".Split(' ');
        string[] made = [.. words.Take(options.MaxTokens)];
        for (int i = 0; i < made.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await onText(i == 0 ? made[i] : " " + made[i]);
        }

        return new ChatOutcome(made.Length < words.Length ? "length" : "stop", messages.Count, made.Length);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
