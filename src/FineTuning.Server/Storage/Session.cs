using System.Globalization;
using Microsoft.Data.Sqlite;

namespace FineTuning.Server.Storage;

/// <summary>One connection with its prepared commands. Used by one thread at a time. Parameters are named $1, $2, ...
/// in order.</summary>
internal sealed class Session : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public Session(SqliteConnection connection) => _connection = connection;

    /// <summary>Runs a statement and returns the number of rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> parameters) =>
        Prepare(sql, parameters).Command.ExecuteNonQuery();

    public long Insert(string sql, params ReadOnlySpan<object?> parameters)
    {
        Execute(sql, parameters);
        return (long)Prepare("SELECT last_insert_rowid()", []).Command.ExecuteScalar()!;
    }

    /// <summary>The first column of the first row; null if there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> parameters) =>
        Prepare(sql, parameters).Command.ExecuteScalar() is { } value and not DBNull ? value : null;

    public List<T> Query<T>(string sql, Func<Row, T> map, params ReadOnlySpan<object?> parameters)
    {
        List<T> rows = [];
        Statement statement = Prepare(sql, parameters);
        using SqliteDataReader reader = statement.Command.ExecuteReader();
        Row row = statement.RowOf(reader);
        while (reader.Read())
        {
            rows.Add(map(row));
        }

        return rows;
    }

    public T? First<T>(string sql, Func<Row, T> map, params ReadOnlySpan<object?> parameters)
        where T : class
    {
        Statement statement = Prepare(sql, parameters);
        using SqliteDataReader reader = statement.Command.ExecuteReader();
        return reader.Read() ? map(statement.RowOf(reader)) : null;
    }

    /// <summary>Runs text with several statements, once and unprepared.</summary>
    public void Script(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (Statement statement in _statements.Values)
        {
            statement.Command.Dispose();
        }

        _connection.Dispose();
    }

    private Statement Prepare(string sql, ReadOnlySpan<object?> parameters)
    {
        if (!_statements.TryGetValue(sql, out Statement? statement))
        {
            SqliteCommand added = _connection.CreateCommand();
            added.CommandText = sql;
            for (int i = 1; i <= parameters.Length; i++)
            {
                added.Parameters.AddWithValue("$" + i.ToString(CultureInfo.InvariantCulture), DBNull.Value);
            }

            added.Prepare();
            statement = new Statement(added);
            _statements.Add(sql, statement);
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            // The number's own type would be remembered from the first use; the value decides each time.
            SqliteParameter parameter = statement.Command.Parameters[i];
            parameter.ResetSqliteType();
            parameter.Value = parameters[i] switch
            {
                null => DBNull.Value,
                DateTimeOffset time => time.ToUnixTimeSeconds(),
                object value => value,
            };
        }

        return statement;
    }

    /// <summary>A prepared command, and where its columns are once it has been run.</summary>
    private sealed class Statement(SqliteCommand command)
    {
        private Columns? _columns;

        public SqliteCommand Command => command;

        public Row RowOf(SqliteDataReader reader) =>
            new(reader, _columns ??= new([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)]));
    }
}
