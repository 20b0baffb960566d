using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace FineTuning.Server.Training.External;

/// <summary>
/// A program that runs: messages in, messages out, and its end. Nothing here waits for a program that does not listen
/// or does not end.
/// </summary>
internal sealed partial class ProgramProcess : IAsyncDisposable
{
    /// <summary>After the end of the program, for what is still in its pipes: a process of its own may hold them
    /// open.</summary>
    private static readonly TimeSpan s_drainTime = TimeSpan.FromSeconds(1);

    private const int OutputRoom = 64;

    private readonly Process _process;
    private readonly ExternalLimits _limits;
    private readonly ILogger _log;
    private readonly string _what;
    private readonly Channel<string> _input = Channel.CreateUnbounded<string>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly Channel<ProgramMessage> _output = Channel.CreateBounded<ProgramMessage>(OutputRoom);
    private readonly StderrTail _lastWords = new();
    private readonly Task _words;
    private readonly Task _exit;
    private int _logged;
    private int _linesRead;
    private volatile bool _nobodyReads;

    private ProgramProcess(Process process, ExternalLimits limits, ILogger log, string what)
    {
        (_process, _limits, _log, _what) = (process, limits, log, what);
        Lower(process);
        LogStarted(what, process.Id);
        _ = InBackground("program input", WriteInput);
        Task messages = InBackground("program output", ReadOutput);
        _words = InBackground("program words", ReadWords);
        _exit = ExitAsync(messages);
    }

    /// <param name="program">What to run.</param>
    /// <param name="limits">How much to bear.</param>
    /// <param name="log">Gets what the program says besides messages.</param>
    /// <param name="what">Names the run in the log.</param>
    /// <param name="first">The message that tells it what to do.</param>
    /// <exception cref="ProgramStartException">The system refuses to start it.</exception>
    public static ProgramProcess Start(
        ExternalProgram program,
        ExternalLimits limits,
        ILogger log,
        string what,
        JsonObject first
    )
    {
        var started = new ProgramProcess(program.Start(), limits, log, what);
        started.Send(first);
        return started;
    }

    /// <summary>Hands a message over. Whether the program reads it shows in its answers only.</summary>
    public void Send(JsonObject message) => _input.Writer.TryWrite(message.ToJsonString());

    /// <summary>The next message that is not for the log; null when the program has ended, or said its last.</summary>
    /// <exception cref="ProtocolException">It is none of the protocol's.</exception>
    public async ValueTask<ProgramMessage?> ReadAsync()
    {
        while (await _output.Reader.WaitToReadAsync())
        {
            while (_output.Reader.TryRead(out ProgramMessage? message))
            {
                if (message.Type != "log")
                {
                    return message;
                }

                LogWords(message.Text("message", int.MaxValue), message.OptionalText("level", 20));
            }
        }

        return null;
    }

    /// <summary>A type of message that this version does not know: newer programs may say more.</summary>
    public void LogIgnored(ProgramMessage message) =>
        LogWords($"a message of the type '{message.Type}' was ignored", "warn");

