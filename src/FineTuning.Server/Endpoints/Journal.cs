using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using FineTuning.Core.Api;
using Microsoft.AspNetCore.Http;

namespace FineTuning.Server.Endpoints;

/// <summary>
/// The last requests, so that a test of a client can count what was sent. Bodies are not kept, and of the headers a few that are no secrets.
/// </summary>
internal sealed class Journal
{
    public const int Capacity = 10_000;
    private static readonly HashSet<string> Secret =
        new(["key", "api-key", "api_key", "apikey", "token", "access_token", "code", "sig", "secret", "password"], StringComparer.OrdinalIgnoreCase);

    private readonly Queue<JournalEntry> _entries = new();
    private readonly Lock _gate = new();

    /// <summary>The query of a URL without its secrets.</summary>
    public static string Redact(string? query)
    {
        if (string.IsNullOrEmpty(query))
        {
            return string.Empty;
        }

        StringBuilder text = new("?");
        return text.AppendJoin('&', query[1..].Split('&').Select(pair =>
        {
            string name = pair.Split('=')[0];
            return Secret.Contains(Uri.UnescapeDataString(name)) ? name + "=redacted" : Redaction.Scrub(pair);
        })).ToString();
    }

    public void Add(JournalEntry entry)
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

    public JournalPage Read()
    {
        lock (_gate)
        {
            return new JournalPage("list", _entries.ToArray());
        }
    }

    /// <summary>Those that a request asks for by operation, since (a time) and limit (the newest ones), oldest first.</summary>
    public JournalPage Read(HttpRequest request)
    {
        string? operation = ListQuery.Single(request, "operation");
        if (operation is not null && !Operations.Names.Contains(operation))
        {
            throw ApiErrors.BadValue("operation", operation, string.Join(", ", Operations.Names.Select(name => $"'{name}'")));
        }

        DateTimeOffset since = DateTimeOffset.MinValue;
        if (ListQuery.Single(request, "since") is { } text &&
            !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out since))
        {
            throw ApiErrors.BadRequest("Invalid 'since': expected a time such as 2026-11-24T20:15:30.5Z.", "since", "invalid_value");
        }

        int limit = ListQuery.Read(request, Capacity, Capacity).Limit;
        IEnumerable<JournalEntry> wanted = Read().Data.Where(entry => entry.Time >= since && (operation is null || entry.Operation == operation));
        return new JournalPage("list", [.. wanted.TakeLast(limit)]);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }
}
