using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

/// <summary>A proxy for plain http that wants a name and a password, and passes on one request a connection.</summary>
public sealed class ForwardProxy : IDisposable
{
    private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
    private readonly string _authorization;
    private readonly List<string> _lines = new List<string>();

    public ForwardProxy(string name, string password)
    {
        _authorization =
            "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(name + ":" + password));
        _listener.Start();
        Address = "http://127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port;
        Task.Run(AcceptAsync);
    }

    public string Address { get; private set; }

    /// <summary>The first lines of the requests, each after what became of it: 407 or sent.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lines)
            {
                return _lines.ToArray();
            }
        }
    }

    public void Dispose()
    {
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e)
                when (e is SocketException || e is ObjectDisposedException || e is InvalidOperationException)
            {
                return;
            }

            Task ignored = Task.Run(() => ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream from = client.GetStream();
                string[] head = await ReadHeadAsync(from);
                bool allowed = head.Contains(_authorization, StringComparer.Ordinal);
                lock (_lines)
                {
                    _lines.Add((allowed ? "sent " : "407 ") + head[0]);
                }

                if (allowed)
                {
                    await ForwardAsync(head, from);
                }
                else
                {
                    byte[] refusal = Encoding.ASCII.GetBytes(
                        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                            + "realm=\"test\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    );
                    await from.WriteAsync(refusal, 0, refusal.Length);
                    // A connection that is closed with a body unread is reset, and the answer with it.
                    client.Client.Shutdown(SocketShutdown.Send);
                    await from.CopyToAsync(Stream.Null);
                }
            }
            catch (Exception e) when (e is IOException || e is SocketException || e is ObjectDisposedException)
            {
                // One of the two has gone; the other one notices.
            }
        }
    }

    private static async Task ForwardAsync(string[] head, NetworkStream from)
    {
        string[] first = head[0].Split(' ');
        Uri target = new Uri(first[1]);
        using (TcpClient server = new TcpClient())
        {
            await server.ConnectAsync(target.Host, target.Port);
            NetworkStream to = server.GetStream();
            IEnumerable<string> headers = head.Skip(1)
                .Where(line =>
                    !line.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
                    && !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase)
                );
            string text =
                first[0]
                + " "
                + target.PathAndQuery
                + " HTTP/1.1\r\n"
                + string.Join("\r\n", headers)
                + "\r\nConnection: close\r\n\r\n";
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            await to.WriteAsync(bytes, 0, bytes.Length);
            // The server ends its answer by closing; until then the client may send its body.
            Task body = from.CopyToAsync(to);
            await to.CopyToAsync(from);
        }
    }

    private static async Task<string[]> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder text = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, 0, 1) == 1)
        {
            text.Append((char)one[0]);
            if (one[0] == '\n' && text.Length > 3 && text.ToString(text.Length - 4, 4) == "\r\n\r\n")
            {
                return text.ToString(0, text.Length - 4).Split(new[] { "\r\n" }, StringSplitOptions.None);
            }
        }

        throw new IOException("The request ended before its head.");
    }
}
