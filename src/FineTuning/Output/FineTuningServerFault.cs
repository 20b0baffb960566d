using System.Management.Automation;
using System.Text.Json;

namespace FineTuning.Output;

/// <summary>A rule by which a local server lets requests go wrong, and what it has hit.</summary>
public sealed class FineTuningServerFault
{
    internal FineTuningServerFault(JsonElement source, FineTuningServerInfo server)
    {
        Id = source.GetProperty("id").GetString()!;
        Hits = source.GetProperty("hits").GetInt64();
        Matched = source.GetProperty("matched").GetInt64();
        Operation = Text(source, "operation") ?? $"{Text(source, "method") ?? "*"} {Text(source, "path")}";
        Rule = (PSObject)JsonValues.ToObject(source)!;
        foreach (string own in new[] { "id", "hits", "matched" })
        {
            Rule.Properties.Remove(own);
        }

        Endpoint = server.Endpoint.ToString();
    }

    /// <summary>Its id at the server.</summary>
    public string Id { get; }

    /// <summary>The operation it is for; for a rule with a path, method and path.</summary>
    public string Operation { get; }

    /// <summary>Requests that it spoiled.</summary>
    public long Hits { get; }

    /// <summary>Requests that fitted and that no earlier rule had taken.</summary>
    public long Matched { get; }

    /// <summary>The rule's fields, as Set-FineTuningServerFault takes them.</summary>
    public PSObject Rule { get; }

    /// <summary>The server's endpoint.</summary>
    public string Endpoint { get; }

    /// <inheritdoc/>
    public override string ToString() => Id;

    private static string? Text(JsonElement source, string name) =>
        source.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
