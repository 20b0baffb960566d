using System.Management.Automation;
using System.Text.Json;
using FineTuning.Output;

namespace FineTuning.LocalServer;

/// <summary>Fault rules as users write them, and as servers have them.</summary>
internal static class ServerFaults
{
    public const string Path = "/_server/faults";

    /// <summary>A rule as JSON: a text in the short form, a table, or the object of a rule that is in force.</summary>
    public static JsonElement ToJson(object rule) =>
        JsonValues.ToElement(PSObject.AsPSObject(rule).BaseObject is FineTuningServerFault fault ? fault.Rule : rule);

    /// <summary>A rule as an argument of the server.</summary>
    public static string ToArgument(object rule)
    {
        JsonElement json = ToJson(rule);
        return json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();
    }

    public static async Task<IReadOnlyList<FineTuningServerFault>> ReadAsync(
        FineTuningServerInfo server,
        CancellationToken cancellationToken
    ) => Parse(await ServerControl.SendAsync(server, HttpMethod.Get, Path, null, cancellationToken), server);

    /// <summary>Puts rules in force in place of all others.</summary>
    public static async Task<IReadOnlyList<FineTuningServerFault>> ReplaceAsync(
        FineTuningServerInfo server,
        IEnumerable<object> rules,
        CancellationToken cancellationToken
    )
    {
        JsonElement body = JsonValues.ToElement(
            new Dictionary<string, object> { ["data"] = rules.Select(rule => (object)ToJson(rule)).ToArray() }
        );
        return Parse(await ServerControl.SendAsync(server, HttpMethod.Put, Path, body, cancellationToken), server);
    }

    /// <summary>Adds a rule behind the others.</summary>
    public static async Task<FineTuningServerFault> AddAsync(
        FineTuningServerInfo server,
        object rule,
        CancellationToken cancellationToken
    )
    {
        JsonElement body = JsonValues.ToElement(new Dictionary<string, object> { ["rule"] = ToJson(rule) });
        return new FineTuningServerFault(
            await ServerControl.SendAsync(server, HttpMethod.Post, Path, body, cancellationToken),
            server
        );
    }

    private static IReadOnlyList<FineTuningServerFault> Parse(JsonElement list, FineTuningServerInfo server) =>
        [.. list.GetProperty("data").EnumerateArray().Select(rule => new FineTuningServerFault(rule, server))];
}
