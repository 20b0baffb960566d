using System.Security.Cryptography;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Files.Uploading;

/// <summary>What services do with uploads that the local server does not do.</summary>
public sealed class UploaderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("finetuning-upload-");

    private string Source => Path.Combine(_folder.FullName, "größe.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_large_file_goes_in_one_request_where_a_service_takes_no_parts(int status)
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        await using var server = StubServer.Answers(request =>
            request.Target.EndsWith("/files", StringComparison.Ordinal) ? Reply.Json(FileJson) : Reply.Error(status)
        );
        using FineTuningClient client = Testing.Client(server);
        UploadResult result = await new FileUploader(client, new UploadOptions { LargestRequest = 9 }).UploadAsync(
            Source
        );
        Assert.Equal("file-1", result.File.Id);
        Assert.Equal("/v1/files", server.Requests[^1].Target);
        Assert.Contains("0123456789", server.Requests[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_that_were_asked_for_are_not_left_out()
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        await using var server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        UploadException e = await Assert.ThrowsAsync<UploadException>(() =>
            new FileUploader(client, new UploadOptions { PartBytes = 4 }).UploadAsync(Source)
        );
        Assert.Equal(UploadFault.NoParts, e.Fault);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(9, "/v1/uploads")]
    [InlineData(10, "/v1/files")]
    public async Task Above_the_largest_request_it_goes_in_parts(long largest, string first)
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        await using var server = StubServer.Answers(Answer);
        using FineTuningClient client = Testing.Client(server);
        await new FileUploader(client, new UploadOptions { LargestRequest = largest }).UploadAsync(Source);
        Assert.Equal(first, server.Requests[0].Target);
    }

    [Fact]
    public async Task What_is_sent_says_what_it_is()
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        await using var server = StubServer.Answers(Answer);
        using FineTuningClient client = Testing.Client(server);
        await new FileUploader(client, new UploadOptions { PartBytes = 4, ParallelParts = 1 }).UploadAsync(Source);
        Testing.AssertJson(
            """{"filename":"größe.jsonl","purpose":"fine-tune","bytes":10,"mime_type":"text/jsonl"}""",
            server.Requests[0].Text
        );
        Assert.Equal(["0123", "4567", "89"], server.Requests.Skip(1).Take(3).Select(request => Content(request.Text)));
        JsonElement complete = Testing.Parse(server.Requests[^1].Text);
        Assert.Equal(
            ["part_0123", "part_4567", "part_89"],
            complete.GetProperty("part_ids").EnumerateArray().Select(id => id.GetString())
        );
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData("0123456789"u8)), complete.GetProperty("md5").GetString());
    }

    [Fact]
    public async Task An_answer_before_the_whole_part_was_read_is_not_believed()
    {
        await File.WriteAllBytesAsync(Source, new byte[20_000_000]);
        await using var server = new StubServer(
            async exchange =>
            {
                bool isPart = exchange.Request.Target.EndsWith("/parts", StringComparison.Ordinal);
                if (!isPart)
                {
                    await exchange.ReadBodyAsync();
                }

                await exchange.SendAsync(
                    isPart ? PartReply("x") with { Ending = Ending.Close } : Reply.Json(UploadJson("pending"))
                );
            },
            scriptReadsBody: true
        );
        using FineTuningClient client = Testing.Client(server);
        await Testing.FailsAsync(() =>
            new FileUploader(client, new UploadOptions { PartBytes = 20_000_000 }).UploadAsync(Source)
        );
        Assert.DoesNotContain(
            server.Requests,
            request => request.Target.EndsWith("/complete", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("\"created_at\":1,", "3601", 1)]
    [InlineData("", "1795780800", 120)]
    [InlineData("\"created_at\":1,", "253402300799", 720)]
    [InlineData("\"created_at\":5,", "1", 1)]
    public async Task How_long_parts_are_kept_is_told_whatever_the_service_says(
        string created,
        string expires,
        int hours
    )
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        string upload =
            $$"""{"object":"upload","id":"upload_1","bytes":10,{{created}}"status":"pending","expires_at":{{expires}}}""";
        await using var server = StubServer.Answers(request =>
            request.Target.EndsWith("/uploads", StringComparison.Ordinal) ? Reply.Json(upload) : Reply.Error(403)
        );
        using FineTuningClient client = Testing.Client(server);
        var uploader = new FileUploader(
            client,
            new UploadOptions { PartBytes = 4, StateFolder = Path.Combine(_folder.FullName, "state") }
        );
        await Testing.FailsAsync(() => uploader.UploadAsync(Source));
        Assert.Equal(TestClock.Start + TimeSpan.FromHours(hours), uploader.Pending?.ExpiresAt);
    }

    [Fact]
    public async Task Parts_that_are_too_many_are_refused_and_nothing_is_asked()
    {
        await File.WriteAllBytesAsync(Source, new byte[10_001]);
        await using var server = StubServer.Answers(Answer);
        using FineTuningClient client = Testing.Client(server);
        UploadException e = await Assert.ThrowsAsync<UploadException>(() =>
            new FileUploader(client, new UploadOptions { PartBytes = 1 }).UploadAsync(Source)
        );
        Assert.Equal(UploadFault.TooManyParts, e.Fault);
        Assert.Contains("10001 parts", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_the_service_still_makes_is_waited_for(bool isRefused)
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        int completions = 0,
            looks = 0;
        await using var server = StubServer.Answers(request =>
            request.Target.EndsWith("/complete", StringComparison.Ordinal)
                ? !isRefused
                    ? Reply.Json(UploadJson("pending"))
                    : completions++ == 0
                        ? Reply.Error(500)
                        : Reply.Error(400, message: "It is being completed.")
                : request.Target.Contains("/files", StringComparison.Ordinal)
                    ? Reply.Json(
                        Testing.List(
                            looks++ < 5 ? [] : [FileJson.Replace("\"x\"", "\"größe.jsonl\"", StringComparison.Ordinal)]
                        )
                    )
                    : Answer(request)
        );
        using FineTuningClient client = Testing.Client(server);
        UploadResult result = await new FileUploader(client, new UploadOptions { PartBytes = 4 }).UploadAsync(Source);
        Assert.Equal(("file-1", 6), (result.File.Id, looks));
    }

    [Fact]
    public async Task Files_that_cannot_be_listed_say_nothing_of_the_upload()
    {
        await File.WriteAllTextAsync(Source, "0123456789");
        await using var server = StubServer.Answers(request =>
            request.Target.EndsWith("/complete", StringComparison.Ordinal) ? Reply.Json(UploadJson("pending"))
            : request.Target.Contains("/files", StringComparison.Ordinal) ? Reply.Error(404)
            : Answer(request)
        );
        using FineTuningClient client = Testing.Client(server);
        UploadException e = await Assert.ThrowsAsync<UploadException>(() =>
            new FileUploader(client, new UploadOptions { PartBytes = 4 }).UploadAsync(Source)
        );
        Assert.Equal(UploadFault.OutcomeUnknown, e.Fault);
        Assert.Contains("cannot be listed", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fine-tune", "a.jsonl", "text/jsonl")]
    [InlineData("fine-tune", "a", "text/jsonl")]
    [InlineData("user_data", "A.PDF", "application/pdf")]
    [InlineData("user_data", "a.xyz", "application/octet-stream")]
    public void A_file_has_a_type(string purpose, string name, string type) =>
        Assert.Equal(type, UploadTypes.Of(purpose, name));

    [Fact]
    public void The_rate_is_that_of_the_last_moments_and_repeats_do_not_count()
    {
        var clock = new TestClock();
        var reports = new Reports<UploadProgress>();
        var meter = new UploadMeter(reports, clock, total: 1000);
        meter.Begin(UploadStage.Sending, done: 200, parts: 1, partCount: 5);
        Assert.Null(reports.Items[^1].BytesPerSecond);
        Turn(10);
        meter.Set(1, 100);
        Assert.Equal(
            (300L, 10.0, 70.0),
            (reports.Items[^1].Bytes, reports.Items[^1].BytesPerSecond, reports.Items[^1].TimeLeft?.TotalSeconds)
        );
        meter.Set(1, 0);
        Assert.Equal(200, reports.Items[^1].Bytes);
        Turn(10);
        meter.Set(1, 200);
        Assert.Equal((400L, 10.0), (reports.Items[^1].Bytes, reports.Items[^1].BytesPerSecond));
        meter.Finish(1, 200);
        Assert.Equal((400L, 2), (reports.Items[^1].Bytes, reports.Items[^1].Parts));

        void Turn(int seconds) => _ = clock.DelayAsync(TimeSpan.FromSeconds(seconds), default);
    }

    private const string FileJson =
        """{"object":"file","id":"file-1","bytes":10,"created_at":1,"filename":"x","purpose":"fine-tune"}""";

    private static string UploadJson(string status) =>
        $$"""{"object":"upload","id":"upload_1","bytes":10,"created_at":1,"filename":"x","purpose":"fine-tune","status":"{{status}}","expires_at":3601,"file":{{(status == "completed" ? FileJson : "null")}}}""";

    private static Reply PartReply(string name) =>
        Reply.Json($$"""{"object":"upload.part","id":"part_{{name}}","created_at":1,"upload_id":"upload_1"}""");

    private static string Content(string form) => form.Split("\r\n\r\n")[1].Split("\r\n")[0];

    private static Reply Answer(StubRequest request) =>
        request.Target.Split('/')[^1] switch
        {
            "files" => Reply.Json(FileJson),
            "uploads" => Reply.Json(UploadJson("pending")),
            "parts" => PartReply(Content(request.Text)),
            _ => Reply.Json(UploadJson("completed")),
        };
}
