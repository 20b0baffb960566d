using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

/// <summary>Azure's identity endpoint as an Automation account has it: GET with a header that only the account knows;
/// answers with a token.</summary>
public sealed class IdentityStub : IDisposable
{
    private readonly HttpListener _listener = new HttpListener();
    private readonly string _header;
    private readonly string _token;
    private readonly List<string> _requests = new List<string>();

    public IdentityStub(string header, string token)
    {
        _header = header;
        _token = token;
        TcpListener free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Address = "http://127.0.0.1:" + ((IPEndPoint)free.LocalEndpoint).Port + "/oauth2/token";
        free.Stop();
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        Task.Run(ServeAsync);
    }

    public string Address { get; private set; }

    /// <summary>The queries of the requests that had the header.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return _requests.ToArray();
            }
        }
    }

    public void Dispose()
    {
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e)
                when (e is HttpListenerException || e is ObjectDisposedException || e is InvalidOperationException)
            {
                return;
            }

            bool allowed = context.Request.Headers["X-IDENTITY-HEADER"] == _header;
            if (allowed)
            {
                lock (_requests)
                {
                    _requests.Add(context.Request.RawUrl);
                }
            }

            long end = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
            byte[] body = Encoding.UTF8.GetBytes(
                allowed
                    ? "{\"access_token\":\"" + _token + "\",\"expires_on\":\"" + end + "\",\"token_type\":\"Bearer\"}"
                    : "{\"statusCode\":401,\"message\":\"unauthorized\"}"
            );
            context.Response.StatusCode = allowed ? 200 : 401;
            context.Response.ContentType = "application/json";
            context.Response.Close(body, false);
        }
    }
}
