namespace FineTuning.Core.Credentials;

/// <summary>Stands in for an exception that had a secret in its words: it says the same without, and holds nothing of
/// the first one.</summary>
public sealed class RedactedException : Exception
{
    private readonly string? _stack;

    internal RedactedException(Exception original)
        : base(Redaction.Scrub(original.Message), Redaction.Scrub(original.InnerException))
    {
        TypeName = original.GetType().FullName ?? original.GetType().Name;
        HResult = original.HResult;
        _stack = original.StackTrace is string stack ? Redaction.Scrub(stack) : null;
    }

    /// <summary>The type of the exception that it stands for.</summary>
    public string TypeName { get; }

    /// <summary>Where that one was thrown.</summary>
    public override string? StackTrace => _stack ?? base.StackTrace;

    /// <inheritdoc/>
    public override string ToString() => base.ToString().Replace(typeof(RedactedException).FullName!, TypeName);
}
