using System.Text;
using FineTuning.Core.Client;
using FineTuning.Core.Tests.Support;
using FineTuning.Tests.Shared;
using Xunit;

namespace FineTuning.Core.Tests.Http;

/// <summary>Uploads and downloads.</summary>
public sealed class TransferTests
{
    [Fact]
    public async Task An_upload_is_a_form_of_a_purpose_and_a_file()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        await client.CreateFileAsync(() => new MemoryStream("{\"a\":1}\n"u8.ToArray()), "train.jsonl", "fine-tune");

        StubRequest request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/v1/files"), (request.Method, request.Target));
        Assert.Matches("^multipart/form-data; boundary=[A-Za-z0-9-]+$", request["Content-Type"]);
        Assert.Equal(
            request.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            request["Content-Length"]
        );
        List<Part> parts = Parts(request);
        Assert.Equal(
            ["form-data; name=\"purpose\"", "form-data; name=\"file\"; filename=\"train.jsonl\""],
            parts.Select(p => p.Disposition)
        );
        Assert.Equal(["fine-tune", "{\"a\":1}\n"], parts.Select(p => p.Text));
        Assert.Equal([null, "application/octet-stream"], parts.Select(p => p.Type));
    }

    [Fact]
    public async Task A_part_is_a_form_of_its_data()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"part_1","upload_id":"upload_1"}"""));
        using FineTuningClient client = Testing.Client(server);
        Assert.Equal(
            "part_1",
            (await client.AddUploadPartAsync("upload_1", () => new MemoryStream("abc"u8.ToArray()))).Id
        );
        Assert.Equal(("POST", "/v1/uploads/upload_1/parts"), (server.Requests[0].Method, server.Requests[0].Target));
        Part part = Assert.Single(Parts(server.Requests[0]));
        Assert.Equal(("form-data; name=\"data\"; filename=\"part\"", "abc"), (part.Disposition, part.Text));
    }

    [Theory]
    [InlineData("a\"b.jsonl", "a'b.jsonl")]
    [InlineData("a\r\nX-Evil: 1.jsonl", "a  X-Evil: 1.jsonl")]
    [InlineData("a\nb", "a b")]
    [InlineData("a\0b\tc\u007fd", "a b c d")]
    [InlineData("größe.jsonl", "größe.jsonl")]
    [InlineData("日本語 📄.jsonl", "日本語 📄.jsonl")]
    [InlineData("a;b=c.jsonl", "a;b=c.jsonl")]
    [InlineData("../../etc/passwd", "../../etc/passwd")]
    public async Task A_file_name_arrives_as_utf_8_and_breaks_nothing(string name, string expected)
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        await client.CreateFileAsync(() => new MemoryStream("x"u8.ToArray()), name, "fine-tune");
        Part file = Parts(server.Requests[0])[1];
        Assert.Equal($"form-data; name=\"file\"; filename=\"{expected}\"", file.Disposition);
        Assert.Equal(2, file.HeaderCount);
        Assert.Equal("x", file.Text);
    }

    [Fact]
    public async Task An_upload_reports_its_bytes()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        var progress = new Reports<long>();
        await client.CreateFileAsync(() => new PatternStream(300_000), "a.bin", "fine-tune", progress);
        Assert.Equal([131072, 262144, 300_000], progress.Items);
        byte[] content = Parts(server.Requests[0])[1].Bytes;
        Assert.Equal(300_000, content.Length);
        Assert.True(content.Select((b, i) => b == i % 251).All(same => same));
    }

    [Fact]
    public async Task An_empty_file_is_sent_as_one()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        var progress = new Reports<long>();
        await client.CreateFileAsync(() => new MemoryStream(), "a", "fine-tune", progress);
        Assert.Empty(Parts(server.Requests[0])[1].Bytes);
        Assert.Empty(progress.Items);
    }

    [Fact]
    public async Task An_upload_starts_where_the_stream_stands()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        using FineTuningClient client = Testing.Client(server);
        await client.CreateFileAsync(() => new MemoryStream("abcdef"u8.ToArray()) { Position = 4 }, "a", "fine-tune");
        Assert.Equal("ef", Parts(server.Requests[0])[1].Text);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_no_fault_of_the_connection()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        string path = Path.Combine(AppContext.BaseDirectory, "no-such-file.jsonl");
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            client.CreateFileAsync(() => File.OpenRead(path), "a", "fine-tune")
        );
        Assert.Empty(clock.Delays);
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_no_fault_of_the_connection()
    {
        await using var server = StubServer.Replies(Reply.Json("""{"id":"file-1"}"""));
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        int opened = 0;
        IOException error = await Assert.ThrowsAsync<IOException>(() =>
            client.CreateFileAsync(
                () =>
                {
                    opened++;
                    return new SlowStream(_ => throw new IOException("The disk is broken."));
                },
                "a",
                "fine-tune"
            )
        );
        Assert.Equal("The disk is broken.", error.Message);
        Assert.Equal(1, opened);
        Assert.Empty(clock.Delays);
    }

    [Fact]
    public async Task A_target_that_cannot_be_written_is_no_fault_of_the_connection()
    {
        await using var server = StubServer.Replies(Reply.Raw(new byte[10]));
        var clock = new TestClock();
        using FineTuningClient client = Testing.Client(server, clock);
        using var target = new FullDisk();
        IOException error = await Assert.ThrowsAsync<IOException>(() => client.GetFileContentAsync("file-1", target));
        Assert.Equal("The disk is full.", error.Message);
        Assert.Equal(1, server.Count);
        Assert.Empty(clock.Delays);
    }

    [Fact]
    public async Task A_download_goes_where_the_stream_stands()
    {
        await using var server = StubServer.Replies(Reply.Raw("def"u8.ToArray()));
        using FineTuningClient client = Testing.Client(server);
        using var target = new MemoryStream();
        target.Write("abc"u8);
        var progress = new Reports<long>();
        Assert.Equal(3, await client.GetFileContentAsync("file-1", target, progress));
        Assert.Equal("abcdef", Encoding.ASCII.GetString(target.ToArray()));
        Assert.Equal([3], progress.Items);
    }

    [Fact]
    public async Task A_download_that_breaks_starts_again_at_its_own_beginning()
    {
        await using var server = StubServer.Replies(
            Reply.Raw("longer than the truth"u8.ToArray()) with
            {
                Length = 500,
                Ending = Ending.Close,
            },
            Reply.Error(500),
            Reply.Raw("de"u8.ToArray()) with
            {
                Length = 500,
                Ending = Ending.Reset,
            },
            Reply.Raw("def"u8.ToArray())
        );
        using FineTuningClient client = Testing.Client(server);
        using var target = new MemoryStream();
        target.Write("abc"u8);
        Assert.Equal(3, await client.GetFileContentAsync("file-1", target));
        Assert.Equal("abcdef", Encoding.ASCII.GetString(target.ToArray()));
        Assert.Equal(4, server.Count);
    }

    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData(1024 * 1024 - 1, false)]
    public async Task A_download_that_gets_on_has_all_its_repeats_again(int step, bool arrives)
    {
        byte[] content = new byte[6 * step];
        new Random(4).NextBytes(content);
        await using var server = new StubServer(exchange =>
        {
            string? range = exchange.Request["Range"];
            int from = range is null
                ? 0
                : int.Parse(range.Split('=', '-')[1], System.Globalization.CultureInfo.InvariantCulture);
            byte[] piece = content[from..(from + step)];
            Reply reply = Reply.Raw(piece).With("Accept-Ranges", "bytes") with { Length = content.Length - from };
            return exchange.SendAsync(
                from + step == content.Length ? Part(reply, from) : Part(reply, from) with { Ending = Ending.Close }
            );
        });
        using var client = new FineTuningClient(Testing.Options(server) with { MaxRetryCount = 1 }, null);
        using var target = new MemoryStream();
        if (arrives)
        {
            await client.GetFileContentAsync("file-1", target);
            Assert.Equal(content, target.ToArray());
        }
        else
        {
            Assert.Equal(2, (await Testing.FailsAsync(() => client.GetFileContentAsync("file-1", target))).Attempts);
        }

        Reply Part(Reply reply, int from) =>
            from == 0
                ? reply
                : reply.With("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}") with
                {
                    Status = 206,
                };
    }

    [Fact]
    public async Task A_download_of_many_bytes_is_exact()
    {
        byte[] content = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i % 251))];
        await using var server = StubServer.Replies(Reply.Raw(content));
        using FineTuningClient client = Testing.Client(server);
        using var target = new MemoryStream();
        var progress = new Reports<long>();
        Assert.Equal(content.Length, await client.GetFileContentAsync("file-1", target, progress));
        Assert.Equal(content, target.ToArray());
        Assert.Equal(content.Length, progress.Items[^1]);
        Assert.Equal(progress.Items.Order(), progress.Items);
    }

    [Fact]
    public async Task A_refused_download_leaves_the_target_as_it_was()
    {
        await using var server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        using var target = new MemoryStream();
        target.Write("abc"u8);
        await Testing.FailsAsync(() => client.GetFileContentAsync("file-1", target));
        Assert.Equal("abc", Encoding.ASCII.GetString(target.ToArray()));
    }

    [Fact]
    public async Task Without_a_stream_nothing_is_sent()
    {
        await using var server = StubServer.Replies(Reply.Error(404));
        using FineTuningClient client = Testing.Client(server);
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.CreateFileAsync(null!, "a", "fine-tune"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.GetFileContentAsync("file-1", null!));
        Assert.Equal(0, server.Count);
    }

    private static List<Part> Parts(StubRequest request)
    {
        string boundary = "--" + request["Content-Type"]!.Split("boundary=")[1];

        // One char a byte, so that positions agree.
        string body = Encoding.Latin1.GetString(request.Body);
        string[] pieces = body.Split(boundary);
        Assert.Equal(string.Empty, pieces[0]);
        Assert.Equal("--\r\n", pieces[^1]);
        return
        [
            .. pieces[1..^1]
                .Select(piece =>
                {
                    Assert.StartsWith("\r\n", piece, StringComparison.Ordinal);
                    Assert.EndsWith("\r\n", piece, StringComparison.Ordinal);
                    int end = piece.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    string[] headers = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(piece[2..end])).Split("\r\n");
                    return new Part(
                        Header("Content-Disposition"),
                        Header("Content-Type"),
                        headers.Length,
                        Encoding.Latin1.GetBytes(piece[(end + 4)..^2])
                    );

                    string? Header(string name) =>
                        headers
                            .FirstOrDefault(h => h.StartsWith(name + ": ", StringComparison.Ordinal))
                            ?[(name.Length + 2)..];
                }),
        ];
    }

    private sealed record Part(string? Disposition, string? Type, int HeaderCount, byte[] Bytes)
    {
        public string Text => Encoding.UTF8.GetString(Bytes);
    }

    private sealed class FullDisk : MemoryStream
    {
        public override Task WriteAsync(
            byte[] buffer,
            int offset,
            int count,
            System.Threading.CancellationToken cancellationToken
        ) => throw new IOException("The disk is full.");
    }
}

/// <summary>Counts what the whole process allocates, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const long Size = 64 * 1024 * 1024;

    [Fact]
    public async Task A_large_upload_passes_through_little_memory()
    {
        long received = 0;
        bool isExact = true;
        await using var server = new StubServer(
            async exchange =>
            {
                byte[] piece = new byte[64 * 1024];
                long position = -1;
                int matched = 0;
                int count;
                while ((count = await exchange.ReadBodyAsync(piece)) > 0)
                {
                    foreach (byte b in piece.AsSpan(0, count))
                    {
                        // The content begins behind the second blank line of the form; behind it stands only the last
                        // boundary.
                        if (position >= 0 && position < Size)
                        {
                            isExact &= b == position++ % 251;
                            received++;
                        }
                        else if (position < 0)
                        {
                            matched = b == "\r\n\r\n"[matched % 4] ? matched + 1 : matched / 4 * 4;
                            position = matched == 8 ? 0 : -1;
                        }
                    }
                }

                await exchange.SendAsync(Reply.Json("""{"id":"file-1"}"""));
            },
            scriptReadsBody: true
        );
        using FineTuningClient client = Testing.Client(server);
        long sent = 0;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await client
            .CreateFileAsync(() => new PatternStream(Size), "a.bin", "fine-tune", new Call<long>(n => sent = n))
            .WaitAsync(Testing.Timeout);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal((Size, Size, true), (sent, received, isExact));
        Assert.InRange(allocated, 0, 8 * 1024 * 1024);
    }

    [Fact]
    public async Task A_large_download_passes_through_little_memory()
    {
        await using var server = new StubServer(async exchange =>
        {
            byte[] piece = new byte[64 * 1024];
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Size}\r\n\r\n");
            for (long sent = 0; sent < Size; sent += piece.Length)
            {
                await exchange.SendAsync(piece);
            }
        });
        using FineTuningClient client = Testing.Client(server);
        using var target = new CountingStream();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal(Size, await client.GetFileContentAsync("file-1", target).WaitAsync(Testing.Timeout));
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(Size, target.Count);
        Assert.InRange(allocated, 0, 8 * 1024 * 1024);
    }

    private sealed class CountingStream : MemoryStream
    {
        public long Count { get; private set; }

        public override Task WriteAsync(
            byte[] buffer,
            int offset,
            int count,
            System.Threading.CancellationToken cancellationToken
        )
        {
            Count += count;
            return Task.CompletedTask;
        }
    }
}
