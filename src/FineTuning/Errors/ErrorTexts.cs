namespace FineTuning.Errors;

/// <summary>Messages of Core for people.</summary>
internal static class ErrorTexts
{
    /// <summary>The message without the name of the method's parameter, which tells nobody anything.</summary>
    public static string Of(ArgumentException e) =>
        e.Message.Replace($" (Parameter '{e.ParamName}')", string.Empty).Split('\r', '\n')[0];
}
