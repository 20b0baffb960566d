using System.Collections.Concurrent;
using System.Threading.Channels;
using FineTuning.Server.Hosting;
using Microsoft.Data.Sqlite;

namespace FineTuning.Server.Storage;

/// <summary>
/// The SQLite file. One thread writes: what waits for it is committed together, so that many small writes share one
/// flush to disk, and a write's task ends after its commit. Reads run on their callers' threads over pooled connections
/// and never wait for writes.
/// </summary>
internal sealed class Database : IDisposable
{
    private const int MaxBatch = 128;
    private readonly string _connectionString;
    private readonly Session _writer;
    private readonly ConcurrentBag<Session> _readers = [];
    private readonly Channel<WriteOperation> _queue = Channel.CreateUnbounded<WriteOperation>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly Thread _thread;
    private volatile bool _disposed;

    private Database(string connectionString, Session writer)
    {
        _connectionString = connectionString;
        _writer = writer;
        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "database writer" };
        _thread.Start();
    }

    /// <exception cref="StartException">The file cannot be opened, is damaged or was written by a newer
    /// version.</exception>
    public static Database Open(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        string connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            ForeignKeys = true,
        }.ToString();
        Session? session = null;
        try
        {
            session = OpenSession(connectionString);
            session.Script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
            Schema.Migrate(session);
            return new Database(connectionString, session);
        }
        catch (SqliteException e)
        {
            session?.Dispose();
            throw new StartException($"The database '{path}' cannot be opened: {e.Message}", e);
        }
        catch (StartException)
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> in a transaction on the writer thread; what it throws undoes it
    /// alone.</summary>
    /// <returns>A task that ends when the work is committed.</returns>
    public Task<T> WriteAsync<T>(Func<Session, T> work)
    {
        WriteOperation<T> operation = new(work);
        return _queue.Writer.TryWrite(operation)
            ? operation.Task
            : Task.FromException<T>(new ObjectDisposedException(nameof(Database)));
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<Session> work) =>
        WriteAsync(session =>
        {
            work(session);
            return true;
        });

    /// <summary>Runs <paramref name="work"/> over one consistent state of the data.</summary>
    public T Read<T>(Func<Session, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_readers.TryTake(out Session? session))
        {
            session = OpenSession(_connectionString);
            session.Script("PRAGMA query_only=1;");
        }

        try
        {
            session.Execute("BEGIN");
            T result = work(session);
            session.Execute("COMMIT");
            _readers.Add(session);
            session = null;
            return result;
        }
        finally
        {
            // After an error the connection's state is unknown: it is not used again.
            session?.Dispose();
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _queue.Writer.TryComplete();
        _thread.Join();
        while (_readers.TryTake(out Session? reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
    }

    private static Session OpenSession(string connectionString)
    {
        SqliteConnection connection = new(connectionString);
        try
        {
            connection.Open();
            Session session = new(connection);
            session.Script("PRAGMA busy_timeout=10000;");
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void WriteLoop()
    {
        List<WriteOperation> batch = new(MaxBatch);
        while (WaitForWork())
        {
            batch.Clear();
            try
            {
                _writer.Execute("BEGIN IMMEDIATE");
                while (batch.Count < MaxBatch && _queue.Reader.TryRead(out WriteOperation? operation))
                {
                    batch.Add(operation);
                    RunOne(operation);
                }

                _writer.Execute("COMMIT");
            }
            catch (Exception e)
            {
                Abandon(batch, e);
                continue;
            }

            foreach (WriteOperation operation in batch)
            {
                operation.Complete();
            }
        }
    }

    private bool WaitForWork()
    {
        ValueTask<bool> ready = _queue.Reader.WaitToReadAsync();
        return ready.IsCompleted ? ready.Result : ready.AsTask().GetAwaiter().GetResult();
    }

    private void RunOne(WriteOperation operation)
    {
        _writer.Execute("SAVEPOINT one");
        try
        {
            operation.Run(_writer);
        }
        catch (Exception e)
        {
            operation.Fail(e);
            _writer.Execute("ROLLBACK TO one");
        }

        _writer.Execute("RELEASE one");
    }

    private void Abandon(List<WriteOperation> batch, Exception reason)
    {
        try
        {
            _writer.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // A full disk has already rolled it back.
        }

        // Without a transaction nothing was taken from the queue; the first in line learns why, or this would spin for
        // ever.
        if (batch.Count == 0 && _queue.Reader.TryRead(out WriteOperation? first))
        {
            batch.Add(first);
        }

        foreach (WriteOperation operation in batch)
        {
            operation.Fail(reason);
            operation.Complete();
        }
    }

    private abstract class WriteOperation
    {
        public abstract void Run(Session session);

        public abstract void Fail(Exception reason);

        public abstract void Complete();
    }

    private sealed class WriteOperation<T>(Func<Session, T> work) : WriteOperation
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Task => _done.Task;

        public override void Run(Session session) => _result = work(session);

        public override void Fail(Exception reason) => _failure ??= reason;

        public override void Complete()
        {
            if (_failure is null)
            {
                _done.SetResult(_result!);
            }
            else
            {
                _done.SetException(_failure);
            }
        }
    }
}
