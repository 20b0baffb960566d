using FineTuning.Core.Wire;

namespace FineTuning.Server.Storage;

/// <summary>Some items of a list, and whether there are more after them.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, bool HasMore)
{
    /// <summary>The page on the wire.</summary>
    /// <param name="id">The id of an item; null for lists that do not tell their first and last.</param>
    public ListResource<T> ToResource(Func<T, string>? id = null) =>
        new()
        {
            Data = Items,
            HasMore = HasMore,
            FirstId = id is null || Items.Count == 0 ? null : id(Items[0]),
            LastId = id is null || Items.Count == 0 ? null : id(Items[^1]),
        };

    public Page<TOther> Select<TOther>(Func<T, TOther> map) => new([.. Items.Select(map)], HasMore);
}
