namespace FineTuning.Server.Training.Contracts;

/// <summary>A trained model in memory. Its methods may be called by several threads at a time.</summary>
public interface IChatModel : IAsyncDisposable
{
    /// <summary>About how many bytes of memory it holds.</summary>
    long Size { get; }

    /// <summary>Answers a conversation, handing over the text as it is made.</summary>
    /// <exception cref="ModelUnavailableException">What holds the model failed; another try may work.</exception>
    /// <exception cref="AnswerRefusedException">The model cannot answer this conversation, such as one that is too long
    /// for it.</exception>
    /// <param name="messages">The conversation so far.</param>
    /// <param name="options">How the answer is drawn.</param>
    /// <param name="onText">Gets each piece of the answer, in order, none of them empty.</param>
    /// <param name="cancellationToken">Ends the answer early.</param>
    /// <returns>Why it ended, and what it used.</returns>
    Task<ChatOutcome> AnswerAsync(
        IReadOnlyList<ChatTurn> messages,
        GenerationOptions options,
        Func<string, ValueTask> onText,
        CancellationToken cancellationToken
    );
}
