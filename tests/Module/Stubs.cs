using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;

/// <summary>An HTTP server of the tests, on 127.0.0.1, for answers that no real server gives on request.</summary>
public abstract class HttpStub : IDisposable
{
    private readonly HttpListener _listener = new HttpListener();
    private readonly List<string> _requests = new List<string>();

    protected HttpStub(string path)
    {
        TcpListener free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Endpoint = "http://127.0.0.1:" + ((IPEndPoint)free.LocalEndpoint).Port + path;
        free.Stop();
        _listener.Prefixes.Add(Endpoint + "/");
        _listener.Start();
        Task.Run(ServeAsync);
    }

    public string Endpoint { get; private set; }

    /// <summary>The requests that were noted.</summary>
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

    /// <summary>Answers a request. Runs on one thread at a time.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The status of the answer.</param>
    /// <returns>Its body, as JSON; an empty one is none.</returns>
    protected abstract string Answer(HttpListenerRequest request, out int status);

    protected void Note(string request)
    {
        lock (_requests)
        {
            _requests.Add(request);
        }
    }

    protected void Forget()
    {
        lock (_requests)
        {
            _requests.Clear();
        }
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

            int status;
            byte[] body = Encoding.UTF8.GetBytes(Answer(context.Request, out status));
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Close(body, false);
        }
    }
}

/// <summary>Azure's identity endpoint as an Automation account has it: GET with a header that only the account knows;
/// answers with a token. Requests are the queries of those that had the header.</summary>
public sealed class IdentityStub : HttpStub
{
    private readonly string _header;
    private readonly string _token;

    public IdentityStub(string header, string token)
        : base("/oauth2/token")
    {
        _header = header;
        _token = token;
    }

    protected override string Answer(HttpListenerRequest request, out int status)
    {
        if (request.Headers["X-IDENTITY-HEADER"] != _header)
        {
            status = 401;
            return "{\"statusCode\":401,\"message\":\"unauthorized\"}";
        }

        Note(request.RawUrl);
        status = 200;
        long end = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        return "{\"access_token\":\"" + _token + "\",\"expires_on\":\"" + end + "\",\"token_type\":\"Bearer\"}";
    }
}

/// <summary>A service that answers each request with what it was told, by its method and the end of its path. Others
/// are not found. Requests are of that form.</summary>
public sealed class AnswerStub : HttpStub
{
    private readonly Dictionary<string, string> _answers = new Dictionary<string, string>();

    public AnswerStub()
        : base("/v1") { }

    /// <summary>Sets an answer: "GET jobs" for example. An empty one comes with 204.</summary>
    public void Set(string request, string body)
    {
        lock (_answers)
        {
            _answers[request] = body;
        }

        Forget();
    }

    protected override string Answer(HttpListenerRequest request, out int status)
    {
        string[] path = request.Url.AbsolutePath.Split('/');
        string name = request.HttpMethod + " " + path[path.Length - 1];
        Note(name);
        lock (_answers)
        {
            string body;
            if (_answers.TryGetValue(name, out body) || _answers.TryGetValue("*", out body))
            {
                status = body.Length == 0 ? 204 : 200;
                return body;
            }
        }

        status = 404;
        return "{\"error\":{\"message\":\"There is none.\"}}";
    }
}
