using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;

namespace FineTuning.Common;

/// <summary>Makes the service's pairs of a hashtable.</summary>
internal static class MetadataTransform
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

    private static string Text(object? value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("o", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}
