using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace FineTuning.Tests.Shared.Server;

/// <summary>Plain HTTP: what the wire says, without a client that smooths it over.</summary>
internal sealed class Api : IDisposable
{
    public Api(string url, string key = "sk-test")
    {
        Http = new HttpClient { BaseAddress = new Uri(url + "/") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public HttpClient Http { get; }

    public static string ChatLines(int count, int start = 0)
    {
        StringBuilder text = new();
        for (int i = start; i < start + count; i++)
        {
            text.Append(
                    $$"""{"messages":[{"role":"user","content":"say {{i % 7}}"},{"role":"assistant","content":"number {{i % 7}}"}]}"""
                )
                .Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Pairs of a right and a wrong answer.</summary>
    public static string PreferenceLines(int count) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    $$"""{"input":{"messages":[{"role":"user","content":"say {{i % 7}}"}]},"preferred_output":[{"role":"assistant","content":"number {{i % 7}}"}],"non_preferred_output":[{"role":"assistant","content":"nothing"}]}"""
                    + "\n"
                )
        );

    /// <summary>Questions with the answer that a grader may compare with.</summary>
    public static string ItemLines(int count) =>
        string.Concat(
            Enumerable
                .Range(0, count)
                .Select(i =>
                    $$"""{"messages":[{"role":"user","content":"say {{"red green blue".Split(' ')[i % 3]}}"}],"reference_answer":"{{"red green blue".Split(' ')[i % 3]}}"}"""
                    + "\n"
                )
        );

    public static MultipartFormDataContent Form(
        byte[] content,
        string purpose = "fine-tune",
        string name = "train.jsonl"
    )
    {
        MultipartFormDataContent form = [];
        form.Add(new StringContent(purpose), "purpose");
        form.Add(new ByteArrayContent(content), "file", name);
        return form;
    }

    public Task<JsonElement> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<JsonElement> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<JsonElement> PostAsync(string path, string? json = null) => SendAsync(HttpMethod.Post, path, json);

    /// <summary>An answer that must be a success.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, string? json = null)
    {
        (HttpStatusCode status, JsonElement body) = await TryAsync(method, path, json);
        Assert.True(status is HttpStatusCode.OK, $"{method} {path}: {(int)status} {body}");
        return body;
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> TryAsync(
        HttpMethod method,
        string path,
        string? json = null
    )
    {
        using HttpRequestMessage request = new(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        using HttpResponseMessage response = await Http.SendAsync(request);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    /// <summary>The error of an answer that must be a refusal with this status.</summary>
    public async Task<JsonElement> RefusedAsync(
        HttpStatusCode status,
        HttpMethod method,
        string path,
        string? json = null
    )
    {
        (HttpStatusCode actual, JsonElement body) = await TryAsync(method, path, json);
        Assert.True(status == actual, $"{method} {path}: {(int)actual} {body}");
        return ErrorOf(body);
    }

    public static JsonElement ErrorOf(JsonElement body)
    {
        JsonElement error = body.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
        return error;
    }

    public async Task<string> UploadAsync(
        string? content = null,
        string purpose = "fine-tune",
        string name = "train.jsonl"
    )
    {
        using MultipartFormDataContent form = Form(Encoding.UTF8.GetBytes(content ?? ChatLines(12)), purpose, name);
        using HttpResponseMessage response = await Http.PostAsync("files", form);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonElement.Parse(body).GetProperty("id").GetString()!;
    }

    /// <summary>Makes a job; a file is uploaded for it unless the fields name one.</summary>
    public async Task<string> CreateJobAsync(JsonObject? fields = null)
    {
        JsonObject body = fields ?? [];
        body["model"] ??= "gpt-4o-mini";
        body["training_file"] ??= await UploadAsync();
        return (await PostAsync("fine_tuning/jobs", body.ToJsonString())).GetProperty("id").GetString()!;
    }

    /// <summary>Makes a job and waits for its model, whose name it returns.</summary>
    public async Task<string> CreateModelAsync(JsonObject? fields = null) =>
        (await UntilStatusAsync(await CreateJobAsync(fields), "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;

    public Task<JsonElement> JobAsync(string id) => GetAsync($"fine_tuning/jobs/{id}");

    public async Task<string> StatusAsync(string id) => (await JobAsync(id)).GetProperty("status").GetString()!;

    public async Task<JsonElement> UntilStatusAsync(string id, params string[] statuses)
    {
        JsonElement job = default;
        await Until.TrueAsync(
            $"job {id} is {string.Join(" or ", statuses)}, which is {(job.ValueKind == 0 ? "unknown" : job)}",
            async () =>
            {
                job = await JobAsync(id);
                string status = job.GetProperty("status").GetString()!;
                Assert.False(status is "failed" && !statuses.Contains("failed"), job.ToString());
                return statuses.Contains(status);
            }
        );
        return job;
    }

    /// <summary>All events, newest first, over as many pages as it takes.</summary>
    public async Task<List<JsonElement>> EventsAsync(string id, int pageSize = 100)
    {
        List<JsonElement> events = [];
        while (true)
        {
            string after = events.Count == 0 ? string.Empty : "&after=" + events[^1].GetProperty("id").GetString();
            JsonElement page = await GetAsync($"fine_tuning/jobs/{id}/events?limit={pageSize}{after}");
            events.AddRange(page.GetProperty("data").EnumerateArray());
            if (!page.GetProperty("has_more").GetBoolean())
            {
                return events;
            }
        }
    }

    /// <summary>Messages of all events, oldest first.</summary>
    public async Task<List<string>> MessagesAsync(string id)
    {
        List<string> messages = [.. (await EventsAsync(id)).Select(e => e.GetProperty("message").GetString()!)];
        messages.Reverse();
        return messages;
    }

    public async Task DeleteRequestLogAsync()
    {
        using HttpResponseMessage response = await Http.DeleteAsync("_server/requests");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public void Dispose() => Http.Dispose();
}