    /// <summary>Ends it and all that it started, at once.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e)
            when (e is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It has ended, or it is ending.
        }
    }

    /// <summary>Kills it if it has not ended by then.</summary>
    public void KillAfter(TimeSpan timeout) => _ = KillAfterAsync(timeout);

    /// <summary>How it ended and what it said on standard error at last. Once it has said its last, it is given a
    /// moment to end.</summary>
    public async Task<string> DescribeEndAsync()
    {
        await FinishAsync();
        await Task.WhenAny(_words, Task.Delay(s_drainTime));
        int code = _process.ExitCode;
        string signal =
            !OperatingSystem.IsWindows() && code is > 128 and <= 128 + 64
                ? $", which means signal {code - 128}{SignalName(code - 128)}"
                : string.Empty;
        return $"exit code {code}{signal}. {_lastWords.Describe()}";
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        LogEnded(_what, _process.ExitCode);
        _process.Dispose();
    }

    private static Task InBackground(string name, Action work)
    {
        // Reads of pipes block, so each has a thread of its own.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            work();
            done.SetResult();
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
        return done.Task;
    }

    /// <summary>A job must not starve the server, whichever thread starts its program.</summary>
    private static void Lower(Process process)
    {
        try
        {
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            // Where it is refused, the program merely competes as equal.
        }
    }

    private static string SignalName(int signal) =>
        signal switch
        {
            1 => " (SIGHUP)",
            2 => " (SIGINT)",
            6 => " (SIGABRT)",
            9 => " (SIGKILL)",
            11 => " (SIGSEGV)",
            15 => " (SIGTERM)",
            _ => string.Empty,
        };

    private async Task FinishAsync()
    {
        _input.Writer.TryComplete();
        KillAfter(_limits.ExitTimeout);
        _nobodyReads = true;
        while (_output.Reader.TryRead(out _))
        {
            // The thread that reads the output waits for room no more: it drops what still comes.
        }

        await _exit;
    }

    private async Task KillAfterAsync(TimeSpan timeout)
    {
        if (await Task.WhenAny(_exit, Task.Delay(timeout)) != _exit)
        {
            Kill();
        }
    }

    private async Task ExitAsync(Task messages)
    {
        await _process.WaitForExitAsync();
        for (
            int before = -1;
            !messages.IsCompleted && (before != Volatile.Read(ref _linesRead) || _output.Reader.Count == OutputRoom);

        )
        {
            // Lines that are read, or that wait for room, are still on their way to the one who reads them.
            before = Volatile.Read(ref _linesRead);
            await Task.WhenAny(messages, Task.Delay(s_drainTime));
        }

        _output.Writer.TryComplete();
        _input.Writer.TryComplete();
    }

    private void WriteInput()
    {
        try
        {
            using Stream stream = _process.StandardInput.BaseStream;
            while (_input.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (_input.Reader.TryRead(out string? line))
                {
                    stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
                    stream.Flush();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It closed its input, or has ended: its output tells.
        }
    }

    private void ReadOutput()
    {
        try
        {
            var lines = new BoundedLineReader(_process.StandardOutput.BaseStream, _limits.LineBytes);
            while (lines.TryRead(out ReadOnlyMemory<byte> line))
            {
                if (_nobodyReads)
                {
                    continue;
                }

                Interlocked.Increment(ref _linesRead);
                if (line.Span.ContainsAnyExcept(" \t\r"u8))
                {
                    _output.Writer.WriteAsync(ProgramMessage.Parse(line)).AsTask().GetAwaiter().GetResult();
                }
            }

            _output.Writer.TryComplete();
        }
        catch (LineTooLongException e)
        {
            _output.Writer.TryComplete(
                new ProtocolException(
                    $"a line is longer than {_limits.LineBytes} bytes",
                    ProgramMessage.Quote(e.Beginning)
                )
            );
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or ChannelClosedException)
        {
            _output.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // Whatever it is, it must not end the server: the one who reads learns of it.
            _output.Writer.TryComplete(e);
        }
    }

    private void ReadWords()
    {
        try
        {
            using var reader = new StreamReader(_process.StandardError.BaseStream, Encoding.UTF8);
            char[] buffer = new char[1024];
            int count;
            while ((count = reader.Read(buffer)) > 0)
            {
                foreach (string line in _lastWords.Add(buffer.AsSpan(0, count)))
                {
                    LogWords(line, level: null);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The end of its words.
        }
    }

    private void LogWords(string text, string? level)
    {
        const int MaxLength = 1000;
        int number = Interlocked.Increment(ref _logged);
        if (number <= _limits.LoggedLines)
        {
            LogSaid(
                level is "error" ? LogLevel.Error
                    : level is "warn" or "warning" ? LogLevel.Warning
                    : LogLevel.Information,
                _what,
                ProgramText.OneLine(text, MaxLength)
            );
        }
        else if (number == _limits.LoggedLines + 1)
        {
            LogSaid(LogLevel.Warning, _what, "… and more, which is not logged");
        }
    }

    [LoggerMessage(LogLevel.Information, "{What} is process {ProcessId}")]
    private partial void LogStarted(string what, int processId);

    [LoggerMessage(LogLevel.Information, "{What} ended with exit code {ExitCode}")]
    private partial void LogEnded(string what, int exitCode);

    [LoggerMessage("{What}: {Text}")]
    private partial void LogSaid(LogLevel level, string what, string text);
}
