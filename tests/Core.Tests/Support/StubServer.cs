using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FineTuning.Core.Tests.Support;

/// <summary>
/// A server of bytes, for what no real HTTP server does on request: refuse, reset, cut off, stall until told, answer
/// nonsense. Each request is given to a script, which answers it as it likes.
/// </summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly ConcurrentQueue<Exception> _faults = new();
    private readonly Func<StubExchange, Task> _script;
    private readonly bool _scriptReadsBody;
    private Task _accepting = Task.CompletedTask;

    /// <param name="script">Answers each request.</param>
    /// <param name="start">False only takes the port: connections are refused until <see cref="Start"/>.</param>
    /// <param name="scriptReadsBody">The script gets the request as soon as its headers are there.</param>
    public StubServer(Func<StubExchange, Task> script, bool start = true, bool scriptReadsBody = false)
    {
        _script = script;
        _scriptReadsBody = scriptReadsBody;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        if (start)
        {
            Start();
        }
    }

    public int Port { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/v1");

    /// <summary>The requests whose headers came, oldest first.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    public int Count => _requests.Count;

    /// <summary>Answers with these in turn; the last one goes on for ever.</summary>
    public static StubServer Replies(params Reply[] replies)
    {
        int next = -1;
        return new StubServer(exchange =>
            exchange.SendAsync(replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)])
        );
    }

    /// <summary>Answers each request by a rule.</summary>
    public static StubServer Answers(Func<StubRequest, Reply> rule) =>
        new(exchange => exchange.SendAsync(rule(exchange.Request)));

    public void Start()
    {
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        foreach (Socket socket in _sockets.Keys)
        {
            socket.Dispose();
        }

        await _accepting;
        _stopping.Dispose();
        if (_faults.TryDequeue(out Exception? fault))
        {
            throw new InvalidOperationException("A test's script failed.", fault);
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync(_stopping.Token);
                socket.NoDelay = true;
                _sockets[socket] = true;
                connections.Add(Task.Run(() => ServeAsync(socket)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var reader = new StubReader(stream);
            while (await reader.ReadHeadAsync(_stopping.Token) is StubRequest request)
            {
                if (!_scriptReadsBody)
                {
                    await reader.ReadBodyAsync(request, _stopping.Token);
                }

                _requests.Enqueue(request);
                var exchange = new StubExchange(socket, stream, reader, request, _requests.Count, _stopping.Token);
                await _script(exchange);
                if (exchange.IsClosed)
                {
                    return;
                }
            }
        }
        catch (Exception e)
            when (e is OperationCanceledException or IOException or ObjectDisposedException or SocketException)
        {
            // The client went away, or the test ended.
        }
        catch (Exception e)
        {
            _faults.Enqueue(e);
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }
}

/// <summary>A request as it came over the wire.</summary>
internal sealed class StubRequest
{
    public required string Method { get; init; }

    /// <summary>Path and query, not decoded.</summary>
    public required string Target { get; init; }

    public required ILookup<string, string> Headers { get; init; }

    public byte[] Body { get; set; } = [];

    public string Text => Encoding.UTF8.GetString(Body);

    public string? this[string header] => Headers.Contains(header) ? string.Join(",", Headers[header]) : null;
}

/// <summary>One request and the ways to answer it.</summary>
internal sealed class StubExchange(
    Socket socket,
    NetworkStream stream,
    StubReader reader,
    StubRequest request,
    int number,
    CancellationToken stopping
)
{
    public StubRequest Request { get; } = request;

    /// <summary>The number of the request at this server, from 1.</summary>
    public int Number { get; } = number;

    public bool IsClosed { get; private set; }

    /// <summary>Ends when the test does.</summary>
    public CancellationToken Stopping { get; } = stopping;

    public async Task SendAsync(Reply reply)
    {
        await SendAsync(reply.ToBytes());
        if (reply.Ending == Ending.Reset)
        {
            Reset();
        }
        else if (reply.Ending == Ending.Close)
        {
            Close();
        }
    }

    public Task SendAsync(byte[] bytes) => stream.WriteAsync(bytes, Stopping).AsTask();

    public Task SendAsync(string latin) => SendAsync(Encoding.Latin1.GetBytes(latin));

    /// <summary>Reads the next bytes of the request's body; 0 at its end.</summary>
    public Task<int> ReadBodyAsync(byte[] buffer) => reader.ReadPieceAsync(Request, buffer, Stopping);

    /// <summary>Reads what is left of the body into the request.</summary>
    public Task ReadBodyAsync() => reader.ReadBodyAsync(Request, Stopping);

    /// <summary>Ends the connection as a crash does.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        IsClosed = true;
    }

    /// <summary>Ends the connection as a server does that has said all.</summary>
    public void Close()
    {
        socket.Shutdown(SocketShutdown.Both);
        socket.Close();
        IsClosed = true;
    }

    /// <summary>Says nothing until the client goes away.</summary>
    public async Task StallAsync()
    {
        byte[] rest = new byte[1024];
        try
        {
            while (await stream.ReadAsync(rest, Stopping) > 0) { }
        }
        finally
        {
            IsClosed = true;
        }
    }
}

/// <summary>Takes requests apart.</summary>
internal sealed class StubReader(NetworkStream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    // What is left of the present body; -1 for chunks.
    private long _left;
    private long _chunk;

    public async Task<StubRequest?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (true)
        {
            string? line = await ReadLineAsync(cancellationToken);
            if (line is null)
            {
                return null;
            }

            if (line.Length > 0)
            {
                lines.Add(line);
                continue;
            }

            string[] first = lines[0].Split(' ');
            ILookup<string, string> headers = lines
                .Skip(1)
                .Select(l => l.Split(':', 2))
                .ToLookup(l => l[0], l => l[1].Trim(), StringComparer.OrdinalIgnoreCase);
            _chunk = 0;
            _left = headers["Transfer-Encoding"].Any()
                ? -1
                : long.Parse(headers["Content-Length"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
            return new StubRequest
            {
                Method = first[0],
                Target = first[1],
                Headers = headers,
            };
        }
    }

    public async Task ReadBodyAsync(StubRequest request, CancellationToken cancellationToken)
    {
        if (_left == 0)
        {
            return;
        }

        using var body = new MemoryStream();
        byte[] piece = new byte[64 * 1024];
        int count;
        while ((count = await ReadPieceAsync(request, piece, cancellationToken)) > 0)
        {
            body.Write(piece, 0, count);
        }

        request.Body = body.ToArray();
    }

    public async Task<int> ReadPieceAsync(StubRequest request, byte[] target, CancellationToken cancellationToken)
    {
        if (_left >= 0)
        {
            int count = await ReadAsync(target, (int)Math.Min(_left, target.Length), cancellationToken);
            _left -= count;
            return count;
        }

        if (_chunk == 0)
        {
            string size =
                await ReadLineAsync(cancellationToken) ?? throw new IOException("The client went away inside a body.");
            _chunk = long.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (_chunk == 0)
            {
                await ReadLineAsync(cancellationToken);
                _left = 0;
                return 0;
            }
        }

        int read = await ReadAsync(target, (int)Math.Min(_chunk, target.Length), cancellationToken);
        _chunk -= read;
        if (_chunk == 0)
        {
            await ReadLineAsync(cancellationToken);
        }

        return read;
    }

    private async Task<int> ReadAsync(byte[] target, int wanted, CancellationToken cancellationToken)
    {
        if (wanted == 0)
        {
            return 0;
        }

        if (_start == _end && !await FillAsync(cancellationToken))
        {
            throw new IOException("The client went away inside a body.");
        }

        int count = Math.Min(wanted, _end - _start);
        Buffer.BlockCopy(_buffer, _start, target, 0, count);
        _start += count;
        return count;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellationToken))
            {
                return null;
            }

            char c = (char)_buffer[_start++];
            if (c == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append(c);
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
