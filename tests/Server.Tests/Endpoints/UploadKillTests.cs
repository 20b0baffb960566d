using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>A file arrives in parts at a server that is killed again and again.</summary>
public sealed class UploadKillTests : IDisposable
{
    private const int Parts = 12,
        PartBytes = 200_000,
        Kills = 3;
    private readonly string _folder = TestServer.NewFolder();
    private readonly Random _random = new(5);
    private readonly ConcurrentDictionary<int, string> _acknowledged = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Content(int part) => [.. Enumerable.Repeat((byte)('a' + part), PartBytes)];

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync("--data", _folder);

    [Fact]
    public async Task What_was_acknowledged_stays_and_a_killed_completion_can_be_repeated()
    {
        string id = await BeginAsync();
        for (int kill = 0; kill < Kills; kill++)
        {
            // Each time there are some that are new, so that one more can be waited for.
            int before = _acknowledged.Count,
                most = Parts * (kill + 1) / Kills;
            await using ServerProcess server = await StartAsync();
            Task[] clients =
            [
                .. Enumerable
                    .Range(0, most)
                    .Where(i => !_acknowledged.ContainsKey(i))
                    .Select(i => AddAsync(server.Api, id, i)),
            ];
            await Until.TrueAsync("a part more is acknowledged", () => _acknowledged.Count > before);
            server.Process.Kill();
            await Task.WhenAll(clients);
        }

        await using (ServerProcess server = await StartAsync())
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, Parts)
                    .Where(i => !_acknowledged.ContainsKey(i))
                    .Select(i => AddAsync(server.Api, id, i))
            );
        }

        Assert.Equal(Parts, _acknowledged.Count);
        for (int kill = 0; kill < Kills; kill++)
        {
            await using ServerProcess server = await StartAsync();
            Task<string> completion = CompleteAsync(server.Api, id);
            await Task.WhenAny(completion, Task.Delay(_random.Next(40)));
            server.Process.Kill();
            await completion;
        }

        await using ServerProcess last = await StartAsync();
        string answer = await CompleteAsync(last.Api, id);
        Assert.True(answer is "completed" || answer.Contains("'completed'", StringComparison.Ordinal), answer);
        JsonElement file = Assert.Single((await last.Api.GetAsync("files")).GetProperty("data").EnumerateArray());
        byte[] content = await last.Api.Http.GetByteArrayAsync($"files/{file.GetProperty("id").GetString()}/content");
        Assert.Equal(Enumerable.Range(0, Parts).SelectMany(Content), content);
        Assert.Single(Directory.GetFiles(Path.Combine(_folder, "files")));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "uploads")));
    }

    private async Task<string> BeginAsync()
    {
        await using ServerProcess server = await StartAsync();
        JsonElement upload = await server.Api.PostAsync(
            "uploads",
            $$"""{"filename":"a.jsonl","purpose":"fine-tune","bytes":{{Parts * PartBytes}},"mime_type":"text/jsonl"}"""
        );
        return upload.GetProperty("id").GetString()!;
    }

    private async Task AddAsync(Api api, string id, int part)
    {
        try
        {
            using MultipartFormDataContent form = [];
            form.Add(new ByteArrayContent(Content(part)), "data", "part");
            using HttpResponseMessage response = await api.Http.PostAsync($"uploads/{id}/parts", form);
            string body = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, body);
            _acknowledged[part] = JsonElement.Parse(body).GetProperty("id").GetString()!;
        }
        catch (HttpRequestException)
        {
            // Killed before it was acknowledged: it is sent again.
        }
    }

    /// <returns>The status, the words of a refusal, or nothing if the answer did not come.</returns>
    private async Task<string> CompleteAsync(Api api, string id)
    {
        JsonObject body = new()
        {
            ["part_ids"] = new JsonArray([.. Enumerable.Range(0, Parts).Select(i => (JsonNode)_acknowledged[i])]),
        };
        try
        {
            (_, JsonElement answer) = await api.TryAsync(
                HttpMethod.Post,
                $"uploads/{id}/complete",
                body.ToJsonString()
            );
            return answer.TryGetProperty("status", out JsonElement status)
                ? status.GetString()!
                : answer.GetProperty("error").GetProperty("message").GetString()!;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return string.Empty;
        }
    }
}
