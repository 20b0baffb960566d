using System.Net;
using System.Net.Sockets;

namespace FineTuning.Reliability.Tests.Support;

/// <summary>
/// Stands before a server and passes connections on while it is open. While it is closed, connections are refused, as
/// by a machine on which nothing listens; its port stays its own.
/// </summary>
internal sealed class Gate : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Socket> _open = [];
    private readonly List<Task> _tasks = [];
    private Socket _listener;
    private bool _isOpen;
    private bool _isDisposed;

    /// <param name="url">The base of the server's API.</param>
    public Gate(string url)
    {
        Uri server = new(url);
        ServerPort = server.Port;
        _listener = Bind(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Url = new UriBuilder(server) { Port = Port }.Uri;
        Open();
    }

    public int Port { get; }

    /// <summary>The base of the API behind the gate.</summary>
    public Uri Url { get; }

    /// <summary>Where the server listens; another one after a restart.</summary>
    public int ServerPort { get; set; }

    public void Open()
    {
        lock (_gate)
        {
            if (_isOpen || _isDisposed)
            {
                return;
            }

            _isOpen = true;
            _listener.Listen();
            _tasks.Add(AcceptAsync(_listener));
        }
    }

    /// <summary>Refuses new connections and resets those that are open.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isOpen || _isDisposed)
            {
                return;
            }

            _isOpen = false;
            Reset(_listener);
            ResetAll();

            // Bound but not listening: refused, and no other program gets the port meanwhile.
            _listener = Bind(Port);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (_gate)
        {
            _isDisposed = true;
            Reset(_listener);
            ResetAll();
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
    }

    private static Socket Bind(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    // Without waiting for what is under way, which the other side sees as a reset.
    private static void Reset(Socket socket) => socket.Close(0);

    private void ResetAll()
    {
        foreach (Socket socket in _open)
        {
            Reset(socket);
        }

        _open.Clear();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync();
                lock (_gate)
                {
                    _tasks.Add(RelayAsync(client));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The gate was closed.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        lock (_gate)
        {
            // Closed between the connection and now: it must not be open behind a closed gate.
            if (!_isOpen || _isDisposed)
            {
                Reset(client);
                Reset(server);
                return;
            }

            _open.Add(client);
            _open.Add(server);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, ServerPort);
            await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The server has gone, or the gate was closed.
        }

        lock (_gate)
        {
            _open.Remove(client);
            _open.Remove(server);
        }

        Reset(client);
        Reset(server);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer)) > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // One side has gone: the connection ends for both.
        }
    }
}
