using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Wire;

/// <summary>Bodies as the service sent them: all of them are understood, and nothing of them is lost.</summary>
public sealed class RecordedBodyTests
{
    [Theory]
    [InlineData("list-jobs.json")]
    [InlineData("list-events.json")]
    [InlineData("list-checkpoints.json")]
    [InlineData("error-invalid-training-file.json")]
    [InlineData("error-model-not-available.json")]
    public void Every_member_survives_a_round_trip(string name)
    {
        JsonTypeInfo type = name switch
        {
            "list-jobs.json" => WireContext.Default.ListResourceJobResource,
            "list-events.json" => WireContext.Default.ListResourceEventResource,
            "list-checkpoints.json" => WireContext.Default.ListResourceCheckpointResource,
            _ => WireContext.Default.ErrorBody,
        };
        string body = Testing.Recorded(name);
        object? value = JsonSerializer.Deserialize(body, type);
        Assert.NotNull(value);
        string again = JsonSerializer.Serialize(value, type);
        Assert.Empty(Lost(Testing.Parse(body), Testing.Parse(again), "$"));
    }

    [Fact]
    public void Every_recorded_body_has_a_test()
    {
        IEnumerable<string?> files = System
            .IO.Directory.GetFiles(System.IO.Path.Combine(System.AppContext.BaseDirectory, "Recorded"))
            .Select(System.IO.Path.GetFileName);
        object?[] tested = typeof(RecordedBodyTests)
            .GetMethod(nameof(Every_member_survives_a_round_trip))!
            .GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a =>
                ((IEnumerable<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)
                    .Single()
                    .Value
            )
            .ToArray();
        Assert.Equal(files.Order(), tested.Select(t => (string?)t).Order());
    }

    [Fact]
    public void Jobs_have_their_values()
    {
        ListResource<JobResource> list = JsonSerializer.Deserialize(
            Testing.Recorded("list-jobs.json"),
            WireContext.Default.ListResourceJobResource
        )!;
        Assert.Equal(4, list.Data.Count);
        Assert.True(list.HasMore);
        JobResource job = list.Data[1];
        Assert.Equal("ftjob-4BZEij3fAMrJmL4d2w0TKEMA", job.Id);
        Assert.Equal("gpt-3.5-turbo-0125", job.Model);
        Assert.Equal(1758849616, job.CreatedAt.ToUnixTimeSeconds());
        Assert.Equal(System.TimeSpan.Zero, job.CreatedAt.Offset);
        Assert.Null(job.FinishedAt);
        Assert.Null(job.FineTunedModel);
        Assert.Equal(JobStatus.Cancelled, job.Status);
        Assert.Equal("file-1pjT5ZsASwTxBa62G85Vrh", job.ValidationFile);
        Assert.Equal(1234567, job.Seed);
        Assert.True(job.Error!.IsEmpty);
        Assert.Null(job.Metadata);
        Assert.Equal(1, job.Hyperparameters!.EpochCount!.Value.Value);
        Assert.Equal(3.0, job.Method!.Options!.Hyperparameters!.LearningRateMultiplier!.Value.Value);
        Assert.Equal("TestFTJob", job.AdditionalFields!["user_provided_suffix"].GetString());
        Assert.True(list.Data[0].Method!.Supervised!.Hyperparameters!.BatchSize!.Value.IsAuto);
    }

    [Fact]
    public void Checkpoints_have_their_values()
    {
        ListResource<CheckpointResource> list = JsonSerializer.Deserialize(
            Testing.Recorded("list-checkpoints.json"),
            WireContext.Default.ListResourceCheckpointResource
        )!;
        Assert.False(list.HasMore);
        Assert.Equal("ftckpt_6b3buMYT7R4nEojlSfhhJECi", list.FirstId);
        Assert.Equal("ftckpt_6OhgatTMpC0B68vrXbVcZp2V", list.LastId);
        CheckpointResource checkpoint = list.Data[0];
        Assert.Equal("ft:gpt-3.5-turbo-0125:microsoft-openai-sdk-team::C4ZiCljE", checkpoint.FineTunedModelCheckpoint);
        Assert.Equal(100, checkpoint.StepNumber);
        Assert.Equal(4.76837158203125e-06, checkpoint.Metrics!.TrainLoss);
        Assert.Equal(1.0, checkpoint.Metrics.TrainMeanTokenAccuracy);
        Assert.Null(checkpoint.Metrics.ValidLoss);
        Assert.Equal("supervised", checkpoint.Metrics.AdditionalFields!["type"].GetString());
    }

