using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading;

/// <summary>
/// A gateway and proxy at its worst: each answer is an error of the kind that the first part of the path names, and
/// repeats every secret that came with the request in its status line, its headers and its body. It runs outside the
/// process that is searched.
/// </summary>
public sealed class CanaryGateway : IDisposable
{
    private readonly TcpListener _listener = new TcpListener(IPAddress.Loopback, 0);
    private int _echoed;

    public CanaryGateway()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port { get; }

    /// <summary>Requests that were answered with their own secrets.</summary>
    public int Echoed
    {
        get { return Volatile.Read(ref _echoed); }
    }

    public void Dispose()
    {
        _listener.Stop();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e)
            when (e is SocketException || e is ObjectDisposedException || e is InvalidOperationException)
        {
            // Stopped.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                while (true)
                {
                    List<string> head = ReadHead(stream);
                    if (head.Count == 0)
                    {
                        return;
                    }
                    if (!Answer(client, stream, head))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException || e is ObjectDisposedException || e is SocketException)
            {
                // The client went away.
            }
        }
    }

    private static List<string> ReadHead(Stream stream)
    {
        var lines = new List<string>();
        var line = new StringBuilder();
        int next;
        while ((next = stream.ReadByte()) >= 0)
        {
            if (next == 0x16 && lines.Count == 0 && line.Length == 0)
            {
                // A greeting of TLS, to which this is no answer.
                Write(stream, "HTTP/1.1 400 Bad Request\r\n\r\n");
                return lines;
            }
            if (next == '\r')
            {
                continue;
            }
            if (next != '\n')
            {
                line.Append((char)next);
                continue;
            }
            if (line.Length == 0)
            {
                return lines;
            }
            lines.Add(line.ToString());
            line.Clear();
        }
        lines.Clear();
        return lines;
    }

    private bool Answer(TcpClient client, Stream stream, List<string> head)
    {
        string[] request = head[0].Split(' ');
        string echo = string.Empty;
        int length = 0;
        foreach (string line in head.GetRange(1, head.Count - 1))
        {
            int colon = line.IndexOf(':');
            string name = line.Substring(0, colon).ToLowerInvariant();
            string value = line.Substring(colon + 1).Trim();
            if (name == "content-length")
            {
                length = int.Parse(value);
            }
            if (name == "authorization" || name == "proxy-authorization" || name == "api-key" || name == "x-canary")
            {
                // With its name and without: the name alone must not be what takes it out.
                echo += value + " " + value.Substring(value.IndexOf(' ') + 1) + " ";
            }
        }
        for (int i = 0; i < length; i++)
        {
            if (stream.ReadByte() < 0)
            {
                return false;
            }
        }
        Interlocked.Increment(ref _echoed);

        string target = request[1];
        if (request[0] == "CONNECT" || target.StartsWith("http://", StringComparison.Ordinal))
        {
            Send(
                stream,
                "407 Known as " + echo,
                Json(echo),
                "application/json",
                "Proxy-Authenticate: Basic realm=\"proxy\"\r\n"
            );
            return true;
        }

        string kind = target.Split('/')[1];
        switch (kind)
        {
            case "hang":
                while (stream.ReadByte() >= 0) { }
                return false;
            case "reset":
                client.LingerState = new LingerOption(true, 0);
                client.Close();
                return false;
            case "redirect":
                Send(
                    stream,
                    "307 To " + echo,
                    "",
                    "text/plain",
                    "Location: https://elsewhere.example/"
                        + Uri.EscapeDataString(echo)
                        + "?key="
                        + Uri.EscapeDataString(echo)
                        + "\r\n"
                );
                return true;
            case "page":
                Send(stream, "200 OK", Page(echo), "text/html", "");
                return true;
            case "html":
                Send(stream, "502 Bad " + echo, Page(echo), "text/html", "");
                return true;
            case "junk":
                Send(stream, "200 OK", "{\"id\": 1, \"data\": [\"" + echo + "\", oh " + echo, "application/json", "");
                return true;
            case "gzip":
                Send(stream, "200 OK", echo, "application/json", "Content-Encoding: gzip\r\n");
                return true;
            case "cut":
                Write(
                    stream,
                    "HTTP/1.1 200 OK\r\nx-request-id: "
                        + echo
                        + "\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                        + Json(echo)
                );
                return false;
            default:
                Send(
                    stream,
                    kind.Substring(1) + " No to " + echo,
                    Json(echo),
                    "application/json",
                    "Retry-After: 0\r\n"
                );
                return true;
        }
    }

    private static string Json(string echo)
    {
        string text = JsonSerializer.Serialize("You sent " + echo);
        return "{\"error\":{\"message\":"
            + text
            + ",\"code\":"
            + text
            + ",\"type\":"
            + text
            + ",\"param\":"
            + text
            + "}}";
    }

    private static string Page(string echo)
    {
        return "<html><body>You sent " + WebUtility.HtmlEncode(echo) + " or " + echo + "</body></html>";
    }

    private static void Send(Stream stream, string status, string body, string type, string headers)
    {
        string echo = status.Substring(status.IndexOf(' ') + 1);
        Write(
            stream,
            "HTTP/1.1 "
                + status
                + "\r\nx-request-id: req "
                + echo
                + "\r\n"
                + headers
                + "Content-Type: "
                + type
                + "\r\nContent-Length: "
                + Encoding.UTF8.GetByteCount(body)
                + "\r\n\r\n"
                + body
        );
    }

    private static void Write(Stream stream, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        stream.Write(bytes, 0, bytes.Length);
        stream.Flush();
    }
}
