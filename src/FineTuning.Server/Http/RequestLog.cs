using System.Globalization;
using System.Text;
using FineTuning.Core.Credentials;
using FineTuning.Server.Hosting;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Http;

/// <summary>
/// The last requests, so that a test of a client can count what was sent. Bodies are not kept, and of the headers a few
/// that are no secrets.
/// </summary>
internal sealed class RequestLog
{
    public const int Capacity = 10_000;
    private static readonly HashSet<string> s_secret = new(
        ["key", "api-key", "api_key", "apikey", "token", "access_token", "code", "sig", "secret", "password"],
        StringComparer.OrdinalIgnoreCase
    );

    private readonly Queue<RequestLogEntry> _entries = new();
    private readonly Lock _gate = new();

    /// <summary>The query of a URL without its secrets.</summary>
    public static string Redact(string? query)
    {
        if (string.IsNullOrEmpty(query))
        {
            return string.Empty;
        }

        StringBuilder text = new("?");
        return text.AppendJoin(
                '&',
                query[1..]
                    .Split('&')
                    .Select(pair =>
                    {
                        string name = pair.Split('=')[0];
                        return s_secret.Contains(Uri.UnescapeDataString(name))
                            ? name + "=redacted"
                            : Redaction.Scrub(pair);
                    })
            )
            .ToString();
    }

    public void Add(RequestLogEntry entry)
    {
        lock (_gate)
        {
            if (_entries.Count == Capacity)
            {
                _entries.Dequeue();
            }

            _entries.Enqueue(entry);
        }
    }

    public RequestLogPage Read()
    {
        lock (_gate)
        {
            return new RequestLogPage("list", _entries.ToArray());
        }
    }

    /// <summary>Those that a request asks for by operation, since (a time) and limit (the newest ones), oldest
    /// first.</summary>
    public RequestLogPage Read(HttpRequest request)
    {
        string? operation = ListQuery.Single(request, "operation");
        if (operation is not null && !Operations.Names.Contains(operation))
        {
            throw ApiErrors.BadValue(
                "operation",
                operation,
                string.Join(", ", Operations.Names.Select(name => $"'{name}'"))
            );
        }

        DateTimeOffset since = DateTimeOffset.MinValue;
        if (
            ListQuery.Single(request, "since") is { } text
            && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out since)
        )
        {
            throw ApiErrors.BadRequest(
                "Invalid 'since': expected a time such as 2026-11-24T20:15:30.5Z.",
                "since",
                "invalid_value"
            );
        }

        int limit = ListQuery.Read(request, Capacity, Capacity).Limit;
        IEnumerable<RequestLogEntry> wanted = Read()
            .Data.Where(entry => entry.Time >= since && (operation is null || entry.Operation == operation));
        return new RequestLogPage("list", [.. wanted.TakeLast(limit)]);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }
}