    [Fact]
    public void Events_have_their_values()
    {
        EventResource item = JsonSerializer
            .Deserialize(Testing.Recorded("list-events.json"), WireContext.Default.ListResourceEventResource)!
            .Data[0];
        Assert.Equal("ftevent-qHwyvbJ5nF1hZ3uS4ljNpGGj", item.Id);
        Assert.Equal("info", item.Level);
        Assert.Equal("message", item.Type);
        Assert.Equal("Validating training file: file-MNu4SQN4hf2nJmWVXyv8qW", item.Message);
        Assert.Equal(JsonValueKind.Object, item.Data!.Value.ValueKind);
    }

    [Theory]
    [InlineData(
        "file",
        """{"object":"file","id":"file-1","bytes":12,"created_at":5,"expires_at":9,"filename":"a.jsonl","purpose":"fine-tune","status":"processed","status_details":null,"x":[1]}"""
    )]
    [InlineData(
        "model",
        """{"id":"ft:m:o:s:1","object":"model","created":7,"owned_by":"org","shutdown_date":"2027-01-06","permission":{"a":null}}"""
    )]
    [InlineData(
        "permission",
        """{"object":"checkpoint.permission","id":"cp_1","created_at":3,"project_id":"proj_1","by":"me"}"""
    )]
    [InlineData("deleted", """{"object":"file","id":"file-1","deleted":true,"note":"gone"}""")]
    [InlineData(
        "run",
        """{"reward":0.5,"metadata":{"name":"g","type":"string_check","errors":{"formula_parse_error":false,"sample_parse_error":"no"},"execution_time":0.25,"scores":{"a":1},"token_usage":null,"sampled_model_name":null,"x":1},"sub_rewards":{"a":0.5},"model_grader_token_usage_per_model":{},"y":2}"""
    )]
    [InlineData(
        "validate",
        """{"grader":{"type":"multi","graders":{"a":{"type":"x"}},"calculate_output":"a"},"z":0}"""
    )]
    public void Described_bodies_survive_a_round_trip_too(string kind, string body)
    {
        JsonTypeInfo type = kind switch
        {
            "file" => WireContext.Default.FileResource,
            "model" => WireContext.Default.ModelResource,
            "permission" => WireContext.Default.PermissionResource,
            "deleted" => WireContext.Default.DeletedResource,
            "run" => WireContext.Default.GraderRunResource,
            _ => WireContext.Default.GraderValidateResource,
        };
        Testing.AssertJson(body, JsonSerializer.Serialize(JsonSerializer.Deserialize(body, type), type));
    }

    private static IEnumerable<string> Lost(JsonElement before, JsonElement after, string path)
    {
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            return before
                .EnumerateObject()
                .SelectMany(m =>
                    after.TryGetProperty(m.Name, out JsonElement other)
                        ? Lost(m.Value, other, path + "." + m.Name)
                        : [path + "." + m.Name]
                );
        }

        if (
            before.ValueKind == JsonValueKind.Array
            && after.ValueKind == JsonValueKind.Array
            && before.GetArrayLength() == after.GetArrayLength()
        )
        {
            return before
                .EnumerateArray()
                .Zip(after.EnumerateArray())
                .SelectMany((pair, i) => Lost(pair.First, pair.Second, $"{path}[{i}]"));
        }

        return JsonElement.DeepEquals(before, after) ? [] : [path];
    }
}
