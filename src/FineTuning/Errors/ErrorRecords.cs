using System.Management.Automation;
using FineTuning.Core.Credentials;

namespace FineTuning.Errors;

/// <summary>The one place where error records are made, so that ids, categories and next steps are the same
/// everywhere.</summary>
internal static class ErrorRecords
{
    // Since 7.5 the console shows the recommended action by itself; before, it has to stand in the message.
    private static readonly bool s_showsAction = typeof(PSObject).Assembly.GetName().Version >= new Version(7, 5);

    /// <summary>Makes the record of an error whose texts are filled in, with its next step, which every PowerShell
    /// shows. Secrets are taken out of all of it.</summary>
    public static ErrorRecord Make(ErrorDefinition error, Exception e, object? target)
    {
        (string message, string action) = (Redaction.Scrub(error.Message), Redaction.Scrub(error.Action));
        return new ErrorRecord(Redaction.Scrub(e), error.Id, error.Category, Clean(target))
        {
            ErrorDetails = new ErrorDetails(s_showsAction ? message : $"{message} {action}")
            {
                RecommendedAction = action,
            },
        };
    }

    /// <summary>The message without the name of our own parameter, which .NET puts behind it in one of two
    /// ways.</summary>
    public static string WithoutParameter(ArgumentException e) =>
        e.Message.Split('\n')[0].Split([" (Parameter '"], StringSplitOptions.None)[0].Trim();

    /// <summary>What the user named can be a secret in the wrong place; then it is told as text without.</summary>
    private static object? Clean(object? target)
    {
        // PowerShell's own text of a collection enumerates it, which uses up a reader, or fails.
        object? plain = target is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : target;
        string text = plain?.ToString() ?? string.Empty;
        string clean = Redaction.Scrub(text);
        return clean == text ? target : clean;
    }
}
