using System.Globalization;
using System.Text;
using FineTuning.Core.Credentials;
using FineTuning.Server.Faults;
using FineTuning.Server.Storage;

namespace FineTuning.Server.Hosting;

/// <summary>Writes the log, without secrets, to a file of bounded size; the older half is kept beside it under the name
/// with <c>.1</c>.</summary>
internal sealed class FileLog : ILoggerProvider
{
    private const int MaxEntry = 64 * 1024;
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly Lock _gate = new();
    private StreamWriter? _writer;
    private bool _isDisposed;

    public FileLog(string path, long maxBytes = 4 * 1024 * 1024)
    {
        (_path, _maxBytes) = (path, maxBytes);
        _writer = OpenWriter(path);
    }

    /// <exception cref="StartException">It cannot be written.</exception>
    public static FileLog Open(DataFolder folder)
    {
        try
        {
            return new FileLog(folder.LogPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The log '{folder.LogPath}' cannot be written: {e.Message}", e);
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        new Logger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <summary>One entry; an exception follows with its stack.</summary>
    public void Write(LogLevel level, string source, string message, Exception? exception = null)
    {
        StringBuilder line = new();
        line.Append(
            CultureInfo.InvariantCulture,
            $"{DateTimeOffset.Now:yyyy-MM-dd'T'HH:mm:ss.fffzzz} {level} {source}: {message}"
        );
        if (exception is not null)
        {
            line.Append('\n').Append(exception);
        }

        // Cut first, so that no entry takes long; half a key at the end is none any more.
        if (line.Length > MaxEntry)
        {
            line.Length = MaxEntry;
            line.Append('…');
        }

        string entry = Redaction.Scrub(line.ToString());

        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                // There is none when it could not be opened again after a turn.
                _writer ??= OpenWriter(_path);
                _writer.WriteLine(entry);
                if (_writer.BaseStream.Length > _maxBytes)
                {
                    Turn();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not take the server down with its log.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _writer?.Dispose();
            _writer = null;
        }
    }

    private static StreamWriter OpenWriter(string path) =>
        new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            AutoFlush = true,
            NewLine = "\n",
        };

    private void Turn()
    {
        _writer?.Dispose();
        _writer = null;
        try
        {
            File.Move(_path, _path + ".1", overwrite: true);
        }
        finally
        {
            // If the old one cannot be moved, a log that grows is better than none.
            _writer = OpenWriter(_path);
        }
    }

    private sealed class Logger(FileLog log, string source) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            // What goes wrong on purpose is in the request log.
            if (IsEnabled(logLevel) && exception is not InjectedFaultException)
            {
                log.Write(logLevel, source, formatter(state, exception), exception);
            }
        }
    }
}
