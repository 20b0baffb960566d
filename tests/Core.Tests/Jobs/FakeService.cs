using System.Globalization;
using FineTuning.Core.Tests.Support;

namespace FineTuning.Core.Tests.Jobs;

/// <summary>A service with jobs and events, which a test changes as time goes by.</summary>
internal sealed class FakeService
{
    private readonly object _gate = new();
    private readonly Dictionary<string, string> _jobs = new(StringComparer.Ordinal);

    /// <summary>Oldest first.</summary>
    private readonly List<(string Job, string Id, string Json)> _events = [];

    /// <summary>Answers in place of the service; null lets it answer.</summary>
    public Func<StubRequest, Reply?>? Before { get; set; }

    /// <summary>Runs after each list of events was made.</summary>
    public Action? AfterEvents { get; set; }

    /// <summary>The most events a page holds, whatever is asked for.</summary>
    public int PageSize { get; set; } = 100;

    public StubServer Serve() => StubServer.Answers(Answer);

    public void SetJob(string id, string status, string more = "")
    {
        lock (_gate)
        {
            _jobs[id] = Testing.Job(id, status, more);
        }
    }

    public void AddEvent(string id, long time = 1, string message = "m", string more = "", string job = "j")
    {
        lock (_gate)
        {
            _events.Add((job, id, Testing.Event(id, time, message, more)));
        }
    }

    private Reply Answer(StubRequest request)
    {
        if (Before?.Invoke(request) is Reply reply)
        {
            return reply;
        }

        string[] path = request.Target.Split('?')[0].Split('/');
        string query = request.Target.Contains('?', StringComparison.Ordinal)
            ? request.Target.Split('?')[1]
            : string.Empty;
        try
        {
            lock (_gate)
            {
                if (!_jobs.TryGetValue(path[4], out string? job))
                {
                    return Reply.Error(404, message: "No such job.");
                }

                if (path.Length == 5)
                {
                    return Reply.Json(job);
                }

                string? after = Value("after");
                int limit = Math.Min(PageSize, int.Parse(Value("limit")!, CultureInfo.InvariantCulture));
                List<(string Job, string Id, string Json)> newest = [.. _events.Where(e => e.Job == path[4]).Reverse()];
                int start = after is null ? 0 : newest.FindIndex(e => e.Id == after) + 1;
                return Reply.Json(
                    Testing.List(newest.Skip(start).Take(limit).Select(e => e.Json), newest.Count > start + limit)
                );
            }
        }
        finally
        {
            if (path.Length > 5)
            {
                AfterEvents?.Invoke();
            }
        }

        string? Value(string name) =>
            query
                .Split('&')
                .FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))
                ?[(name.Length + 1)..];
    }
}
