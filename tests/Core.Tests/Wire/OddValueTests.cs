using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Http;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Wire;

/// <summary>One odd value takes nothing else away: it is understood, or its property is empty, it is kept, and one
/// warning tells of its object. The other objects of the list come, with one request.</summary>
public sealed class OddValueTests
{
    /// <summary>The list, the entry's odd member, what is read of the entry, and the place that is told; null is
    /// none.</summary>
    public static TheoryData<string, string, string, string?> Values =>
        new()
        {
            { "jobs", "\"finished_at\":1758849620123", "finished 1758849620", null },
            { "jobs", "\"finished_at\":\"2025-09-26T01:20:20Z\"", "finished 1758849620", null },
            { "jobs", "\"finished_at\":\"soon\"", "", "finished_at" },
            { "jobs", "\"finished_at\":{}", "", "finished_at" },
            { "jobs", "\"created_at\":null", "", null },
            { "jobs", "\"created_at\":[]", "", "created_at" },
            { "jobs", "\"error\":\"out of memory\"", "error out of memory", null },
            { "jobs", "\"error\":\"\"", "", null },
            { "jobs", "\"error\":[]", "", null },
            { "jobs", "\"error\":false", "", null },
            { "jobs", "\"error\":{\"code\":500,\"message\":\"m\"}", "error m 500", null },
            { "jobs", "\"error\":7", "error 7", null },
            {
                "jobs",
                "\"result_files\":[{\"id\":\"file-1\",\"object\":\"file\"},\"file-2\"]",
                "files file-1 file-2",
                null
            },
            { "jobs", "\"result_files\":{\"data\":[{\"id\":\"file-1\"}]}", "files file-1", null },
            { "jobs", "\"result_files\":\"file-1\"", "files file-1", null },
            { "jobs", "\"result_files\":[\"file-1\",{}]", "files file-1", "result_files[1]" },
            { "jobs", "\"training_file\":{\"id\":\"file-1\"}", "training file-1", null },
            { "jobs", "\"trained_tokens\":\"12\"", "tokens 12", null },
            { "jobs", "\"trained_tokens\":12.0", "tokens 12", null },
            { "jobs", "\"trained_tokens\":\" 1.2e1 \"", "tokens 12", null },
            { "jobs", "\"trained_tokens\":\"many\"", "", "trained_tokens" },
            { "jobs", "\"model\":7", "model 7", null },
            { "jobs", "\"method\":\"dpo\"", "method dpo", null },
            { "jobs", "\"method\":7.5", "method 7.5", null },
            { "jobs", "\"metadata\":[]", "", null },
            { "jobs", "\"metadata\":{\"a\":1,\"b\":\"x\"}", "pairs a=1 b=x", null },
            { "jobs", "\"metadata\":{\"a\":[],\"b\":\"x\"}", "pairs b=x", "metadata.a" },
            {
                "jobs",
                "\"hyperparameters\":{\"n_epochs\":\"many\",\"batch_size\":2}",
                "batch 2",
                "hyperparameters.n_epochs"
            },
            { "jobs", "\"status\":7", "status 7", null },
            { "jobs", "\"status\":[7]", "", "status" },
            { "jobs", "\"fine_tuned_model\":\"\\ud83d\"", "made \uFFFD", null },
            { "events", "\"created_at\":1758849620123", "at 1758849620", null },
            { "events", "\"created_at\":\"soon\"", "", "created_at" },
            { "events", "\"message\":12", "says 12", null },
            { "events", "\"message\":{}", "", "message" },
            { "events", "\"level\":[]", "", "level" },
            { "checkpoints", "\"step_number\":\"7\"", "step 7", null },
            { "checkpoints", "\"step_number\":null", "", null },
            { "checkpoints", "\"step_number\":7.5", "", "step_number" },
            {
                "checkpoints",
                "\"metrics\":{\"train_loss\":\"high\",\"valid_loss\":\"0.5\"}",
                "valid 0.5",
                "metrics.train_loss"
            },
            { "checkpoints", "\"metrics\":[]", "", null },
            { "files", "\"bytes\":\"12\"", "bytes 12", null },
            { "files", "\"bytes\":\"a lot\"", "", "bytes" },
            { "files", "\"expires_at\":0", "", null },
            { "files", "\"filename\":[]", "", "filename" },
            { "files", "\"status\":2", "status 2", null },
            { "models", "\"created\":\"2025-09-26T01:20:20Z\"", "at 1758849620", null },
            { "models", "\"owned_by\":{\"id\":\"o\"}", "by o", null },
            { "models", "\"owned_by\":{}", "", "owned_by" },
            { "permissions", "\"created_at\":1758849620123", "at 1758849620", null },
            { "permissions", "\"project_id\":{\"id\":\"p\"}", "project p", null },
            { "permissions", "\"project_id\":[]", "", "project_id" },
        };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task One_odd_value_takes_nothing_else_away(string list, string member, string expected, string? told)
    {
        await using var server = StubServer.Replies(
            Reply.Json(
                $$"""{"object":"list","data":[{"id":"a"},{"id":"odd",{{member}}},{"id":"b"}],"has_more":false}"""
            )
        );
        using FineTuningClient client = Testing.Client(server);
        var observer = new Observer();
        IReadOnlyList<Resource> items = await ListAsync(client.WithObserver(observer), list);
        Assert.Equal(3, items.Count);
        Assert.Equal(expected, Show(items[1]));
        Assert.Equal(1, server.Count);
        string name = member.Split('"')[1];
        if (told is null)
        {
            Assert.Empty(observer.Odd);
            Assert.False(items[1].AdditionalFields?.ContainsKey(name) == true);
        }
        else
        {
            Assert.Equal(
                $"The {list[..^1]} odd has values that cannot be understood and are kept as they came: {told}.",
                Assert.Single(observer.Odd)
            );
            Testing.AssertJson(
                Testing.Parse($"{{{member}}}").GetProperty(name).GetRawText(),
                items[1].AdditionalFields![name].GetRawText()
            );
        }
    }

