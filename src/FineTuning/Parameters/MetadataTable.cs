using System.Collections;
using System.Globalization;
using System.Management.Automation;
using FineTuning.Core.Jobs;

namespace FineTuning.Parameters;

/// <summary>Makes the service's pairs of a hashtable.</summary>
internal static class MetadataTable
{
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

    /// <summary>The pairs of a new job, without the key, for which there must be room; null for none.</summary>
    /// <exception cref="PSArgumentException">The service would refuse them.</exception>
    public static Dictionary<string, string>? ForCreate(IDictionary? table, string? idempotencyKey)
    {
        Dictionary<string, string> pairs = table is null ? [] : ToPairs(table);
        if (idempotencyKey is not null && pairs.ContainsKey(JobMetadata.KeyName))
        {
            throw new PSArgumentException(
                $"The metadata has a pair '{JobMetadata.KeyName}', which is where -IdempotencyKey goes. Give one of "
                    + $"them."
            );
        }

        int count = pairs.Count + (idempotencyKey is null ? 0 : 1);
        if (count > JobMetadata.MaxPairs)
        {
            string withKey = idempotencyKey is null ? string.Empty : " with the one of -IdempotencyKey";
            throw new PSArgumentException(
                $"The metadata has {count} pairs{withKey}; the service takes {JobMetadata.MaxPairs}."
            );
        }

        foreach (KeyValuePair<string, string> pair in pairs)
        {
            if (pair.Key.Length is 0 or > JobMetadata.MaxKeyLength || pair.Value.Length > JobMetadata.MaxValueLength)
            {
                throw new PSArgumentException(
                    $"The metadata pair '{pair.Key}' is too long: the service takes keys of 1 to "
                        + $"{JobMetadata.MaxKeyLength} characters and values of up to {JobMetadata.MaxValueLength}."
                );
            }
        }

        return pairs.Count == 0 ? null : pairs;
    }

    private static string Text(object? value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
            DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
        };
}
