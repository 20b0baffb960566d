using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;

namespace FineTuning.Server.Storage;

/// <summary>The row a query stands at. Columns are read by the names that the query gives them.</summary>
internal readonly struct Row(SqliteDataReader reader, Columns columns)
{
    public string Text(string column) => reader.GetString(columns[column]);

    public string? TextOrNull(string column) => Has(column, out int at) ? reader.GetString(at) : null;

    public long Number(string column) => reader.GetInt64(columns[column]);

    public long? NumberOrNull(string column) => Has(column, out int at) ? reader.GetInt64(at) : null;

    /// <summary>A number that fits 32 bits.</summary>
    public int Count(string column) => reader.GetInt32(columns[column]);

    public double? RealOrNull(string column) => Has(column, out int at) ? reader.GetDouble(at) : null;

    /// <summary>SQLite has no truth values: 0 is false.</summary>
    public bool Flag(string column) => Number(column) != 0;

    /// <summary>Times are stored as whole seconds since 1970, UTC.</summary>
    public DateTimeOffset Time(string column) => DateTimeOffset.FromUnixTimeSeconds(Number(column));

    public DateTimeOffset? TimeOrNull(string column) =>
        NumberOrNull(column) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public T Json<T>(string column, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Text(column), type)!;

    public T? JsonOrNull<T>(string column, JsonTypeInfo<T> type)
        where T : class => TextOrNull(column) is { } json ? JsonSerializer.Deserialize(json, type) : null;

    private bool Has(string column, out int at)
    {
        at = columns[column];
        return !reader.IsDBNull(at);
    }
}
