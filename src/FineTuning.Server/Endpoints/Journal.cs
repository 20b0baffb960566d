using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.AspNetCore.Http;

namespace FineTuning.Server.Endpoints;

/// <summary>The last requests, so that a test of a client can count what was sent. Neither headers nor bodies are kept.</summary>
internal sealed class Journal
{
    public const int Capacity = 10_000;
    private static readonly HashSet<string> Secret =
        new(["key", "api-key", "api_key", "apikey", "token", "access_token", "code", "sig", "secret", "password"], StringComparer.OrdinalIgnoreCase);

    private readonly Queue<JournalEntry> _entries = new();
    private readonly Lock _gate = new();

    public void Add(HttpRequest request, int status, DateTimeOffset time, TimeSpan elapsed, string requestId)
    {
        // Looking must not change what is seen.
        if (request.Path.StartsWithSegments("/_server"))
        {
            return;
        }

        string path = request.Path.ToUriComponent() + Redact(request.QueryString.Value);
        JournalEntry entry = new(request.Method, path, status, time, Math.Round(elapsed.TotalMilliseconds, 3), requestId);
        lock (_gate)
        {
            if (_entries.Count == Capacity)
            {
                _entries.Dequeue();
            }

            _entries.Enqueue(entry);
        }
    }

    public JournalPage Read()
    {
        lock (_gate)
        {
            return new JournalPage("list", _entries.ToArray());
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    private static string Redact(string? query)
    {
        if (string.IsNullOrEmpty(query))
        {
            return string.Empty;
        }

        StringBuilder text = new("?");
        return text.AppendJoin('&', query[1..].Split('&').Select(pair =>
        {
            string name = pair.Split('=')[0];
            return Secret.Contains(Uri.UnescapeDataString(name)) ? name + "=redacted" : pair;
        })).ToString();
    }
}
