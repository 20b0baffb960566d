namespace FineTuning.Server.Training.Contracts;

/// <summary>A model cannot answer a conversation; the message is shown to the user.</summary>
public sealed class AnswerRefusedException(string message, string? code = null, string? param = null)
    : Exception(message)
{
    public string? Code { get; } = code;

    public string? Param { get; } = param;
}
