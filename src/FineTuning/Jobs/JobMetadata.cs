using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Management.Automation;

namespace FineTuning.Jobs;

/// <summary>Makes the service's pairs of a hashtable.</summary>
internal static class JobMetadata
{
    /// <summary>The pair that carries the value of -IdempotencyKey.</summary>
    public const string KeyName = "idempotency_key";

    // Source: the schema Metadata of OpenAI's OpenAPI document.
    private const int MostPairs = 16, LongestKey = 64, LongestValue = 512;

    /// <summary>Keys and values as text, in invariant form.</summary>
    public static Dictionary<string, string> ToPairs(IDictionary table)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            pairs[Text(entry.Key)] = Text(entry.Value);
        }

        return pairs;
    }

    /// <summary>The pairs of a new job; null for none.</summary>
    /// <exception cref="PSArgumentException">The service would refuse them.</exception>
    public static Dictionary<string, string>? ForCreate(IDictionary? table, string? idempotencyKey)
    {
        Dictionary<string, string> pairs = table is null ? [] : ToPairs(table);
        if (idempotencyKey is not null)
        {
            if (pairs.ContainsKey(KeyName))
            {
                throw new PSArgumentException($"The metadata has a pair '{KeyName}', which is where -IdempotencyKey goes. Give one of them.");
            }

            pairs[KeyName] = idempotencyKey;
        }

        if (pairs.Count > MostPairs)
        {
            throw new PSArgumentException($"The metadata has {pairs.Count} pairs; the service takes {MostPairs}.");
        }

        foreach (KeyValuePair<string, string> pair in pairs)
        {
            if (pair.Key.Length is 0 or > LongestKey || pair.Value.Length > LongestValue)
            {
                throw new PSArgumentException(
                    $"The metadata pair '{pair.Key}' is too long: the service takes keys of 1 to {LongestKey} characters and values of up to {LongestValue}.");
            }
        }

        return pairs.Count == 0 ? null : pairs;
    }

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
