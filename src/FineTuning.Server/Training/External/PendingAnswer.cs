using System.Threading.Channels;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Training.External;

/// <summary>An answer that a program is making.</summary>
internal sealed class PendingAnswer
{
    private const int MaxCharacters = 16 << 20,
        MaxTokens = int.MaxValue;
    private readonly Channel<string> _pieces = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource<ChatOutcome> _outcome = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private long _characters;

    public PendingAnswer() =>
        _ = _outcome.Task.ContinueWith(_ => _pieces.Writer.TryComplete(), TaskContinuationOptions.ExecuteSynchronously);

    /// <summary>The pieces of text, up to its end.</summary>
    public ChannelReader<string> Pieces => _pieces.Reader;

    /// <summary>How it ended.</summary>
    public Task<ChatOutcome> Outcome => _outcome.Task;

    /// <summary>Takes a message about it.</summary>
    /// <returns>Whether it was of a known type.</returns>
    public bool Take(ProgramMessage message)
    {
        switch (message.Type)
        {
            case "text":
                string text = message.Text("text", MaxCharacters);
                _characters += text.Length;
                if (_characters > MaxCharacters)
                {
                    throw message.Wrong($"the answer is longer than {MaxCharacters} characters");
                }

                if (text.Length > 0)
                {
                    _pieces.Writer.TryWrite(text);
                }

                return true;
            case "end":
                string reason = message.Text("finish_reason", 20);
                if (reason is not ("stop" or "length"))
                {
                    throw message.Wrong("'finish_reason' must be stop or length");
                }

                _outcome.TrySetResult(
                    new ChatOutcome(
                        reason,
                        message.Int("prompt_tokens", 0, MaxTokens),
                        message.Int("completion_tokens", 0, MaxTokens)
                    )
                );
                return true;
            case "error":
                _outcome.TrySetException(
                    new AnswerRefusedException(
                        ProgramText.OneLine(message.Text("message", int.MaxValue), 4000),
                        message.Name("code"),
                        message.OptionalText("param", 100)
                    )
                );
                return true;
            default:
                return false;
        }
    }

    public void Fail(Exception why) => _outcome.TrySetException(why);
}
