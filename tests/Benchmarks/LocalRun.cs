using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FineTuning.Benchmarks;

/// <summary>What a run on the local server came to.</summary>
/// <param name="Right">Share of the unseen texts that were answered exactly right.</param>
/// <param name="Training">From the job's start to its success.</param>
/// <param name="Whole">From the upload to the job's success.</param>
/// <param name="Steps">Training steps.</param>
/// <param name="Answer">Median time of one answer, asked one at a time.</param>
internal sealed record LocalResult(double Right, TimeSpan Training, TimeSpan Whole, int Steps, TimeSpan Answer);

/// <summary>The project's own server, as a process of its own that keeps nothing: upload, job, answers, all over
/// HTTP.</summary>
internal sealed class LocalRun : IDisposable
{
    private const int LatencySample = 500;
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(20);
    private readonly ServerUnderTest _server;
    private readonly HttpClient _http = new();

    private LocalRun(ServerUnderTest server)
    {
        _server = server;
        _http.BaseAddress = new Uri(server.Endpoint + "/");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-bench");
    }

    public static async Task<LocalResult> RunAsync(string program, PackageData data)
    {
        using LocalRun run = new(await ServerUnderTest.StartAsync(program));
        return await run.MeasureAsync(data);
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
    }

    private static string Question(Example example, string model) =>
        new JsonObject
        {
            ["model"] = model,
            ["temperature"] = 0,
            ["messages"] = new JsonArray(Message("user", example.Text)),
        }.ToJsonString();

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private async Task<LocalResult> MeasureAsync(PackageData data)
    {
        byte[] lines = Encoding.UTF8.GetBytes(
            string.Concat(
                data.Training.Select(example =>
                    new JsonObject
                    {
                        ["messages"] = new JsonArray(
                            Message("user", example.Text),
                            Message("assistant", example.Label)
                        ),
                    }.ToJsonString() + "\n"
                )
            )
        );
        long start = Stopwatch.GetTimestamp();
        using MultipartFormDataContent form = new()
        {
            { new StringContent("fine-tune"), "purpose" },
            { new ByteArrayContent(lines), "file", "train.jsonl" },
        };
        string file = (await SendAsync(HttpMethod.Post, "files", form)).GetProperty("id").GetString()!;
        JsonObject request = new()
        {
            ["model"] = "local-small",
            ["training_file"] = file,
            ["seed"] = 1,
        };
        JsonElement job = await SendAsync(HttpMethod.Post, "fine_tuning/jobs", Json(request.ToJsonString()));
        string path = "fine_tuning/jobs/" + job.GetProperty("id").GetString();
        long running = 0;
        while (job.GetProperty("finished_at").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(s_pollInterval);
            job = await SendAsync(HttpMethod.Get, path);
            running =
                running == 0 && job.GetProperty("status").GetString() is not ("validating_files" or "queued")
                    ? Stopwatch.GetTimestamp()
                    : running;
        }

        TimeSpan training = Stopwatch.GetElapsedTime(running),
            whole = Stopwatch.GetElapsedTime(start);
        string model =
            job.GetProperty("fine_tuned_model").GetString()
            ?? throw new InvalidOperationException("The job failed: " + job);
        JsonElement last = (await SendAsync(HttpMethod.Get, path + "/checkpoints?limit=1")).GetProperty("data")[0];
        return new LocalResult(
            await RightAsync(data, model),
            training,
            whole,
            last.GetProperty("step_number").GetInt32(),
            await LatencyAsync(data, model)
        );
    }

    private async Task<double> RightAsync(PackageData data, string model)
    {
        int right = 0;
        await Parallel.ForEachAsync(
            data.Unseen,
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            async (example, _) =>
            {
                if (await AskAsync(example, model) == example.Label)
                {
                    Interlocked.Increment(ref right);
                }
            }
        );
        return (double)right / data.Unseen.Count;
    }

    private async Task<TimeSpan> LatencyAsync(PackageData data, string model)
    {
        var times = new TimeSpan[Math.Min(LatencySample, data.Unseen.Count)];
        for (int i = 0; i < times.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await AskAsync(data.Unseen[i], model);
            times[i] = Stopwatch.GetElapsedTime(start);
        }

        Array.Sort(times);
        return times[times.Length / 2];
    }

    private async Task<string?> AskAsync(Example example, string model) =>
        (await SendAsync(HttpMethod.Post, "chat/completions", Json(Question(example, model))))
            .GetProperty("choices")[0]
            .GetProperty("message")
            .GetProperty("content")
            .GetString();

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        using HttpResponseMessage response = await _http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonElement.Parse(text)
            : throw new InvalidOperationException($"{method} {path}: {text}");
    }
}
