using System.Collections;
using System.Management.Automation;
using FineTuning.Core.Client;

namespace FineTuning.Vaults;

/// <summary>The one host a secret is for: OpenAI's, unless its metadata names another one. So no base address can draw
/// it out to somewhere else.</summary>
internal sealed class SecretScope
{
    /// <summary>The key of the metadata.</summary>
    public const string Key = "Endpoint";

    private readonly Uri? _origin;
    private readonly string _text;

    private SecretScope(Uri? origin, string text, bool isNamed)
    {
        _origin = origin;
        _text = text;
        IsNamed = isNamed;
    }

    /// <summary>Whether the metadata says so; else it is what holds for every secret.</summary>
    public bool IsNamed { get; }

    /// <summary>Reads a secret's metadata.</summary>
    /// <param name="metadata">A dictionary as SecretManagement gives it; null if there is none.</param>
    public static SecretScope Of(object? metadata)
    {
        string? text = Find(metadata is PSObject wrapped ? wrapped.BaseObject : metadata)?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return new SecretScope(
                ClientOptions.OpenAIEndpoint,
                ClientOptions.OpenAIEndpoint.Authority,
                isNamed: false
            );
        }

        // A bare host with a port would pass for an address whose scheme is the host.
        string address = text!.Contains("://") ? text : "https://" + text;
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? origin) && origin.Scheme is "https" or "http"
            ? new SecretScope(
                origin,
                origin!.Scheme == "https" ? origin.Authority : origin.GetLeftPart(UriPartial.Authority),
                isNamed: true
            )
            : new SecretScope(null, $"'{text}', which is no address", isNamed: true);
    }

    /// <summary>Whether the secret may go there: scheme, host and port are the same.</summary>
    public bool Includes(Uri endpoint) =>
        _origin is not null
        && Uri.Compare(
            _origin,
            endpoint,
            UriComponents.SchemeAndServer,
            UriFormat.Unescaped,
            StringComparison.OrdinalIgnoreCase
        ) == 0;

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static string? Find(object? metadata)
    {
        IEnumerable<KeyValuePair<string, object?>> entries = metadata switch
        {
            IEnumerable<KeyValuePair<string, object?>> pairs => pairs,
            IDictionary table => Pairs(table),
            _ => [],
        };
        foreach (KeyValuePair<string, object?> entry in entries)
        {
            if (entry.Key.Equals(Key, StringComparison.OrdinalIgnoreCase))
            {
                return entry.Value?.ToString();
            }
        }

        return null;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Pairs(IDictionary table)
    {
        foreach (DictionaryEntry entry in table)
        {
            yield return new KeyValuePair<string, object?>(entry.Key.ToString() ?? string.Empty, entry.Value);
        }
    }
}
