using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FineTuning.Server.Storage;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Endpoints;

/// <summary>Files in parts.</summary>
public sealed class UploadsTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private Api Api => fixture.Api;

    private static string Fields(
        long bytes,
        string more = "",
        string purpose = "fine-tune",
        string type = "text/jsonl"
    ) => $$"""{"filename":"träin.jsonl","purpose":"{{purpose}}","bytes":{{bytes}},"mime_type":"{{type}}"{{more}}}""";

    private static async Task<string> BeginAsync(Api api, long bytes, string more = "") =>
        (await api.PostAsync("uploads", Fields(bytes, more))).GetProperty("id").GetString()!;

    private static async Task<(HttpStatusCode Status, JsonElement Body)> TryPartAsync(
        Api api,
        string upload,
        byte[] content,
        string field = "data"
    )
    {
        using MultipartFormDataContent form = [];
        form.Add(new ByteArrayContent(content), field, "blob");
        using HttpResponseMessage response = await api.Http.PostAsync($"uploads/{upload}/parts", form);
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private static async Task<string> AddAsync(Api api, string upload, string text)
    {
        (HttpStatusCode status, JsonElement part) = await TryPartAsync(api, upload, Encoding.UTF8.GetBytes(text));
        Assert.True(status == HttpStatusCode.OK, part.ToString());
        return part.GetProperty("id").GetString()!;
    }

    private static string PartIds(params IEnumerable<string> ids) =>
        new JsonObject { ["part_ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]) }.ToJsonString();

    private static string[] FilesIn(TestServer server, string folder) =>
        Directory.GetFiles(Path.Combine(server.Folder, folder));

    [Fact]
    public async Task Parts_in_any_order_become_a_file_in_the_order_named()
    {
        string[] texts = ["first part\n", "second\n", "third, which is longer\n"];
        string whole = string.Concat(texts);
        JsonElement upload = await Api.PostAsync(
            "uploads",
            Fields(whole.Length, ",\"expires_after\":{\"anchor\":\"created_at\",\"seconds\":7200}")
        );
        string id = upload.GetProperty("id").GetString()!;
        string[] parts = await Task.WhenAll(texts.Reverse().Select(text => AddAsync(Api, id, text)));
        string md5 = Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(whole)));
        JsonElement done = await Api.PostAsync(
            $"uploads/{id}/complete",
            new JsonObject
            {
                ["part_ids"] = new JsonArray([.. parts.Reverse().Select(p => (JsonNode)p)]),
                ["md5"] = md5,
            }.ToJsonString()
        );
        JsonElement file = done.GetProperty("file");
        string fileId = file.GetProperty("id").GetString()!;

        Assert.Matches("^upload_[A-Za-z0-9]{24}$", id);
        Assert.Equal(
            ["object", "id", "bytes", "created_at", "filename", "purpose", "status", "expires_at", "file"],
            upload.EnumerateObject().Select(p => p.Name)
        );
        Assert.Equal(
            ("upload", "pending", JsonValueKind.Null),
            (
                upload.GetProperty("object").GetString(),
                upload.GetProperty("status").GetString(),
                upload.GetProperty("file").ValueKind
            )
        );
        Assert.Equal(3600, upload.GetProperty("expires_at").GetInt64() - upload.GetProperty("created_at").GetInt64());
        Assert.Equal("completed", done.GetProperty("status").GetString());
        Assert.Equal(
            (whole.Length, "träin.jsonl", "fine-tune"),
            (
                file.GetProperty("bytes").GetInt32(),
                file.GetProperty("filename").GetString(),
                file.GetProperty("purpose").GetString()
            )
        );
        Assert.Equal(7200, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
        Assert.Equal(whole, await Api.Http.GetStringAsync($"files/{fileId}/content"));
        Assert.Equal(file.GetRawText(), (await Api.GetAsync("files/" + fileId)).GetRawText());
    }

    [Fact]
    public async Task A_part_has_the_services_fields()
    {
        string id = await BeginAsync(Api, 3);
        (_, JsonElement part) = await TryPartAsync(Api, id, [1, 2, 3]);
        Assert.Equal(["object", "id", "created_at", "upload_id"], part.EnumerateObject().Select(p => p.Name));
        Assert.Matches("^part_[A-Za-z0-9]{24}$", part.GetProperty("id").GetString());
        Assert.Equal(
            ("upload.part", id),
            (part.GetProperty("object").GetString(), part.GetProperty("upload_id").GetString())
        );
    }

    [Fact]
    public async Task A_file_in_parts_trains()
    {
        string text = Api.ChatLines(12),
            id = await BeginAsync(Api, text.Length);
        string one = await AddAsync(Api, id, text[..100]),
            two = await AddAsync(Api, id, text[100..]);
        JsonElement done = await Api.PostAsync($"uploads/{id}/complete", PartIds(one, two));
        string file = done.GetProperty("file").GetProperty("id").GetString()!;
        await Api.CreateModelAsync(new JsonObject { ["training_file"] = file });
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_and_the_upload_stays()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await BeginAsync(server.Api, 6),
            other = await BeginAsync(server.Api, 3);
        string one = await AddAsync(server.Api, id, "abc"),
            two = await AddAsync(server.Api, id, "def"),
            strange = await AddAsync(server.Api, other, "xyz");
        async Task<(string?, string?)> RefusedAsync(string body)
        {
            JsonElement error = await server.Api.RefusedAsync(
                HttpStatusCode.BadRequest,
                HttpMethod.Post,
                $"uploads/{id}/complete",
                body
            );
            return (error.GetProperty("param").GetString(), error.GetProperty("code").GetString());
        }

        Assert.Equal(("part_ids", "invalid_upload_size"), await RefusedAsync(PartIds(one)));
        Assert.Equal(("part_ids", "invalid_value"), await RefusedAsync(PartIds(one, one)));
        Assert.Equal(("part_ids", "part_not_found"), await RefusedAsync(PartIds(one, strange)));
        Assert.Equal(("part_ids", "missing_required_parameter"), await RefusedAsync("{}"));
        Assert.Equal(("part_ids", "invalid_type"), await RefusedAsync("{\"part_ids\":[1]}"));
        Assert.Equal(("part_ids", "invalid_value"), await RefusedAsync("{\"part_ids\":[]}"));
        Assert.Equal(
            ("md5", "invalid_value"),
            await RefusedAsync($$"""{"part_ids":["{{one}}","{{two}}"],"md5":"abc"}""")
        );
        Assert.Equal(
            ("md5", "md5_mismatch"),
            await RefusedAsync($$"""{"part_ids":["{{one}}","{{two}}"],"md5":"{{new string('0', 32)}}"}""")
        );
        Assert.Empty(FilesIn(server, "files"));
        Assert.Equal(3, FilesIn(server, "uploads").Length);
        await server.Api.PostAsync($"uploads/{id}/complete", PartIds(two, one));
        Assert.Single(FilesIn(server, "files"));
        Assert.Single(FilesIn(server, "uploads"));
    }

    [Theory]
    [InlineData("complete", "completed")]
    [InlineData("cancel", "cancelled")]
    public async Task What_has_ended_takes_nothing_more_and_says_why(string end, string state)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await BeginAsync(server.Api, 3),
            part = await AddAsync(server.Api, id, "abc");
        JsonElement ended = await server.Api.PostAsync($"uploads/{id}/{end}", PartIds(part));
        (HttpStatusCode status, JsonElement body) = await TryPartAsync(server.Api, id, [1]);

        Assert.Equal(state, ended.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"'{state}'", Api.ErrorOf(body).GetProperty("message").GetString());
        foreach (string verb in new[] { "complete", "cancel" })
        {
            JsonElement error = await server.Api.RefusedAsync(
                HttpStatusCode.BadRequest,
                HttpMethod.Post,
                $"uploads/{id}/{verb}",
                PartIds(part)
            );
            Assert.Contains($"'{state}'", error.GetProperty("message").GetString());
        }

        Assert.Empty(FilesIn(server, "uploads"));
    }

    [Fact]
    public async Task An_upload_expires_and_gives_its_parts_back()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await BeginAsync(server.Api, 3),
            part = await AddAsync(server.Api, id, "abc");
        server.Sql("UPDATE uploads SET expires_at = 1");
        JsonElement error = await server.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            $"uploads/{id}/complete",
            PartIds(part)
        );

        Assert.Contains("'expired'", error.GetProperty("message").GetString());
        Assert.Empty(FilesIn(server, "uploads"));
    }

    [Fact]
    public async Task Uploads_that_ended_long_ago_are_forgotten()
    {
        await using TestServer server = await TestServer.StartAsync();
        string old = await BeginAsync(server.Api, 3),
            late = await BeginAsync(server.Api, 3),
            pending = await BeginAsync(server.Api, 3);
        await server.Api.PostAsync($"uploads/{old}/cancel");
        await server.Api.PostAsync($"uploads/{late}/cancel");
        server.Sql($"UPDATE uploads SET expires_at = 1 WHERE id = '{old}'");
        await AddAsync(server.Api, pending, "abc");

        Assert.Equal(
            $"{late},{pending}",
            server.Sql("SELECT group_concat(id) FROM (SELECT id FROM uploads ORDER BY seq)")
        );
    }

    [Fact]
    public async Task A_restart_keeps_parts_and_sweeps_what_nobody_needs()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await BeginAsync(server.Api, 3),
            part = await AddAsync(server.Api, id, "abc");
        string overdue = await BeginAsync(server.Api, 3);
        await AddAsync(server.Api, overdue, "abc");
        server.Sql($"UPDATE uploads SET expires_at = 1 WHERE id = '{overdue}'");
        File.WriteAllText(Path.Combine(server.Folder, "uploads", "part_left.part"), "killed on its way");
        File.WriteAllText(Path.Combine(server.Folder, "uploads", "part_lost"), "killed before it was known");
        await using TestServer next = await server.RestartAsync(new TestTrainer());

        Assert.Equal(part, Path.GetFileName(Assert.Single(FilesIn(next, "uploads"))));
        JsonElement done = await next.Api.PostAsync($"uploads/{id}/complete", PartIds(part));
        Assert.Equal(
            "abc",
            await next.Api.Http.GetStringAsync(
                $"files/{done.GetProperty("file").GetProperty("id").GetString()}/content"
            )
        );
    }

    [Fact]
    public async Task A_kill_while_the_file_was_made_leaves_the_upload_completable()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await BeginAsync(server.Api, 3),
            part = await AddAsync(server.Api, id, "abc");

        // What a kill leaves that comes after the file has its name and before it is known.
        File.WriteAllText(Path.Combine(server.Folder, "files", "file-unknown"), "abc");
        await using TestServer next = await server.RestartAsync(new TestTrainer());
        await next.Api.PostAsync($"uploads/{id}/complete", PartIds(part));

        Assert.NotEqual("file-unknown", Path.GetFileName(Assert.Single(FilesIn(next, "files"))));
    }

    [Fact]
    public async Task Sizes_and_numbers_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(configure: options =>
            options with
            {
                MaxPartBytes = 100,
                MaxUploadBytes = 250,
            }
        );
        JsonElement tooLarge = await server.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "uploads",
            Fields(251)
        );
        string id = await BeginAsync(server.Api, 250);
        (HttpStatusCode part, _) = await TryPartAsync(server.Api, id, new byte[101]);
        (HttpStatusCode empty, _) = await TryPartAsync(server.Api, id, []);
        (HttpStatusCode otherField, JsonElement missing) = await TryPartAsync(server.Api, id, [1], "file");
        for (int i = 0; i < 2; i++)
        {
            await AddAsync(server.Api, id, new string('x', 100));
        }

        (HttpStatusCode sum, _) = await TryPartAsync(server.Api, id, new byte[60]);
        for (int i = 1; i < UploadStore.MaxPending; i++)
        {
            await BeginAsync(server.Api, 1);
        }

        JsonElement tooMany = await server.Api.RefusedAsync(
            HttpStatusCode.BadRequest,
            HttpMethod.Post,
            "uploads",
            Fields(1)
        );
        await server.Api.PostAsync($"uploads/{id}/cancel");

        Assert.Equal("integer_above_max_value", tooLarge.GetProperty("code").GetString());
        Assert.Equal(
            [
                HttpStatusCode.RequestEntityTooLarge,
                HttpStatusCode.BadRequest,
                HttpStatusCode.BadRequest,
                HttpStatusCode.RequestEntityTooLarge,
            ],
            [part, empty, otherField, sum]
        );
        Assert.Equal("data", Api.ErrorOf(missing).GetProperty("param").GetString());
        Assert.Equal("too_many_uploads", tooMany.GetProperty("code").GetString());
        Assert.Empty(FilesIn(server, "uploads"));
        await BeginAsync(server.Api, 1);
    }

    [Theory]
    [InlineData("{}", "filename")]
    [InlineData("""{"filename":"a","purpose":"fine-tune","mime_type":"text/jsonl"}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"fine-tune","mime_type":"text/jsonl","bytes":0}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"fine-tune","mime_type":"text/jsonl","bytes":1.5}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"fine-tune","bytes":1}""", "mime_type")]
    [InlineData("""{"filename":"a","purpose":"fine-tune","mime_type":"image/png","bytes":1}""", "mime_type")]
    [InlineData("""{"filename":"a","purpose":"vision","mime_type":"text/jsonl","bytes":1}""", "mime_type")]
    [InlineData("""{"filename":"a","purpose":"assistants","mime_type":"nonsense","bytes":1}""", "mime_type")]
    [InlineData("""{"filename":"a","purpose":"fun","mime_type":"text/jsonl","bytes":1}""", "purpose")]
    [InlineData("""{"filename":"","purpose":"batch","mime_type":"text/jsonl","bytes":1}""", "filename")]
    [InlineData("""{"filename":"a","purpose":"batch","mime_type":"text/jsonl","bytes":1,"size":1}""", "size")]
    [InlineData(
        """{"filename":"a","purpose":"batch","mime_type":"text/jsonl","bytes":1,"expires_after":{"anchor":"created_at","seconds":1}}""",
        "expires_after.seconds"
    )]
    [InlineData(
        """{"filename":"a","purpose":"batch","mime_type":"text/jsonl","bytes":1,"expires_after":{"anchor":"now","seconds":7200}}""",
        "expires_after.anchor"
    )]
    public async Task Bad_fields_are_refused_by_name(string body, string param)
    {
        JsonElement error = await Api.RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "uploads", body);
        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task An_unknown_upload_is_not_found()
    {
        (HttpStatusCode part, JsonElement body) = await TryPartAsync(Api, "upload_none", [1]);
        Assert.Equal(HttpStatusCode.NotFound, part);
        Assert.Contains("upload_none", Api.ErrorOf(body).GetProperty("message").GetString());
        await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "uploads/upload_none/complete", PartIds("a"));
        await Api.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Post, "uploads/upload_none/cancel");
    }
}
