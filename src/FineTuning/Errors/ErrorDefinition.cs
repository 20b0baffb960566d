using System.Management.Automation;
using System.Text.RegularExpressions;
using FineTuning.Core.Credentials;

namespace FineTuning.Errors;

/// <summary>
/// One kind of error: the id that scripts compare, its category, what is said and the next step. The texts may have
/// fields in braces, which are filled in for the error at hand. docs/errors.md is made of all of them.
/// </summary>
internal sealed record ErrorDefinition(string Id, ErrorCategory Category, string Message, string Action)
{
    private static readonly Regex s_field = new(@"\{(\w+)\}", RegexOptions.CultureInvariant);

    /// <summary>Makes the exception of an error that no exception led to.</summary>
    public Func<string, Exception> Cause { get; init; } = message => new PSArgumentException(message);

    /// <summary>Makes the record of an error that no exception led to.</summary>
    /// <param name="target">What it is about.</param>
    /// <param name="fields">What to fill in.</param>
    public ErrorRecord Make(object? target, params (string Name, string? Value)[] fields)
    {
        ErrorDefinition filled = Fill(fields);
        return ErrorRecords.Make(filled, Cause(Redaction.Scrub(filled.Message)), target);
    }

    /// <summary>Makes the record of an exception.</summary>
    /// <param name="e">What led to the error.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="fields">What to fill in.</param>
    public ErrorRecord Wrap(Exception e, object? target, params (string Name, string? Value)[] fields) =>
        ErrorRecords.Make(Fill(fields), e, target);

    /// <summary>The definition with its fields filled in. Values are not searched for fields.</summary>
    public ErrorDefinition Fill(params (string Name, string? Value)[] fields) =>
        fields.Length == 0 ? this : this with { Message = Fill(Message, fields), Action = Fill(Action, fields) };

    private static string Fill(string text, (string Name, string? Value)[] fields) =>
        s_field.Replace(
            text,
            match =>
            {
                int at = Array.FindIndex(fields, field => field.Name == match.Groups[1].Value);
                return at < 0 ? match.Value : fields[at].Value ?? string.Empty;
            }
        );
}
