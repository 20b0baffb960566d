using FineTuning.Server.Storage;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Counts the instructions that SQLite carries out, which do not depend on how busy the machine is.</summary>
internal sealed class SqliteWork : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Session _session;

    public SqliteWork(string folder)
    {
        Batteries_V2.Init();
        _connection = new SqliteConnection($"Data Source={Path.Combine(folder, "server.db")};Pooling=false");
        _connection.Open();
        _connection.Handle!.enable_sqlite3_next_stmt(true);
        _session = new Session(_connection);
    }

    public long Of(Action<Session> work)
    {
        Count();
        work(_session);
        return Count();
    }

    public void Dispose()
    {
        _session.Dispose();
        _connection.Dispose();
    }

    /// <summary>The instructions of all prepared statements since the last look.</summary>
    private long Count()
    {
        long steps = 0;
        for (
            sqlite3_stmt? statement = null;
            (statement = raw.sqlite3_next_stmt(_connection.Handle, statement)) is not null;

        )
        {
            steps += raw.sqlite3_stmt_status(statement, raw.SQLITE_STMTSTATUS_VM_STEP, 1);
        }

        return steps;
    }
}
