using System.Net.Http.Headers;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;

namespace FineTuning.Core.Http;

/// <summary>Makes the message of an attempt: its address, and the headers that go along with every request.</summary>
internal sealed class RequestBuilder(ClientOptions options)
{
    private static readonly ProductInfoHeaderValue s_userAgent = new(
        "FineTuning",
        typeof(RequestBuilder).Assembly.GetName().Version?.ToString(3) ?? "0"
    );

    /// <summary>The address of a request.</summary>
    public Uri UriOf(ApiRequest request)
    {
        // A query in the base goes along with every request.
        string path = options.Endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + request.Path;
        string baseQuery = options.ApiVersion is null
            ? options.Endpoint.Query.TrimStart('?')
            : (
                options.Endpoint.Query.TrimStart('?') + "&api-version=" + Uri.EscapeDataString(options.ApiVersion)
            ).TrimStart('&');
        return new Uri(baseQuery.Length == 0 ? path : path + (path.IndexOf('?') < 0 ? "?" : "&") + baseQuery);
    }

    /// <summary>Makes the message of an attempt, with a body of its own.</summary>
    public HttpRequestMessage Make(ApiRequest request, Uri uri, RequestAuthorization? authorization, Attempt attempt)
    {
        var message = new HttpRequestMessage(request.Method, uri) { Content = request.Content?.Invoke(attempt) };
        message.Headers.UserAgent.Add(s_userAgent);
        message.Headers.Accept.ParseAdd("application/json");
        message.Headers.ExpectContinue = false;
        AddIfSet(message, "OpenAI-Organization", options.Organization);
        AddIfSet(message, "OpenAI-Project", options.Project);
        foreach (RequestHeader header in options.Headers)
        {
            header.Use(
                (name, value) =>
                {
                    message.Headers.Remove(name);
                    message.Headers.TryAddWithoutValidation(name, value);
                }
            );
        }

        request.Prepare?.Invoke(message);
        authorization?.Apply(message.Headers, options.Dialect);
        return message;
    }

    private static void AddIfSet(HttpRequestMessage message, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
