using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;
using Xunit.Abstractions;

namespace FineTuning.Server.Tests.Soak;

/// <summary>Random and hostile requests: each is answered in time, none with a fault of the server, and each refusal
/// has the service's shape.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class HostileTests(ITestOutputHelper output) : IDisposable
{
    private const int ShortCount = 300,
        Connections = 8,
        Slow = 20,
        MaxShown = 5;
    private const long MaxMemory = 1L << 30;

    /// <summary>Only a hang takes as long, on a busy machine too.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly string _folder = TestServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Hostile_requests_are_refused_in_the_services_shape()
    {
        int count = ShortCount * SoakScale.Factor;
        output.WriteLine($"{count} requests with seed {SoakScale.Seed}; {SoakScale.SeedVariable} repeats them.");
        await using ServerProcess server = await ServerProcess.StartAsync("--data", _folder);
        HostileRequests requests = new(SoakScale.Seed, await PrepareAsync(server.Api));
        int port = new Uri(server.Url).Port;
        SortedDictionary<int, int> statuses = [];
        List<string> faults = [];
        List<TcpClient> slow = [.. Enumerable.Range(0, Slow).Select(_ => Drip(port))];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count).Select(_ => requests.Next()),
            new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (request, _) =>
            {
                (int status, string? fault) = await CheckAsync(port, request);
                lock (statuses)
                {
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                    if (fault is not null)
                    {
                        faults.Add($"{fault}\n to: {request}");
                    }
                }
            }
        );
        slow.ForEach(connection => connection.Dispose());
        Assert.True(
            faults.Count == 0,
            $"{faults.Count} faults, such as:\n{string.Join("\n\n", faults.Take(MaxShown))}\n{LogTail()}"
        );
        var health = JsonElement.Parse(await server.Api.Http.GetStringAsync($"http://127.0.0.1:{port}/_server/health"));
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.False(server.Process.HasExited);
        server.Process.Refresh();
        output.WriteLine(
            "status: requests (0 is none) " + string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}"))
        );
        output.WriteLine($"peak memory {server.Process.PeakWorkingSet64 >> 20} MB");
        Assert.InRange(server.Process.PeakWorkingSet64, 0, MaxMemory);
        Assert.True(statuses.ContainsKey(200) && statuses.ContainsKey(400) && statuses.ContainsKey(404));
    }

    private static async Task<HostileTargets> PrepareAsync(Api api)
    {
        string file = await api.UploadAsync();
        string id = await api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        JsonElement job = await api.UntilStatusAsync(id, "succeeded");
        JsonElement upload = await api.PostAsync(
            "uploads",
            """{"filename":"a.jsonl","purpose":"fine-tune","bytes":10,"mime_type":"text/jsonl"}"""
        );
        return new HostileTargets(
            new Dictionary<string, string>
            {
                ["FILE"] = file,
                ["JOB"] = id,
                ["MODEL"] = job.GetProperty("fine_tuned_model").GetString()!,
                ["UPLOAD"] = upload.GetProperty("id").GetString()!,
            }
        );
    }

    /// <summary>A connection that begins a request and never ends it.</summary>
    private static TcpClient Drip(int port)
    {
        TcpClient client = new("127.0.0.1", port);
        client
            .GetStream()
            .Write(
                "POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer x\r\nContent-Length: "u8
                    + "1000\r\n\r\n--"u8
            );
        return client;
    }

    /// <summary>Sends a request and returns the status of its answer, which is 0 without one, and what is wrong with
    /// it.</summary>
    private static async Task<(int Status, string? Fault)> CheckAsync(int port, HostileRequest request)
    {
        string answer;
        using CancellationTokenSource deadline = new(s_deadline);
        try
        {
            answer = await ExchangeAsync(port, request, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return (0, "No answer in time");
        }
        catch (IOException e)
        {
            return (0, request.IsHttp ? "No answer: " + e.Message : null);
        }

        if (answer.Length == 0)
        {
            return (0, request.IsHttp ? "No answer" : null);
        }

        if (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            // Who begins as HTTP/2 does is told in its frames that HTTP/1.1 is spoken here.
            return (0, request.Bytes.AsSpan().StartsWith("PRI * HTTP/2.0"u8) ? null : "No HTTP: " + answer);
        }

        int status = int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string head = answer[..end],
            body = answer[(end + 4)..];

        // What is no HTTP, or an unknown version of it, Kestrel refuses before it has an id, and without a word.
        bool isKestrels = !head.Contains("x-request-id:", StringComparison.OrdinalIgnoreCase);
        bool isRight = isKestrels
            ? body.Length == 0 && status is < 500 or 505
            : status < 500 && (status < 400 || request.IsHead || HasShape(body));
        return (status, isRight ? null : answer);
    }

    /// <summary>Whether a refusal says why as the service does.</summary>
    private static bool HasShape(string body)
    {
        try
        {
            JsonElement error = JsonElement.Parse(body).GetProperty("error");
            return error
                    .EnumerateObject()
                    .Select(property => property.Name)
                    .SequenceEqual(["message", "type", "param", "code"])
                && !string.IsNullOrWhiteSpace(error.GetProperty("message").GetString());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<string> ExchangeAsync(int port, HostileRequest request, CancellationToken deadline)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", port, deadline);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(request.Bytes, deadline);

        // What is not whole ends here. Kestrel takes this for a client that is gone, so a whole request does without.
        if (!request.IsHttp)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using MemoryStream answer = new();
        await stream.CopyToAsync(answer, deadline);
        return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    private string LogTail() => string.Join('\n', File.ReadLines(Path.Combine(_folder, "server.log")).TakeLast(40));
}
