using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

/// <summary>A service that answers each request with what it was told, by its method and the end of its path: what no
/// real server sends on request. Others are not found.</summary>
public sealed class AnswerStub : IDisposable
{
    private readonly HttpListener _listener = new HttpListener();
    private readonly Dictionary<string, string> _answers = new Dictionary<string, string>();
    private readonly List<string> _requests = new List<string>();

    public AnswerStub()
    {
        TcpListener free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Endpoint = "http://127.0.0.1:" + ((IPEndPoint)free.LocalEndpoint).Port + "/v1";
        free.Stop();
        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        Task.Run(ServeAsync);
    }

    public string Endpoint { get; private set; }

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

    /// <summary>Sets an answer: "GET jobs" for example. An empty one comes with 204.</summary>
    public void Set(string request, string body)
    {
        lock (_requests)
        {
            _answers[request] = body;
            _requests.Clear();
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

            string[] path = context.Request.Url.AbsolutePath.Split('/');
            string name = context.Request.HttpMethod + " " + path[path.Length - 1];
            string body;
            bool isKnown;
            lock (_requests)
            {
                _requests.Add(name);
                isKnown = _answers.TryGetValue(name, out body) || _answers.TryGetValue("*", out body);
            }

            byte[] bytes = Encoding.UTF8.GetBytes(isKnown ? body : "{\"error\":{\"message\":\"There is none.\"}}");
            context.Response.StatusCode =
                !isKnown ? 404
                : bytes.Length == 0 ? 204
                : 200;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = bytes.Length;
            if (bytes.Length > 0)
            {
                context.Response.OutputStream.Write(bytes, 0, bytes.Length);
            }

            context.Response.Close();
        }
    }
}
