namespace FineTuning.Server.Training.Network;

/// <summary>The sizes of a network.</summary>
/// <param name="PromptRows">Known features of prompts.</param>
/// <param name="ContextRows">Known features of the output so far.</param>
/// <param name="Outputs">Tokens.</param>
internal sealed record NetworkShape(int PromptRows, int ContextRows, int Outputs)
{
    /// <summary>Numbers that represent a prompt.</summary>
    public const int Prompt = 64;

    /// <summary>Units of the hidden layer.</summary>
    public const int Hidden = 128;
}