    [Theory]
    [InlineData("""[{"id":"a"},{"id":"b"}]""", 2, 0)]
    [InlineData("""{"object":"list","data":null}""", 0, 0)]
    [InlineData("""{"data":[{"id":"a"},null,"x",7,{"id":"b"}]}""", 2, 3)]
    [InlineData("""{"data":[{"id":"a","id":"b"}],"object":7}""", 1, 0)]
    [InlineData("""{"data":[{"id":"a"}],"has_more":"false"}""", 1, 0)]
    [InlineData("""{"data":[{"id":"a"}],"has_more":[1]}""", 1, 1)]
    [InlineData("""{"data":[{"id":"a"}],"error":{"message":"The rest is lost."}}""", 1, 1)]
    public async Task A_list_gives_what_can_be_read_of_it(string body, int items, int warnings)
    {
        await using var server = StubServer.Replies(Reply.Json(body));
        using FineTuningClient client = Testing.Client(server);
        var observer = new Observer();
        Assert.Equal(items, (await client.WithObserver(observer).ListJobsAsync()).Data.Count);
        Assert.Equal(warnings, observer.Odd.Count);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("\"\"")]
    [InlineData("\"0\"")]
    [InlineData("-62135596801")]
    public void What_means_no_time_is_none(string wire)
    {
        JobResource job = JsonSerializer.Deserialize(
            $$"""{"id":"j","estimated_finish":{{wire}},"finished_at":{{wire}},"created_at":{{wire}}}""",
            WireContext.Default.JobResource
        )!;
        Assert.Equal((null, null, default), (job.EstimatedFinish, job.FinishedAt, job.CreatedAt));
    }

    private static async Task<IReadOnlyList<Resource>> ListAsync(FineTuningClient client, string list) =>
        list switch
        {
            "jobs" => (await client.ListJobsAsync()).Data,
            "events" => (await client.ListEventsAsync("j")).Data,
            "checkpoints" => (await client.ListCheckpointsAsync("j")).Data,
            "files" => (await client.ListFilesAsync()).Data,
            "models" => (await client.ListModelsAsync()).Data,
            _ => (await client.ListPermissionsAsync("c")).Data,
        };

    private static string Show(Resource item)
    {
        List<string> found = [];
        switch (item)
        {
            case JobResource job:
                Add("finished", job.FinishedAt?.ToUnixTimeSeconds());
                Add("error", job.Error is null ? null : $"{job.Error.Message} {job.Error.Code}".Trim());
                Add("files", job.ResultFiles is null ? null : string.Join(" ", job.ResultFiles));
                Add("training", job.TrainingFile);
                Add("tokens", job.TrainedTokens);
                Add("model", job.Model);
                Add("method", job.Method?.Type);
                Add(
                    "pairs",
                    job.Metadata is null ? null : string.Join(" ", job.Metadata.Select(p => $"{p.Key}={p.Value}"))
                );
                Add("batch", job.Hyperparameters?.BatchSize);
                Add("status", job.Status.Value);
                Add("made", job.FineTunedModel);
                break;
            case EventResource e:
                Add("at", Seconds(e.CreatedAt));
                Add("says", e.Message);
                break;
            case CheckpointResource checkpoint:
                Add("step", checkpoint.StepNumber == 0 ? null : checkpoint.StepNumber);
                Add("valid", checkpoint.Metrics?.ValidLoss);
                break;
            case FileResource file:
                Add("bytes", file.Bytes);
                Add("expires", file.ExpiresAt);
                Add("status", file.Status);
                break;
            case ModelResource model:
                Add("at", Seconds(model.Created));
                Add("by", model.OwnedBy);
                break;
            case PermissionResource permission:
                Add("at", Seconds(permission.CreatedAt));
                Add("project", permission.ProjectId);
                break;
        }

        return string.Join(", ", found);

        void Add(string name, object? value)
        {
            string text = FormattableString.Invariant($"{value}");
            if (text.Length > 0)
            {
                found.Add($"{name} {text}");
            }
        }

        static long? Seconds(DateTimeOffset time) => time == default ? null : time.ToUnixTimeSeconds();
    }

    private sealed class Observer : IApiObserver
    {
        public List<string> Odd { get; } = [];

        public bool WantsBodies => false;

        public void OnTrace(ApiTrace trace)
        {
            if (trace.Kind == ApiTraceKind.Odd)
            {
                lock (Odd)
                {
                    Odd.Add(trace.Reason!);
                }
            }
        }
    }
}
