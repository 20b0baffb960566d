namespace FineTuning.LocalServer;

/// <summary>A local server refused, in its own words, or did not answer.</summary>
internal sealed class ServerControlException(int status, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status; 0 without an answer.</summary>
    public int Status { get; } = status;
}
