namespace FineTuning.Server.Hosting;

/// <summary>The server cannot start. The message is one line: the reason, with the option it is about before it and a
/// colon between them, so that a program that started the server can tell them apart.</summary>
internal class StartException : Exception
{
    /// <param name="message">The reason, of no option in particular.</param>
    /// <param name="inner">What led to it.</param>
    public StartException(string message, Exception? inner = null)
        : base(message, inner) { }

    /// <param name="option">The option it is about, such as --fault; null for none.</param>
    /// <param name="reason">Does not name the option.</param>
    /// <param name="inner">What led to it.</param>
    public StartException(string? option, string reason, Exception? inner = null)
        : base(option is null ? reason : $"{option}: {reason}", inner) { }
}

/// <summary>The command line cannot be understood.</summary>
internal sealed class OptionException(string? option, string reason) : StartException(option, reason);
