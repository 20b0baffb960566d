using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;
using FineTuning.Core.Http;
using FineTuning.Errors;
using FineTuning.Runtime;

namespace FineTuning.Parameters;

/// <summary>Reads the hashtable of -Header.</summary>
internal static class HeaderTable
{
    // Names that gateways use for keys. A value given in plain text would be in the history, in logs and in the saved
    // connection.
    private static readonly Regex s_secretName = new(
        "key|secret|token|password|credential|signature|cookie|auth",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    );

    /// <summary>Makes headers of names and values. Stops the cmdlet if one cannot be, or is a secret in plain
    /// text.</summary>
    public static IReadOnlyList<RequestHeader> Read(AsyncCmdlet cmdlet, IDictionary? table)
    {
        try
        {
            return Read(table);
        }
        catch (ArgumentException e)
        {
            cmdlet.ThrowTerminatingError(ConnectionErrors.InvalidHeader(e));
            throw;
        }
    }

    /// <summary>The plain headers of a connection with those that are given now, which come first.</summary>
    public static IReadOnlyDictionary<string, string>? Merge(
        IReadOnlyDictionary<string, string>? before,
        IReadOnlyList<RequestHeader> given
    )
    {
        var merged = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (KeyValuePair<string, string> header in before ?? new Dictionary<string, string>())
        {
            merged[header.Key] = header.Value;
        }

        foreach (RequestHeader header in given)
        {
            merged.Remove(header.Name);
            if (header.Value is string value)
            {
                merged[header.Name] = value;
            }
        }

        return merged.Count > 0 ? merged : null;
    }

    /// <summary>The names of its secret headers, likewise. One that is given in plain text now is no secret any
    /// more.</summary>
    public static IReadOnlyList<string>? MergeSecret(IReadOnlyList<string>? before, IReadOnlyList<RequestHeader> given)
    {
        string[] names =
        [
            .. (before ?? [])
                .Where(name => !given.Any(h => !h.IsSecret && h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                .Concat(given.Where(h => h.IsSecret).Select(h => h.Name))
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        return names.Length > 0 ? names : null;
    }

    private static List<RequestHeader> Read(IDictionary? table)
    {
        var headers = new List<RequestHeader>();
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty;
            // First whether there can be such a header at all, then whether its value may be plain.
            RequestHeader.Check(name);
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            headers.Add(
                value switch
                {
                    SecureString secret => new RequestHeader(name, secret),
                    null => throw new ArgumentException($"The header {name} has no value."),
                    _ when s_secretName.IsMatch(name) => throw new ArgumentException(
                        $"The value of the header {name} must be a SecureString, so that it stays out of history and "
                            + $"logs: @{{ '{name}' = (Read-Host -AsSecureString) }}"
                    ),
                    _ => new RequestHeader(name, Convert.ToString(value, CultureInfo.InvariantCulture)!),
                }
            );
        }

        return headers;
    }
}
