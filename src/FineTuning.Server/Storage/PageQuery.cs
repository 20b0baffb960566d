using System.Globalization;
using System.Text;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Storage;

/// <summary>
/// Reads a list in pages, each from where the one before ended: a page costs the same wherever it is. Values stand in
/// conditions as <c>{0}</c>, <c>{1}</c>, … and become parameters.
/// </summary>
/// <param name="table">Has the items, each with an <c>id</c>.</param>
/// <param name="key">Orders them: a number above 0 that no two items of the list share.</param>
internal sealed class PageQuery(string table, string key)
{
    private readonly List<object?> _parameters = [];
    private readonly StringBuilder _list = new();
    private readonly StringBuilder _filter = new();
    private string? _source;
    private string? _sourceKey;

    /// <summary>Says which list it is: the item that a page comes after must be in it.</summary>
    public PageQuery Of(string condition, params ReadOnlySpan<object?> values) => Add(_list, condition, values);

    /// <summary>Leaves items out. The item that a page comes after may be one of them.</summary>
    public PageQuery Where(string condition, params ReadOnlySpan<object?> values) => Add(_filter, condition, values);

    /// <summary>Walks other rows than the table's, such as an index joined with it.</summary>
    public PageQuery Along(string source, string sourceKey)
    {
        (_source, _sourceKey) = (source, sourceKey);
        return this;
    }

    /// <exception cref="Http.ApiException">The list has no item with the id that the page is to come
    /// after.</exception>
    public Page<T> Read<T>(Session session, ListQuery page, string columns, Func<Row, T> map)
    {
        (string compare, string order, long start) = page.IsAscending ? (">", "ASC", 0) : ("<", "DESC", long.MaxValue);
        if (page.After is { } after)
        {
            start = Position(session, after) ?? throw ListQuery.UnknownCursor(after);
        }

        string by = _sourceKey ?? key;

        // One more than asked for tells whether there are more.
        string sql = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {columns} FROM {_source ?? table} WHERE {_list}{_filter}{by} {compare} ${_parameters.Count + 1} "
                + $"ORDER BY {by} {order} LIMIT ${_parameters.Count + 2}"
        );
        List<T> items = session.Query(sql, map, [.. _parameters, start, page.Limit + 1]);
        bool hasMore = items.Count > page.Limit;
        if (hasMore)
        {
            items.RemoveAt(page.Limit);
        }

        return new Page<T>(items, hasMore);
    }

    private PageQuery Add(StringBuilder conditions, string condition, ReadOnlySpan<object?> values)
    {
        object?[] names = new object?[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            _parameters.Add(values[i]);
            names[i] = string.Create(CultureInfo.InvariantCulture, $"${_parameters.Count}");
        }

        conditions.AppendFormat(CultureInfo.InvariantCulture, condition, names).Append(" AND ");
        return this;
    }

    private long? Position(Session session, string id)
    {
        string sql = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {key} FROM {table} WHERE {_list}id = ${_parameters.Count + 1}"
        );
        return (long?)session.Scalar(sql, [.. _parameters, id]);
    }
}
