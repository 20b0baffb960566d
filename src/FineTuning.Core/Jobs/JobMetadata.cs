using FineTuning.Core.Wire;

namespace FineTuning.Core.Jobs;

/// <summary>The pairs that a job carries. Source of the limits: the schema Metadata of OpenAI's OpenAPI
/// document.</summary>
public static class JobMetadata
{
    /// <summary>The pair with the user's own name for a piece of work.</summary>
    public const string KeyName = "idempotency_key";

    /// <summary>The pair with a token that tells one creation from all others.</summary>
    public const string TokenName = "request_token";

    /// <summary>The most pairs of a job.</summary>
    public const int MaxPairs = 16;

    /// <summary>The most characters of a pair's name.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>The most characters of a pair's value.</summary>
    public const int MaxValueLength = 512;

    /// <summary>Whether a job carries a pair.</summary>
    public static bool Carries(JobResource job, string name, string value) =>
        (job ?? throw new ArgumentNullException(nameof(job))).Metadata is { } pairs
        && pairs.TryGetValue(name, out string? found)
        && found == value;

    /// <summary>Whether a job carries anything beside the token that each creation adds. The service's own filter for
    /// jobs without metadata cannot tell.</summary>
    public static bool HasAnyOfTheUser(JobResource job) =>
        (job ?? throw new ArgumentNullException(nameof(job))).Metadata?.Keys.Any(name => name != TokenName) == true;

    /// <summary>The pairs with a new token. One that was copied from another job gives way: it would find that
    /// one.</summary>
    /// <returns>Null if there is no room.</returns>
    internal static IReadOnlyDictionary<string, string>? WithToken(
        IReadOnlyDictionary<string, string>? pairs,
        string token
    )
    {
        var others = pairs
            ?.Where(pair => pair.Key != TokenName)
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return others?.Count >= MaxPairs ? null : With(others, TokenName, token);
    }

    /// <summary>The pairs and one more.</summary>
    /// <exception cref="ArgumentException">The pairs have that name already, or there is no room.</exception>
    internal static IReadOnlyDictionary<string, string> With(
        IReadOnlyDictionary<string, string>? pairs,
        string name,
        string value
    )
    {
        Dictionary<string, string> all = pairs is null
            ? new(StringComparer.Ordinal)
            : pairs.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        if (all.ContainsKey(name))
        {
            throw new ArgumentException($"The metadata has a pair '{name}' already.", nameof(pairs));
        }

        if (all.Count >= MaxPairs)
        {
            throw new ArgumentException(
                $"The metadata has {all.Count} pairs already; with '{name}' there would be more than {MaxPairs}.",
                nameof(pairs)
            );
        }

        all[name] = value;
        return all;
    }
}
