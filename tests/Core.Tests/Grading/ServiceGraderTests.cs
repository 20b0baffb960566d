using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Grading;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Grading;

public sealed class ServiceGraderTests
{
    private const string Errors = """
        "formula_parse_error":false,"sample_parse_error":false,"truncated_observation_error":false,"unresponsive_reward_error":false,
        "invalid_variable_error":false,"other_error":false,"python_grader_server_error":false,"python_grader_server_error_type":null,
        "python_grader_runtime_error":false,"python_grader_runtime_error_details":null,"model_grader_server_error":false,
        "model_grader_refusal_error":false,"model_grader_parse_error":false,"model_grader_server_error_details":null
        """;

    [Fact]
    public async Task The_answer_is_read_and_the_request_is_what_the_service_takes()
    {
        await using var server = StubServer.Replies(
            Reply.Json(
                """
                {"reward":1.5,"metadata":{"name":"m","type":"multi","errors":{ERRORS},"execution_time":0.25,"scores":{"a":1,"b":0.5},"token_usage":12,
                "sampled_model_name":"gpt-4o"},"sub_rewards":{"a":1,"b":0.5},"model_grader_token_usage_per_model":{"gpt-4o":{"prompt_tokens":10,"completion_tokens":2}}}
                """.Replace("ERRORS", Errors)
            )
        );
        using FineTuningClient client = Testing.Client(server);
        JsonElement definition = Testing.Parse("""{"type":"multi","name":"m"}""");
        GradeResult result = await new ServiceGrader(client, definition).GradeAsync(
            "text",
            Testing.Parse("""{"x":1}""")
        );
        Assert.Equal((1.5, "gpt-4o", 0.25), (result.Reward, result.SampledModel, result.Duration.TotalSeconds));
        Assert.Equal((1, 0.5), (result.SubRewards!["a"], result.SubRewards["b"]));
        Assert.Equal(new GraderTokens(10, 2), result.TokenUsage["gpt-4o"]);
        Assert.False(result.Errors.Any);
        Assert.Null(result.Errors.Kind);
        Assert.Equal(
            """{"grader":{"type":"multi","name":"m"},"model_sample":"text","item":{"x":1}}""",
            server.Requests[0].Text
        );
    }

    [Theory]
    [InlineData("formula_parse_error", null, null)]
    [InlineData("sample_parse_error", null, null)]
    [InlineData("truncated_observation_error", null, null)]
    [InlineData("unresponsive_reward_error", null, null)]
    [InlineData("invalid_variable_error", null, null)]
    [InlineData("other_error", null, null)]
    [InlineData("python_grader_server_error", "python_grader_server_error_type", "Timeout")]
    [InlineData("python_grader_runtime_error", "python_grader_runtime_error_details", "division by zero")]
    [InlineData("model_grader_server_error", "model_grader_server_error_details", "overloaded")]
    [InlineData("model_grader_refusal_error", null, null)]
    [InlineData("model_grader_parse_error", null, null)]
    public void Each_fault_is_told_by_its_name_and_in_the_services_words(string flag, string? detail, string? words)
    {
        string errors = Errors.Replace($"\"{flag}\":false", $"\"{flag}\":true");
        errors = detail is null ? errors : errors.Replace($"\"{detail}\":null", $"\"{detail}\":\"{words}\"");
        GradeErrors read = Read("""{"reward":0,"metadata":{"errors":{ERRORS}}}""".Replace("ERRORS", errors)).Errors;
        Assert.True(read.Any);
        Assert.Equal(flag, read.Kind);
        Assert.Contains(words ?? flag, read.Message);
    }

    [Theory]
    [InlineData("""{"reward":0.5}""")]
    [InlineData("""{"reward":0.5,"metadata":null,"sub_rewards":null}""")]
    [InlineData(
        """{"reward":0.5,"metadata":{"errors":null,"execution_time":-3,"scores":{}},"sub_rewards":{},"model_grader_token_usage_per_model":{}}"""
    )]
    public void What_other_servers_leave_out_is_not_needed(string body)
    {
        GradeResult result = Read(body);
        Assert.Equal((0.5, TimeSpan.FromSeconds(9)), (result.Reward, result.Duration));
        Assert.Null(result.SubRewards);
        Assert.Empty(result.TokenUsage);
        Assert.False(result.Errors.Any);
    }

    private static GradeResult Read(string body) =>
        ServiceGrader.Read(
            JsonSerializer.Deserialize(body, WireContext.Default.GraderRunResource)!,
            TimeSpan.FromSeconds(9)
        );
}
