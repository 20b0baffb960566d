using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

public sealed class FilesTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private Api Api => fixture.Api;

    [Fact]
    public async Task A_file_comes_back_as_it_was_sent()
    {
        string content = "{\"a\":\"ü€\"}\r\nno json\n";
        string id = await Api.UploadAsync(content, "user_data", "Fälle 1.txt");

        JsonElement file = await Api.GetAsync($"files/{id}");
        Assert.Matches("^file-[A-Za-z0-9]{24}$", id);
        Assert.Equal("file", file.GetProperty("object").GetString());
        Assert.Equal(Encoding.UTF8.GetByteCount(content), file.GetProperty("bytes").GetInt64());
        Assert.Equal("Fälle 1.txt", file.GetProperty("filename").GetString());
        Assert.Equal("user_data", file.GetProperty("purpose").GetString());
        Assert.Equal("processed", file.GetProperty("status").GetString());
        Assert.Equal(content, await Api.Http.GetStringAsync($"files/{id}/content"));
    }

    [Fact]
    public async Task A_content_is_handed_out_as_bytes_to_save_never_as_a_page()
    {
        string id = await Api.UploadAsync("<html><script>alert(1)</script></html>", "user_data", "page.html");

        using HttpResponseMessage response = await Api.Http.GetAsync($"files/{id}/content");

        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_part_of_a_content_can_be_asked_for()
    {
        string id = await Api.UploadAsync("0123456789", "user_data");
        using HttpRequestMessage request = new(HttpMethod.Get, $"files/{id}/content");
        request.Headers.Range = new RangeHeaderValue(3, 6);

        using HttpResponseMessage response = await Api.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("3456", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("../../../escape.txt")]
    [InlineData("/etc/cron.d/escape")]
    [InlineData("C:\\Windows\\escape.txt")]
    [InlineData("server.db")]
    [InlineData("..")]
    [InlineData("CON")]
    [InlineData("nul.jsonl")]
    [InlineData("a:b|c?d*e<f>")]
    [InlineData("ends with a dot.")]
    [InlineData("\u202Eexe.txt \U0001F600 \u0131\u0130")]
    public async Task A_name_is_data_and_never_a_path(string name)
    {
        string id = await Api.UploadAsync("x", "user_data", name);

        Assert.Equal(name, (await Api.GetAsync($"files/{id}")).GetProperty("filename").GetString());
        Assert.True(File.Exists(Path.Combine(fixture.Server.Folder, "files", id)));
        Assert.False(File.Exists(Path.Combine(fixture.Server.Folder, "files", Path.GetFileName(name))));
        Assert.False(
            File.Exists(Path.GetFullPath(Path.Combine(fixture.Server.Folder, "files", "../../../escape.txt")))
        );
    }

    [Theory]
    [InlineData("files/..%2F..%2Fserver.db")]
    [InlineData("files/..%2Fserver.db/content")]
    [InlineData("files/%2Fetc%2Fpasswd/content")]
    [InlineData("files/file-doesnotexist")]
    [InlineData("files/file-doesnotexist/content")]
    public async Task An_unknown_id_is_not_found(string path)
    {
        JsonElement error = await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, path);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_deleted_file_is_gone()
    {
        string id = await Api.UploadAsync();

        JsonElement answer = await Api.DeleteAsync($"files/{id}");

        Assert.Equal($$"""{"id":"{{id}}","object":"file","deleted":true}""", answer.GetRawText());
        await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"files/{id}");
        await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"files/{id}/content");
        await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Delete, $"files/{id}");
        Assert.False(File.Exists(Path.Combine(fixture.Server.Folder, "files", id)));
    }

    public static TheoryData<string, string?, string?, string> BadForms =>
        new()
        {
            // what, purpose, content, param
            { "no purpose", null, "x", "purpose" },
            { "bad purpose", "fine-tune-results", "x", "purpose" },
            { "no file", "fine-tune", null, "file" },
            { "empty file", "fine-tune", string.Empty, "file" },
        };

    [Theory]
    [MemberData(nameof(BadForms))]
    public async Task A_bad_form_is_refused_with_the_field_named(
        string what,
        string? purpose,
        string? content,
        string param
    )
    {
        using MultipartFormDataContent form = [];
        if (content is not null)
        {
            form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(content)), "file", "a.jsonl");
        }

        if (purpose is not null)
        {
            form.Add(new StringContent(purpose), "purpose");
        }

        form.Add(new StringContent("z"), "other");
        using HttpResponseMessage response = await Api.Http.PostAsync("files", form);

        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, what);
        JsonElement error = Api.ErrorOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()));
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Server.Folder, "files"), "*.part"));
    }

    public static TheoryData<string, string?> BadBodies =>
        new()
        {
            { "{\"purpose\":\"fine-tune\"}", "application/json" },
            { "anything", null },
            { "anything", "multipart/form-data" },
            { "anything", "multipart/form-data; boundary=" + new string('b', 300) },
            { "no boundary in sight", "multipart/form-data; boundary=XX" },
            {
                "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\ncut short",
                "multipart/form-data; boundary=XX"
            },
            { "--XX\r\nno header at all\r\n\r\nx\r\n--XX--\r\n", "multipart/form-data; boundary=XX" },
            { "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--\r\n", "multipart/form-data; boundary=XX" },
            {
                string.Concat(
                    Enumerable
                        .Range(0, 40)
                        .Select(i => $"--XX\r\nContent-Disposition: form-data; name=\"f{i}\"\r\n\r\nx\r\n")
                ) + "--XX--\r\n",
                "multipart/form-data; boundary=XX"
            },
            {
                "--XX\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n"
                    + new string('p', 5000)
                    + "\r\n--XX--\r\n",
                "multipart/form-data; boundary=XX"
            },
        };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_malformed_upload_is_refused_and_leaves_nothing(string body, string? type)
    {
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using HttpResponseMessage response = await Api.Http.PostAsync("files", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Api.ErrorOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()));
        Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Server.Folder, "files"), "*.part"));
    }

    [Fact]
    public async Task An_upload_beyond_the_limit_is_refused_and_leaves_nothing()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                MaxFileBytes = 1024 * 1024,
            }
        );
        using MultipartFormDataContent fits = Api.Form(new byte[1024 * 1024]);
        using HttpResponseMessage taken = await server.Api.Http.PostAsync("files", fits);
        using MultipartFormDataContent big = Api.Form(new byte[(1024 * 1024) + 1]);
        using HttpResponseMessage response = await server.Api.Http.PostAsync("files", big);

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains(
            "1 MB",
            Api.ErrorOf(JsonElement.Parse(await response.Content.ReadAsStringAsync()))
                .GetProperty("message")
                .GetString()
        );
        Assert.Single(Directory.GetFiles(Path.Combine(server.Folder, "files")));
    }

    [Fact]
    public async Task Contents_larger_than_any_buffer_keep_every_byte()
    {
        byte[] content = new byte[3_000_001];
        new Random(1).NextBytes(content);
        using MultipartFormDataContent form = Api.Form(content, "user_data");
        using HttpResponseMessage response = await Api.Http.PostAsync("files", form);
        string id = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;

        Assert.Equal(content, await Api.Http.GetByteArrayAsync($"files/{id}/content"));
    }

    [Fact]
    public async Task A_list_is_walked_page_by_page_in_both_orders()
    {
        await using TestServer server = await TestServer.StartAsync();
        List<string> ids = [];
        for (int i = 0; i < 7; i++)
        {
            ids.Add(await server.Api.UploadAsync("x", i == 3 ? "user_data" : "fine-tune"));
        }

        async Task<List<string>> WalkAsync(string query)
        {
            List<string> seen = [];
            JsonElement page;
            do
            {
                string after = seen.Count == 0 ? string.Empty : "&after=" + seen[^1];
                page = await server.Api.GetAsync($"files?limit=3{query}{after}");
                List<string> part =
                [
                    .. page.GetProperty("data").EnumerateArray().Select(file => file.GetProperty("id").GetString()!),
                ];
                Assert.Equal(part[0], page.GetProperty("first_id").GetString());
                Assert.Equal(part[^1], page.GetProperty("last_id").GetString());
                seen.AddRange(part);
            } while (page.GetProperty("has_more").GetBoolean());
            return seen;
        }

        // All were made within the same second or two: only the order of arrival can be stable.
        Assert.Equal(ids, await WalkAsync("&order=asc"));
        Assert.Equal(Enumerable.Reverse(ids), await WalkAsync(string.Empty));
        Assert.Equal([ids[3]], await WalkAsync("&purpose=user_data"));
        Assert.Empty((await server.Api.GetAsync("files?purpose=batch")).GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=10001", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("order=up", "order")]
    [InlineData("after=file-unknown", "after")]
    public async Task A_bad_query_is_refused(string query, string param)
    {
        JsonElement error = await Api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, "files?" + query);
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_lifetime_is_kept_and_checked()
    {
        using MultipartFormDataContent form = Api.Form([1, 2], "user_data");
        form.Add(new StringContent("created_at"), "expires_after[anchor]");
        form.Add(new StringContent("3600"), "expires_after[seconds]");
        using HttpResponseMessage response = await Api.Http.PostAsync("files", form);
        var file = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(3600, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());

        using MultipartFormDataContent bad = Api.Form([1, 2], "user_data");
        bad.Add(new StringContent("created_at"), "expires_after[anchor]");
        bad.Add(new StringContent("12"), "expires_after[seconds]");
        using HttpResponseMessage refused = await Api.Http.PostAsync("files", bad);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        using BreakingContent content = new();
        using HttpRequestMessage request = new(HttpMethod.Post, "files") { Content = content };
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Api.Http.SendAsync(request));

        string files = Path.Combine(server.Folder, "files");
        await Until.TrueAsync("the part is removed", () => Directory.GetFiles(files).Length == 0);
        Assert.Empty((await server.Api.GetAsync("files")).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Contents_whose_rows_cannot_be_written_are_removed()
    {
        TestTrainer trainer = new(free: false);
        await using TestServer server = await TestServer.StartAsync(trainer);
        string file = await server.Api.UploadAsync();
        string id = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
        server.Sql("CREATE TRIGGER none BEFORE INSERT ON files BEGIN SELECT RAISE(ABORT, 'no more files'); END");
        using MultipartFormDataContent form = Api.Form([1, 2]);
        using HttpResponseMessage response = await server.Api.Http.PostAsync("files", form);
        trainer.Allow(100);
        JsonElement job = await server.Api.UntilStatusAsync(id, "failed");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("no more files", job.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(
            [Path.Combine(server.Folder, "files", file)],
            Directory.GetFiles(Path.Combine(server.Folder, "files"))
        );
    }

    private sealed class BreakingContent : HttpContent
    {
        public BreakingContent() => Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=XX");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n")
            );
            await stream.WriteAsync(new byte[200_000]);
            await stream.FlushAsync();
            throw new IOException("the client goes away");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
