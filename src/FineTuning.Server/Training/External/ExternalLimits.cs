namespace FineTuning.Server.Training.External;

/// <summary>How long and how much the server takes from an external program. docs/external-trainer.md names each; tests
/// make some small.</summary>
internal sealed record ExternalLimits
{
    /// <summary>The longest line of the program's output.</summary>
    public int LineBytes { get; init; } = 4 << 20;

    /// <summary>From "cancel" to the end of the program.</summary>
    public TimeSpan CancelTimeout { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>From "pause" to "paused": the step that is under way, and writing the state of a large model.</summary>
    public TimeSpan PauseTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From its last message, or the end of its input, to its end.</summary>
    public TimeSpan ExitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until a model is ready to answer.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From the "cancel" of an answer to its end. Loading a model again is dear, so this is longer than for a
    /// job.</summary>
    public TimeSpan AnswerCancelTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without a question, until the program of an opened model is ended: a GPU has room for few. The next
    /// question starts it again.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Starts again, one after the other, that bring no new state.</summary>
    public int Restarts { get; init; } = 3;

    /// <summary>Samples that are being graded at a time; the program's further output waits.</summary>
    public int PendingGrades { get; init; } = 64;

    /// <summary>What an opened model counts for in the cache, at most, and if its program does not say: then it is the
    /// only one that stays open.</summary>
    public long ModelBytes { get; init; } = 1L << 30;

    /// <summary>Lines of one run of the program that go to the server's log.</summary>
    public int LoggedLines { get; init; } = 500;
}
