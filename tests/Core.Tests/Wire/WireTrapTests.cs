using System.Globalization;
using System.Text.Json;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Wire;

/// <summary>What providers send that the documents do not promise.</summary>
public sealed class WireTrapTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData(""","error":null""", null)]
    [InlineData(""","error":{}""", true)]
    [InlineData(""","error":{"code":null,"message":null,"param":null}""", true)]
    [InlineData(""","error":{"code":"invalid_training_file","message":"Line 3","param":"training_file"}""", false)]
    [InlineData(""","error":{"message":"Only words"}""", false)]
    [InlineData(""","error":{"code":"c"}""", false)]
    [InlineData(""","error":{"param":"p"}""", false)]
    public void Error_can_be_absent_null_empty_or_real(string more, bool? isEmpty) =>
        Assert.Equal(isEmpty, Job(more).Error?.IsEmpty);

    [Fact]
    public void An_empty_error_stays_an_empty_object() =>
        Testing.AssertJson("{}", Testing.Parse(Write(Job(""","error":{}"""))).GetProperty("error").GetRawText());

    [Theory]
    [InlineData("organization_id")]
    [InlineData("result_files")]
    [InlineData("hyperparameters")]
    [InlineData("metadata")]
    [InlineData("seed")]
    [InlineData("integrations")]
    [InlineData("method")]
    [InlineData("trained_tokens")]
    [InlineData("estimated_finish")]
    [InlineData("finished_at")]
    [InlineData("validation_file")]
    [InlineData("training_file")]
    [InlineData("fine_tuned_model")]
    public void A_member_can_be_null_or_absent(string member)
    {
        foreach (string more in new[] { string.Empty, $",\"{member}\":null" })
        {
            JobResource job = Job(more);
            JsonElement again = Testing.Parse(Write(job));
            Assert.Equal(JsonValueKind.Null, again.GetProperty(member).ValueKind);
            Assert.Null(job.AdditionalFields);
        }
    }

    [Fact]
    public void A_job_of_another_provider_may_have_next_to_nothing()
    {
        JobResource job = JsonSerializer.Deserialize("""{"id":"ftjob-1"}""", WireContext.Default.JobResource)!;
        Assert.Equal("ftjob-1", job.Id);
        Assert.Equal(string.Empty, job.Status.Value);
        Assert.False(job.Status.IsFinished);
        Assert.Null(job.Method);
        Assert.Equal(string.Empty, job.Model);
    }

    [Fact]
    public void Members_that_are_never_null_have_their_default_when_they_are_null_or_absent()
    {
        foreach (string body in new[] { "{}", """{"object":null,"data":null}""" })
        {
            ListResource<JobResource> list = JsonSerializer.Deserialize(
                body,
                WireContext.Default.ListResourceJobResource
            )!;
            Assert.Empty(list.Data);
            Assert.Equal("list", list.Kind);
            Assert.False(list.HasMore);
        }

        foreach (string body in new[] { "{}", """{"object":null,"id":null,"message":null,"level":null}""" })
        {
            EventResource item = JsonSerializer.Deserialize(body, WireContext.Default.EventResource)!;
            Assert.Equal(new EventResource { CreatedAt = default }, item);
            Assert.Equal((string.Empty, string.Empty, "info"), (item.Id, item.Message, item.Level));
        }

        FileResource file = JsonSerializer.Deserialize("""{"filename":null}""", WireContext.Default.FileResource)!;
        Assert.Equal((string.Empty, string.Empty, "file"), (file.FileName, file.Purpose, file.Kind));
        Assert.Equal(
            new CheckpointResource(),
            JsonSerializer.Deserialize("{}", WireContext.Default.CheckpointResource)
        );
        Assert.Equal(
            new PermissionResource(),
            JsonSerializer.Deserialize("{}", WireContext.Default.PermissionResource)
        );
        Assert.Equal(new ModelResource(), JsonSerializer.Deserialize("{}", WireContext.Default.ModelResource));
        Assert.Equal("supervised", Job(",\"method\":{}").Method!.Type);
        Assert.Equal("wandb", Job(",\"integrations\":[{}]").Integrations![0].Type);
    }

    [Theory]
    [InlineData("\"auto\"", null)]
    [InlineData("\"AUTO\"", null)]
    [InlineData("3", 3)]
    [InlineData("3.0", 3)]
    [InlineData("\"3\"", 3)]
    [InlineData("3e0", 3)]
    [InlineData("30E-1", 3)]
    [InlineData("0", 0)]
    [InlineData("-1", -1)]
    [InlineData("2147483647", int.MaxValue)]
    public void A_whole_hyperparameter_is_auto_or_a_number(string wire, int? expected)
    {
        Hyperparameters parameters = Read(wire, "n_epochs");
        Assert.Equal(expected, parameters.EpochCount!.Value.Value);
        Assert.Equal(expected is null, parameters.EpochCount.Value.IsAuto);
    }

    [Theory]
    [InlineData("\"auto\"", null)]
    [InlineData("2", 2.0)]
    [InlineData("0.1", 0.1)]
    [InlineData("\"0.1\"", 0.1)]
    [InlineData("4.77e-06", 4.77e-06)]
    [InlineData("\"1E+2\"", 100.0)]
    [InlineData("-0", -0.0)]
    [InlineData("1.7976931348623157E308", double.MaxValue)]
    [InlineData("5e-324", double.Epsilon)]
    public void A_fractional_hyperparameter_is_auto_or_a_number(string wire, double? expected) =>
        Assert.Equal(expected, Read(wire, "learning_rate_multiplier").LearningRateMultiplier!.Value.Value);

    [Theory]
    [InlineData("n_epochs", "1.5")]
    [InlineData("n_epochs", "2147483648")]
    [InlineData("n_epochs", "\"many\"")]
    [InlineData("n_epochs", "\"1,5\"")]
    [InlineData("n_epochs", "true")]
    [InlineData("n_epochs", "\"NaN\"")]
    [InlineData("batch_size", "[1]")]
    [InlineData("batch_size", "{}")]
    [InlineData("beta", "\"\"")]
    [InlineData("beta", "\"NaN\"")]
    [InlineData("beta", "\"Infinity\"")]
    [InlineData("beta", "1e999")]
    public void What_is_no_number_is_refused_by_name(string member, string wire)
    {
        JsonException fault = Assert.Throws<JsonException>(() => Read(wire, member));
        Assert.EndsWith(member, fault.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_hyperparameters_are_not_auto()
    {
        Hyperparameters parameters = Read("null", "n_epochs");
        Assert.Null(parameters.EpochCount);
        Assert.Equal("{}", JsonSerializer.Serialize(parameters, WireContext.Default.Hyperparameters));
    }

    [Fact]
    public void Auto_or_a_number_compares_and_prints_without_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            Assert.Equal("0.5", new AutoOr<double>(0.5).ToString());
            Assert.Equal("auto", AutoOr<int>.Auto.ToString());
            Assert.Equal(0.5, Read("\"0.5\"", "beta").Beta!.Value.Value);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.True(AutoOr<int>.Auto == default);
        Assert.True(new AutoOr<int>(0) != AutoOr<int>.Auto);
        Assert.Equal(new AutoOr<int>(3).GetHashCode(), ((AutoOr<int>)3).GetHashCode());
        Assert.False(new AutoOr<int>(3).Equals((object)3));
    }

    [Theory]
    [InlineData("validating_files", false)]
    [InlineData("queued", false)]
    [InlineData("running", false)]
    [InlineData("pausing", false)]
    [InlineData("paused", false)]
    [InlineData("resuming", false)]
    [InlineData("pending", false)]
    [InlineData("notRunning", false)]
    [InlineData("brand_new", false)]
    [InlineData("", false)]
    [InlineData("succeeded", true)]
    [InlineData("failed", true)]
    [InlineData("cancelled", true)]
    [InlineData("canceled", true)]
    [InlineData("Succeeded", true)]
    [InlineData("completed", true)]
    [InlineData("error", true)]
    [InlineData("expired", true)]
    [InlineData("deleted", true)]
    [InlineData("in_progress", false)]
    [InlineData("cancel_requested", false)]
    public void A_status_is_kept_as_it_came(string word, bool isFinished)
    {
        JobResource job = JsonSerializer.Deserialize(Testing.Job(status: word), WireContext.Default.JobResource)!;
        Assert.Equal(word, job.Status.Value);
        Assert.Equal(word, job.Status.ToString());
        Assert.Equal(isFinished, job.Status.IsFinished);
        Assert.Equal(word, Testing.Parse(Write(job)).GetProperty("status").GetString());
    }

    [Fact]
    public void Both_spellings_of_cancelled_are_one_status()
    {
        var azure = new JobStatus("Canceled");
        Assert.True(azure == JobStatus.Cancelled);
        Assert.Equal(azure.GetHashCode(), JobStatus.Cancelled.GetHashCode());
        Assert.Single(new HashSet<JobStatus> { azure, JobStatus.Cancelled, new("CANCELLED") });
        Assert.True(azure != JobStatus.Failed);
        Assert.False(azure.Equals("cancelled"));
    }

    [Fact]
    public void A_status_is_compared_alike_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.True(new JobStatus("FAILED") == JobStatus.Failed);
            Assert.True(new JobStatus("RUNNING") == JobStatus.Running);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    public void A_status_that_is_no_text(string wire)
    {
        string body = $$"""{"id":"ftjob-1","status":{{wire}}}""";
        if (wire == "null")
        {
            Assert.Equal(string.Empty, JsonSerializer.Deserialize(body, WireContext.Default.JobResource)!.Status.Value);
        }
        else
        {
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(body, WireContext.Default.JobResource));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"step":1,"train_loss":4.77e-06,"deep":{"a":[null,true]}}""")]
    [InlineData("[1,\"b\"]")]
    [InlineData("\"text\"")]
    [InlineData("12.50")]
    public void The_data_of_an_event_is_kept_whatever_it_is(string data)
    {
        EventResource item = Event($",\"data\":{data}");
        string again = JsonSerializer.Serialize(item, WireContext.Default.EventResource);
        Testing.AssertJson(data, Testing.Parse(again).GetProperty("data").GetRawText());
        Assert.Equal(data == "null", item.Data is null);
    }

    [Fact]
    public void An_event_may_have_no_data_type_or_level()
    {
        EventResource item = JsonSerializer.Deserialize(
            """{"id":"e","created_at":1,"message":"m"}""",
            WireContext.Default.EventResource
        )!;
        Assert.Null(item.Data);
        Assert.Null(item.Type);
        Assert.Equal("info", item.Level);
    }

    [Theory]
    [InlineData("type", "reward")]
    [InlineData("type", "moderation_checks")]
    [InlineData("level", "debug")]
    [InlineData("level", "fatal")]
    public void Unknown_words_of_an_event_are_kept(string member, string word)
    {
        string again = JsonSerializer.Serialize(
            JsonSerializer.Deserialize(
                $$"""{"id":"e","created_at":1,"message":"m","{{member}}":"{{word}}"}""",
                WireContext.Default.EventResource
            )!,
            WireContext.Default.EventResource
        );
        Assert.Equal(word, Testing.Parse(again).GetProperty(member).GetString());
    }

    [Theory]
    [InlineData("4.77e-06", 4.77e-06)]
    [InlineData("1E2", 100.0)]
    [InlineData("0", 0.0)]
    [InlineData("\"0.25\"", 0.25)]
    [InlineData("null", null)]
    [InlineData("12345678901234567890123", 12345678901234567890123.0)]
    public void Checkpoint_metrics_take_every_form_of_a_number(string wire, double? expected) =>
        Assert.Equal(expected, Metrics($$"""{"train_loss":{{wire}}}""").TrainLoss);

    [Fact]
    public void Checkpoint_metrics_can_be_missing_and_others_can_appear()
    {
        CheckpointMetrics metrics = Metrics(
            """{"step":2,"train_mean_reward":0.5,"full_valid_mean_reward":1e-1,"usage":{"a":1}}"""
        );
        Assert.Equal(2, metrics.Step);
        Assert.Null(metrics.TrainLoss);
        Assert.Null(metrics.FullValidLoss);
        Assert.Null(metrics.FullValidMeanTokenAccuracy);
        Assert.Equal(["full_valid_mean_reward", "train_mean_reward", "usage"], metrics.AdditionalFields!.Keys.Order());
        Assert.Equal(0.1, metrics.AdditionalFields["full_valid_mean_reward"].GetDouble());
        Assert.DoesNotContain(
            "train_loss",
            JsonSerializer.Serialize(metrics, WireContext.Default.CheckpointMetrics),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Every_documented_metric_has_its_property()
    {
        CheckpointMetrics metrics = Metrics(
            """
            {"step":1,"train_loss":2,"train_mean_token_accuracy":3,"valid_loss":4,"valid_mean_token_accuracy":5,"full_valid_loss":6,
            "full_valid_mean_token_accuracy":7}
            """
        );
        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7],
            new[]
            {
                metrics.Step,
                metrics.TrainLoss,
                metrics.TrainMeanTokenAccuracy,
                metrics.ValidLoss,
                metrics.ValidMeanTokenAccuracy,
                metrics.FullValidLoss,
                metrics.FullValidMeanTokenAccuracy,
            }.Select(m => (int)m!.Value)
        );
        Assert.Null(metrics.AdditionalFields);
    }

    [Theory]
    [InlineData("1758849620", 1758849620)]
    [InlineData("1758849620.0", 1758849620)]
    [InlineData("1758849620.75", 1758849620)]
    [InlineData("1.75884962e9", 1758849620)]
    [InlineData("\"1758849620\"", 1758849620)]
    [InlineData("\"1758849620.5\"", 1758849620)]
    [InlineData("\"2025-09-26T01:20:20Z\"", 1758849620)]
    [InlineData("\"2025-09-26T01:20:20\"", 1758849620)]
    [InlineData("\"2025-09-26T03:20:20+02:00\"", 1758849620)]
    [InlineData("253402300799", 253402300799)]
    [InlineData("1758849620123", 1758849620)]
    [InlineData("\"1758849620123\"", 1758849620)]
    [InlineData("1758849620123456", 1758849620)]
    [InlineData("1758849620123456789", 1758849620)]
    public void A_time_has_many_forms(string wire, long seconds)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Neither the decimal comma nor the Thai calendar may get in.
            foreach (string culture in new[] { "", "de-DE", "th-TH" })
            {
                CultureInfo.CurrentCulture = new CultureInfo(culture);
                Assert.Equal(seconds, Job($",\"estimated_finish\":{wire}").EstimatedFinish!.Value.ToUnixTimeSeconds());
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("\"soon\"")]
    [InlineData("\"NaN\"")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("1e300")]
    [InlineData("1e21")]
    public void What_is_no_time_is_refused_by_name(string wire) =>
        Assert.Equal(
            "$.estimated_finish",
            Assert.Throws<JsonException>(() => Job($",\"estimated_finish\":{wire}")).Path
        );

    [Theory]
    [InlineData("trained_tokens", "9007199254740993", 9007199254740993)]
    [InlineData("trained_tokens", "\"12\"", 12)]
    [InlineData("seed", "4294967296", 4294967296)]
    [InlineData("seed", "-5", -5)]
    [InlineData("seed", "0", 0)]
    public void Whole_numbers_are_exact(string member, string wire, long expected)
    {
        JobResource job = Job($",\"{member}\":{wire}");
        Assert.Equal(expected, member == "seed" ? job.Seed : job.TrainedTokens);
    }

    [Fact]
    public void Unknown_fields_survive_at_every_depth()
    {
        const string Body = """
            {"object":"fine_tuning.job","id":"j","model":"m","created_at":1,"finished_at":null,"estimated_finish":null,"fine_tuned_model":null,
            "organization_id":null,"result_files":["file-1"],"status":"queued","training_file":"file-1","validation_file":null,"hyperparameters":
            {"n_epochs":1,"h":"x"},"trained_tokens":null,"error":{"code":"c","new":[]},"seed":1,"integrations":[{"type":"wandb","wandb":{"project":"p",
            "w":1},"i":2}],"metadata":{"a":"b"},"method":{"type":"grpo","grpo":{"k":4},"supervised":{"hyperparameters":{"n_epochs":1,"q":0.10},"o":true}},
            "top":{"a":[{"b":null}]}}
            """;
        JobResource job = JsonSerializer.Deserialize(Body, WireContext.Default.JobResource)!;
        Testing.AssertJson(Body, Write(job));
        Assert.Null(job.Method!.Options);
    }

    [Theory]
    [InlineData("\"invalid\"", "invalid")]
    [InlineData("404", "404")]
    [InlineData("null", null)]
    public void An_error_code_is_a_word_or_a_number(string wire, string? expected) =>
        Assert.Equal(
            expected,
            JsonSerializer
                .Deserialize($$$"""{"error":{"code":{{{wire}}}}}""", WireContext.Default.ErrorBody)!
                .Error!.Code
        );

    private static JobResource Job(string more) =>
        JsonSerializer.Deserialize(Testing.Job(more: more), WireContext.Default.JobResource)!;

    private static string Write(JobResource job) => JsonSerializer.Serialize(job, WireContext.Default.JobResource);

    private static EventResource Event(string more) =>
        JsonSerializer.Deserialize(Testing.Event("e", more: more), WireContext.Default.EventResource)!;

    private static CheckpointMetrics Metrics(string json) =>
        JsonSerializer.Deserialize(json, WireContext.Default.CheckpointMetrics)!;

    private static Hyperparameters Read(string wire, string member) =>
        JsonSerializer.Deserialize($$"""{"{{member}}":{{wire}}}""", WireContext.Default.Hyperparameters)!;
}
