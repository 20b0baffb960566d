namespace FineTuning.Output;

/// <summary>
/// What a service sent. It remembers over which connection it came, so that it can be used in a runspace that has none
/// of its own. That is internal: no view shows it, and it is lost when the object is stored or sent to another process.
/// </summary>
public abstract class ServiceObject
{
    private protected ServiceObject() { }

    /// <summary>The connection; null if it is not known.</summary>
    internal FineTuningConnection? Origin { get; set; }
}
