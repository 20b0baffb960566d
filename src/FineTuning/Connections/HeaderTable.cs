using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;
using System.Security;
using System.Text.RegularExpressions;
using FineTuning.Core.Api;

namespace FineTuning.Connections;

/// <summary>Reads the hashtable of -Header.</summary>
internal static class HeaderTable
{
    // Names as gateways have for their keys. A value that is typed as it is stands in the history, in logs and in the saved connection.
    private static readonly Regex s_secretName = new("key|secret|token|password|credential|signature|cookie|auth", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>Makes headers of names and values.</summary>
    /// <exception cref="ArgumentException">A name or value cannot be one, or a secret is given as plain text.</exception>
    public static IReadOnlyList<RequestHeader> Read(IDictionary? table)
    {
        var headers = new List<RequestHeader>();
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? string.Empty;
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            headers.Add(value switch
            {
                SecureString secret => new RequestHeader(name, secret),
                null => throw new ArgumentException($"The header {name} has no value."),
                _ when s_secretName.IsMatch(name) => throw new ArgumentException(
                    $"The value of the header {name} must be a SecureString, so that it stays out of history and logs: @{{ '{name}' = (Read-Host -AsSecureString) }}"),
                _ => new RequestHeader(name, Convert.ToString(value, CultureInfo.InvariantCulture)!),
            });
        }

        return headers;
    }
}
