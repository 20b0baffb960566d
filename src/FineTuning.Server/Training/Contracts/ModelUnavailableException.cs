namespace FineTuning.Server.Training.Contracts;

/// <summary>A model cannot answer now because what holds it failed; the message is shown to the user.</summary>
public sealed class ModelUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
