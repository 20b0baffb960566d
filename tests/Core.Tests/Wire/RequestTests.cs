using System.Text.Json;
using FineTuning.Core.Tests.Support;
using FineTuning.Core.Wire;
using Xunit;

namespace FineTuning.Core.Tests.Wire;

/// <summary>What is sent, to the letter.</summary>
public sealed class RequestTests
{
    [Fact]
    public void Nulls_are_left_out() =>
        Testing.AssertJson(
            """{"model":"m","training_file":"file-1"}""",
            Write(new JobCreateRequest { Model = "m", TrainingFile = "file-1" })
        );

    [Fact]
    public void Every_plain_member_is_sent() =>
        Testing.AssertJson(
            """
            {"model":"gpt-4o-mini","training_file":"file-1","validation_file":"file-2","suffix":"büro \"x\"","seed":0,
            "metadata":{"a key":"1","ß":""},"trainingType":"GlobalStandard","new_field":{"a":1}}
            """,
            Write(
                new JobCreateRequest
                {
                    Model = "gpt-4o-mini",
                    TrainingFile = "file-1",
                    ValidationFile = "file-2",
                    Suffix = "büro \"x\"",
                    Seed = 0,
                    Metadata = new Dictionary<string, string> { ["a key"] = "1", ["ß"] = string.Empty },
                    TrainingType = "GlobalStandard",
                    AdditionalFields = new Dictionary<string, JsonElement>
                    {
                        ["new_field"] = Testing.Parse("""{"a":1}"""),
                    },
                }
            )
        );

    [Theory]
    [InlineData(
        "supervised",
        """{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":3,"batch_size":"auto","learning_rate_multiplier":0.1}}}"""
    )]
    [InlineData(
        "dpo",
        """{"type":"dpo","dpo":{"hyperparameters":{"n_epochs":"auto","batch_size":16,"learning_rate_multiplier":"auto","beta":0.5}}}"""
    )]
    [InlineData(
        "reinforcement",
        """{"type":"reinforcement","reinforcement":{"hyperparameters":{"n_epochs":1,"batch_size":2,"learning_rate_multiplier":1E-05,"reasoning_effort":"high","compute_multiplier":1.5,"eval_interval":"auto","eval_samples":4},"grader":{"type":"string_check","input":"{{sample.output_text}}","reference":"{{item.x}}","operation":"eq","name":"g"}}}"""
    )]
    public void A_method_has_its_hyperparameters_under_its_name(string method, string expected)
    {
        MethodOptions options = method switch
        {
            "supervised" => new MethodOptions
            {
                Hyperparameters = new Hyperparameters
                {
                    EpochCount = 3,
                    BatchSize = AutoOr<int>.Auto,
                    LearningRateMultiplier = 0.1,
                },
            },
            "dpo" => new MethodOptions
            {
                Hyperparameters = new Hyperparameters
                {
                    EpochCount = AutoOr<int>.Auto,
                    BatchSize = 16,
                    LearningRateMultiplier = AutoOr<double>.Auto,
                    Beta = 0.5,
                },
            },
            _ => new MethodOptions
            {
                Hyperparameters = new Hyperparameters
                {
                    EpochCount = 1,
                    BatchSize = 2,
                    LearningRateMultiplier = 1e-5,
                    ReasoningEffort = "high",
                    ComputeMultiplier = 1.5,
                    EvalInterval = AutoOr<int>.Auto,
                    EvalSamples = 4,
                },
                Grader = Testing.Parse(
                    """{"type":"string_check","input":"{{sample.output_text}}","reference":"{{item.x}}","operation":"eq","name":"g"}"""
                ),
            },
        };
        string text = Write(
            new JobCreateRequest
            {
                Model = "m",
                TrainingFile = "f",
                Method = JobMethod.Create(method, options),
            }
        );
        Testing.AssertJson("{\"model\":\"m\",\"training_file\":\"f\",\"method\":" + expected + "}", text);
    }

    [Theory]
    [InlineData("supervised")]
    [InlineData("dpo")]
    [InlineData("reinforcement")]
    public void A_method_without_options_is_its_name(string method)
    {
        string text = Write(
            new JobCreateRequest
            {
                Model = "m",
                TrainingFile = "f",
                Method = JobMethod.Create(method, null),
            }
        );
        Testing.AssertJson("{\"model\":\"m\",\"training_file\":\"f\",\"method\":{\"type\":\"" + method + "\"}}", text);
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("")]
    [InlineData("Supervised")]
    public void A_method_of_another_name_is_refused(string method) =>
        Assert.Throws<ArgumentException>(() => JobMethod.Create(method, null));

    [Fact]
    public void The_options_are_those_of_the_type()
    {
        var options = new MethodOptions();
        Assert.Same(options, JobMethod.Create("supervised", options).Options);
        Assert.Same(options, JobMethod.Create("dpo", options).Options);
        Assert.Same(options, JobMethod.Create("reinforcement", options).Options);
        Assert.Null(new JobMethod { Type = "dpo", Supervised = options }.Options);
    }

    [Fact]
    public void Weights_and_biases_is_told_all_it_takes() =>
        Testing.AssertJson(
            """{"model":"m","training_file":"f","integrations":[{"type":"wandb","wandb":{"project":"p","name":"n","entity":"e","tags":["a","b"]}},{"type":"wandb","wandb":{"project":"q"}}]}""",
            Write(
                new JobCreateRequest
                {
                    Model = "m",
                    TrainingFile = "f",
                    Integrations =
                    [
                        new JobIntegration
                        {
                            Wandb = new WandbIntegration
                            {
                                Project = "p",
                                Name = "n",
                                Entity = "e",
                                Tags = ["a", "b"],
                            },
                        },
                        new JobIntegration { Wandb = new WandbIntegration { Project = "q" } },
                    ],
                }
            )
        );

    [Fact]
    public void A_request_can_be_read_back_with_what_it_does_not_know()
    {
        const string Body = """{"model":"m","training_file":"f","hyperparameters":{"n_epochs":"4"},"future":[1,2]}""";
        JobCreateRequest request = JsonSerializer.Deserialize(Body, RequestContext.Default.JobCreateRequest)!;
        Assert.Equal(4, request.Hyperparameters!.EpochCount!.Value.Value);
        Testing.AssertJson(
            """{"model":"m","training_file":"f","hyperparameters":{"n_epochs":4},"future":[1,2]}""",
            Write(request)
        );
    }

    [Fact]
    public void Grader_requests_leave_the_item_out_if_there_is_none()
    {
        JsonElement grader = Testing.Parse("""{"type":"x"}""");
        Testing.AssertJson(
            """{"grader":{"type":"x"},"model_sample":"s"}""",
            JsonSerializer.Serialize(
                new GraderRunRequest { Grader = grader, ModelSample = "s" },
                RequestContext.Default.GraderRunRequest
            )
        );
        Testing.AssertJson(
            """{"grader":{"type":"x"},"model_sample":"s","item":{"a":null}}""",
            JsonSerializer.Serialize(
                new GraderRunRequest
                {
                    Grader = grader,
                    ModelSample = "s",
                    Item = Testing.Parse("""{"a":null}"""),
                },
                RequestContext.Default.GraderRunRequest
            )
        );
    }

    private static string Write(JobCreateRequest request) =>
        JsonSerializer.Serialize(request, RequestContext.Default.JobCreateRequest);
}
