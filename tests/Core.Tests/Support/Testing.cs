using System.Net;
using System.Security;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Errors;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Support;

/// <summary>Short names for what most tests do.</summary>
internal static class Testing
{
    public const string Key = "sk-test-0123456789abcdefghij";

    /// <summary>How long a condition may take on a busy machine before the test has failed.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    public static SecureString Secure(string text) => new NetworkCredential(string.Empty, text).SecurePassword;

    public static ApiCredential Credential(string key = Key) => new KeyCredential(Secure(key));

    public static ClientOptions Options(StubServer server, IClock? clock = null) =>
        new() { Endpoint = server.Endpoint, Clock = clock ?? new TestClock() };

    public static FineTuningClient Client(StubServer server, IClock? clock = null) =>
        new(Options(server, clock), Credential());

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    public static string Recorded(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", name));

    public static void AssertJson(string expected, string actual)
    {
        // The texts are compared first only for the message of a failure.
        if (!JsonElement.DeepEquals(Parse(expected), Parse(actual)))
        {
            Assert.Equal(expected, actual);
        }
    }

    public static Task<FineTuningApiException> FailsAsync(Func<Task> action) =>
        Assert.ThrowsAsync<FineTuningApiException>(action).WaitAsync(Timeout);

    public static Task<OperationCanceledException> IsCancelledAsync(Func<Task> action) =>
        Assert.ThrowsAnyAsync<OperationCanceledException>(action).WaitAsync(Timeout);

    public static string Job(string id = "ftjob-1", string status = "running", string more = "") =>
        $$"""{"object":"fine_tuning.job","id":"{{id}}","model":"m","created_at":1,"status":"{{status}}"{{more}}}""";

    public static string Event(string id, long time = 1, string message = "m", string more = "") =>
        $$"""{"object":"fine_tuning.job.event","id":"{{id}}","created_at":{{time}},"level":"info","message":"{{message}}"{{more}}}""";

    public static string List(IEnumerable<string> items, bool more = false) =>
        $$"""{"object":"list","data":[{{string.Join(",", items)}}],"has_more":{{(more ? "true" : "false")}}}""";
}

/// <summary>Keeps what is reported, at once and on the reporting thread.</summary>
internal sealed class Reports<T> : IProgress<T>
{
    private readonly List<T> _items = [];

    public IReadOnlyList<T> Items
    {
        get
        {
            lock (_items)
            {
                return [.. _items];
            }
        }
    }

    public void Report(T value)
    {
        lock (_items)
        {
            _items.Add(value);
        }
    }
}
