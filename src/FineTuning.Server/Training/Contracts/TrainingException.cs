namespace FineTuning.Server.Training.Contracts;

/// <summary>The data or the parameters cannot be trained on; the message is shown to the user.</summary>
public sealed class TrainingException(
    string message,
    string code = "invalid_training_file",
    string? param = "training_file",
    Exception? inner = null
) : Exception(message, inner)
{
    public string Code { get; } = code;

    public string? Param { get; } = param;
}
