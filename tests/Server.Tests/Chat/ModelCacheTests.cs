using System.Net;
using System.Text;
using System.Text.Json;
using FineTuning.Server.Training.Runs;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Chat;

/// <summary>How models are held in memory, given up, and what happens when they fail.</summary>
public sealed class ModelCacheTests
{
    private static readonly int s_answersAtOnce = Math.Max(2, Environment.ProcessorCount);

    private static HttpRequestMessage Request(string model, string content = "a b c", bool stream = false) =>
        new(HttpMethod.Post, "chat/completions")
        {
            Content = new StringContent(
                $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{content}}"}]}""",
                Encoding.UTF8,
                "application/json"
            ),
        };

    private static async Task<JsonElement> AskAsync(TestServer server, string model) =>
        await server.Api.PostAsync(
            "chat/completions",
            $$"""{"model":"{{model}}","messages":[{"role":"user","content":"a"}]}"""
        );

    [Fact]
    public async Task Requests_at_the_same_time_load_once()
    {
        TaskCompletionSource open = new();
        TestTrainer trainer = new() { Opening = () => open.Task };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        List<Task<JsonElement>> asked = [.. Enumerable.Range(0, 8).Select(_ => AskAsync(server, model))];
        await Until.TrueAsync("the model is being opened", () => !trainer.Opened.IsEmpty);
        open.SetResult();

        await Task.WhenAll(asked);
        Assert.Single(trainer.Opened);
        await server.StopAsync();
        Assert.True(trainer.Opened.Single().IsDisposed);
    }

    [Fact]
    public async Task The_models_asked_for_last_stay_within_the_bound()
    {
        TestTrainer trainer = new();
        await using TestServer server = await TestServer.StartAsync(
            trainer,
            configure: options => options with { MaxModelBytes = 2500 }
        );
        string model = await server.Api.CreateModelAsync();
        string second = model + ":ckpt-step-2",
            third = model + ":ckpt-step-4";
        await AskAsync(server, model);
        await AskAsync(server, second);
        await AskAsync(server, model);
        await AskAsync(server, third);
        TestModel[] opened = [.. trainer.Opened];
        await AskAsync(server, model);

        await Until.TrueAsync("the second is closed", () => opened[1].IsDisposed);
        Assert.Equal([false, true, false], opened.Select(m => m.IsDisposed));
        Assert.Equal(3, trainer.Opened.Count);
        await AskAsync(server, second);
        Assert.Equal(4, trainer.Opened.Count);
    }

    [Fact]
    public async Task A_deleted_model_finishes_its_answer_and_frees_files_and_memory()
    {
        SemaphoreSlim words = new(0);
        TestTrainer trainer = new() { BeforeWord = (_, token) => words.WaitAsync(token) };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        Task<JsonElement> asked = AskAsync(server, model);
        await Until.TrueAsync("the model is opened", () => !trainer.Opened.IsEmpty);
        words.Release();
        await Until.TrueAsync("it answers", () => words.CurrentCount == 0);

        await server.Api.DeleteAsync("models/" + model);
        bool isOpen = !trainer.Opened.Single().IsDisposed;
        await server.Api.RefusedAsync(
            HttpStatusCode.NotFound,
            HttpMethod.Post,
            "chat/completions",
            $$"""{"model":"{{model}}","messages":[{"role":"user","content":"a"}]}"""
        );
        words.Release(10);
        JsonElement answer = await asked;

        Assert.True(isOpen);
        Assert.Equal(
            "a [6]",
            answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()
        );
        await Until.TrueAsync("it is closed", () => trainer.Opened.Single().IsDisposed);
        Assert.Empty(Directory.GetFiles(Path.Combine(server.Folder, "jobs"), "model-6", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_unused_model_is_closed_when_it_is_deleted()
    {
        TestTrainer trainer = new();
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        await AskAsync(server, model);
        await server.Api.DeleteAsync("models/" + model);
        await Until.TrueAsync("it is closed", () => trainer.Opened.Single().IsDisposed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_goes_away_ends_the_answer(bool stream)
    {
        TaskCompletionSource begun = new(),
            ended = new();
        TestTrainer trainer = new()
        {
            BeforeWord = async (index, token) =>
            {
                if (index == 1)
                {
                    begun.TrySetResult();
                    using CancellationTokenRegistration registration = token.Register(ended.SetResult);
                    await Task.Delay(Timeout.Infinite, token);
                }
            },
        };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        using CancellationTokenSource client = new();
        using HttpRequestMessage request = Request(model, stream: stream);
        Task<HttpResponseMessage> asked = server.Api.Http.SendAsync(
            request,
            stream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead,
            client.Token
        );
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        if (stream)
        {
            (await asked).Dispose();
        }
        else
        {
            await client.CancelAsync();
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Answers_wait_for_their_turn_while_the_api_goes_on()
    {
        int now = 0,
            most = 0;
        TaskCompletionSource go = new();
        TestTrainer trainer = new()
        {
            BeforeWord = async (index, _) =>
            {
                if (index == 0)
                {
                    int count = Interlocked.Increment(ref now);
                    Interlocked.Exchange(ref most, Math.Max(Volatile.Read(ref most), count));
                    await go.Task;
                    Interlocked.Decrement(ref now);
                }
            },
        };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        List<Task<JsonElement>> asked =
        [
            .. Enumerable.Range(0, s_answersAtOnce * 3).Select(_ => AskAsync(server, model)),
        ];
        await Until.TrueAsync("as many as may answer do", () => Volatile.Read(ref now) == s_answersAtOnce);
        await server.Api.GetAsync("models");
        go.SetResult();

        await Task.WhenAll(asked);
        Assert.Equal(s_answersAtOnce, most);
    }

    [Fact]
    public async Task Models_that_are_loaded_answer_while_another_is_being_loaded()
    {
        TaskCompletionSource open = new();
        Task opening = Task.CompletedTask;
        TestTrainer trainer = new() { Opening = () => opening };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        await AskAsync(server, model);
        opening = open.Task;
        List<Task<JsonElement>> asked =
        [
            .. Enumerable.Range(0, 3 * s_answersAtOnce).Select(_ => AskAsync(server, model + ":ckpt-step-2")),
        ];
        await Until.TrueAsync("the other is being loaded", () => trainer.Opened.Count == 2);
        try
        {
            await AskAsync(server, model).WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            open.SetResult();
        }

        await Task.WhenAll(asked);
    }

    [Fact]
    public async Task A_grader_waits_when_chats_are_refused_because_too_many_wait()
    {
        int now = 0;
        TaskCompletionSource go = new();
        TestTrainer trainer = new()
        {
            BeforeWord = (_, _) =>
            {
                Interlocked.Increment(ref now);
                return go.Task;
            },
        };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        string chat = $$"""{"model":"{{model}}","messages":[{"role":"user","content":"a"}]}""";
        Task<(HttpStatusCode Status, JsonElement Body)> ChatAsync() =>
            server.Api.TryAsync(HttpMethod.Post, "chat/completions", chat);
        List<Task<(HttpStatusCode Status, JsonElement Body)>> chats =
        [
            .. Enumerable.Range(0, s_answersAtOnce).Select(_ => ChatAsync()),
        ];
        await Until.TrueAsync("as many as may answer do", () => Volatile.Read(ref now) == s_answersAtOnce);
        while (!chats.Exists(asked => asked.IsCompleted))
        {
            chats.Add(ChatAsync());
            await Task.WhenAny(chats[^1], Task.Delay(1));
        }

        Task<JsonElement> graded = server.Api.PostAsync(
            "fine_tuning/alpha/graders/run",
            $$"""
            {"grader":{"type":"label_model","name":"g","model":"{{model}}","input":[{"role":"user","content":"good"}],"labels":["good [6]","bad"],
            "passing_labels":["good [6]"]},"model_sample":"x"}
            """
        );
        await server.Api.RefusedAsync(HttpStatusCode.TooManyRequests, HttpMethod.Post, "chat/completions", chat);
        bool waits = !graded.IsCompleted;
        go.SetResult();

        Assert.Equal(1, (await graded).GetProperty("reward").GetDouble());
        Assert.True(waits);
        HttpStatusCode[] statuses = [.. (await Task.WhenAll(chats)).Select(answer => answer.Status)];
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(256 + s_answersAtOnce, statuses.Count(status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_model_that_fails_is_a_fault_of_the_server_and_opened_anew()
    {
        int failures = 0;
        TestTrainer trainer = new()
        {
            BeforeWord = (index, _) =>
                index == 2 && Interlocked.Increment(ref failures) <= 2
                    ? throw new IOException("broken pipe")
                    : Task.CompletedTask,
        };
        await using TestServer server = await TestServer.StartAsync(trainer);
        string model = await server.Api.CreateModelAsync();
        using HttpRequestMessage whole = Request(model),
            streamed = Request(model, stream: true),
            again = Request(model);
        using HttpResponseMessage refused = await server.Api.Http.SendAsync(whole),
            broken = await server.Api.Http.SendAsync(streamed);
        using HttpResponseMessage good = await server.Api.Http.SendAsync(again);
        JsonElement error = Api.ErrorOf(JsonElement.Parse(await refused.Content.ReadAsStringAsync()));
        string[] events = (await broken.Content.ReadAsStringAsync()).Split(
            "\n\n",
            StringSplitOptions.RemoveEmptyEntries
        );

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("false", refused.Headers.GetValues("x-should-retry").Single());
        Assert.Equal("model_unavailable", error.GetProperty("code").GetString());
        Assert.Contains("broken pipe", error.GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.OK, broken.StatusCode);
        Assert.Equal(
            "model_unavailable",
            Api.ErrorOf(JsonElement.Parse(events[^1]["data: ".Length..])).GetProperty("code").GetString()
        );
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(3, trainer.Opened.Count);
        await Until.TrueAsync("the failed ones are closed", () => trainer.Opened.Take(2).All(m => m.IsDisposed));
    }

    [Theory]
    [InlineData(true, "is missing")]
    [InlineData(false, "checksum")]
    public async Task A_missing_or_damaged_file_is_told_logged_and_no_longer_once_it_is_back(
        bool missing,
        string reason
    )
    {
        await using TestServer server = await TestServer.StartAsync(new NeuralTrainer());
        string id = await server.Api.CreateJobAsync();
        string model = (await server.Api.UntilStatusAsync(id, "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        string body = $$"""{"model":"{{model}}","messages":[{"role":"user","content":"a"}]}""";
        Dictionary<string, byte[]> files = Directory
            .GetFiles(Path.Combine(server.Folder, "jobs", id))
            .ToDictionary(path => path, File.ReadAllBytes);
        foreach ((string path, byte[] content) in files)
        {
            if (missing)
            {
                File.Delete(path);
            }
            else
            {
                byte[] damaged = [.. content];
                damaged[damaged.Length / 2] ^= 1;
                File.WriteAllBytes(path, damaged);
            }
        }

        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.ServiceUnavailable,
            HttpMethod.Post,
            "chat/completions",
            body
        );
        foreach ((string path, byte[] content) in files)
        {
            File.WriteAllBytes(path, content);
        }

        await server.Api.PostAsync("chat/completions", body);
        Assert.Contains(model, error.GetProperty("message").GetString());
        Assert.Contains(reason, error.GetProperty("message").GetString());
        Assert.Contains(model, File.ReadAllText(Path.Combine(server.Folder, "server.log")));
    }
}
