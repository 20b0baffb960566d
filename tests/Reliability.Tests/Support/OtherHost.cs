using System.Net;
using System.Net.Sockets;

namespace FineTuning.Reliability.Tests.Support;

/// <summary>Where redirects point to: another host, to which no key may come.</summary>
internal sealed class OtherHost : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;
    private int _connections;

    public OtherHost()
    {
        _listener.Start();
        Url = $"http://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1/elsewhere";
        _accepting = AcceptAsync();
    }

    /// <summary>An address on it, under a name that the server does not have.</summary>
    public string Url { get; }

    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }
}
