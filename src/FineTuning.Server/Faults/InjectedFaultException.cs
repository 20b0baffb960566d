namespace FineTuning.Server.Faults;

/// <summary>
/// Tells the web server to end the connection after what was written so far: all of it arrives, and the client sees
/// that the rest is missing.
/// </summary>
internal sealed class InjectedFaultException() : Exception("A fault rule cuts the answer short.");
