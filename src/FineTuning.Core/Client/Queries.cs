using System.Globalization;
using System.Text;

namespace FineTuning.Core.Client;

/// <summary>Which page of a list.</summary>
public record PageQuery
{
    /// <summary>Go on behind the item with this id.</summary>
    public string? After { get; init; }

    /// <summary>Items a page, 1 to 100; null leaves it to the service.</summary>
    public int? Limit { get; init; } = 100;

    /// <summary>
    /// Whether the next page is asked for before the last item of the present one is given. For lists whose items are
    /// deleted as they come: a service cannot go on behind an item that is gone. Who takes no more than the items of a
    /// page pays for it with a request that was not needed; a smaller number than <see cref="Limit"/> costs none. Where
    /// that request fails, the last item comes before the error.
    /// </summary>
    public bool LooksAhead { get; init; }

    /// <summary>The query part of the address, with its question mark.</summary>
    internal string ToQuery()
    {
        var query = new StringBuilder();
        foreach (KeyValuePair<string, string?> pair in Pairs())
        {
            if (pair.Value is not null)
            {
                query
                    .Append(query.Length == 0 ? '?' : '&')
                    .Append(Uri.EscapeDataString(pair.Key))
                    .Append('=')
                    .Append(Uri.EscapeDataString(pair.Value));
            }
        }

        return query.ToString();
    }

    private protected virtual IEnumerable<KeyValuePair<string, string?>> Pairs() =>
        [new("after", After), new("limit", Limit?.ToString(CultureInfo.InvariantCulture))];
}

/// <summary>Which jobs a list asks for.</summary>
public sealed record JobQuery : PageQuery
{
    /// <summary>Only jobs that carry all of these pairs.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Only jobs without metadata.</summary>
    public bool NoMetadata { get; init; }

    private protected override IEnumerable<KeyValuePair<string, string?>> Pairs()
    {
        foreach (KeyValuePair<string, string?> pair in base.Pairs())
        {
            yield return pair;
        }

        if (NoMetadata)
        {
            yield return new("metadata", "null");
        }

        foreach (KeyValuePair<string, string> pair in Metadata ?? new Dictionary<string, string>())
        {
            yield return new($"metadata[{pair.Key}]", pair.Value);
        }
    }
}

/// <summary>Which files a list asks for.</summary>
public sealed record FileQuery : PageQuery
{
    /// <summary>Only files with this purpose.</summary>
    public string? Purpose { get; init; }

    private protected override IEnumerable<KeyValuePair<string, string?>> Pairs() =>
        [.. base.Pairs(), new("purpose", Purpose)];
}

/// <summary>Which permissions a list asks for.</summary>
public sealed record PermissionQuery : PageQuery
{
    /// <summary>Only those of this project.</summary>
    public string? ProjectId { get; init; }

    /// <summary>ascending or descending by time; null leaves it to the service.</summary>
    public string? Order { get; init; }

    private protected override IEnumerable<KeyValuePair<string, string?>> Pairs() =>
        [.. base.Pairs(), new("project_id", ProjectId), new("order", Order)];
}
