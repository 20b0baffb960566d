using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared.Server;
using OpenAI;
using OpenAI.Graders;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>The official .NET client, unmodified: it validates and runs a grader of each kind, written by its own
/// types.</summary>
public sealed class OfficialGraderClientTests : IAsyncLifetime
{
    private const string Check =
        """{"type":"string_check","name":"check","input":"{{ sample.output_text }}","reference":"{{ item.answer }}","operation":"ilike"}""";
    private const string Similarity =
        """{"type":"text_similarity","name":"near","input":"{{ sample.output_text }}","reference":"{{ item.answer }}","evaluation_metric":"fuzzy_match"}""";

    private TestServer _server = null!;
    private GraderClient _client = null!;
    private string _model = string.Empty;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(configure: options => options with { AllowPython = true });
        _client = new OpenAIClient(
            new ApiKeyCredential("sk-official"),
            new OpenAIClientOptions { Endpoint = new Uri(_server.Host.Url) }
        ).GetGraderClient();
        _model = await _server.Api.CreateModelAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public Task A_string_check() => PassesAsync<GraderStringCheck>(Check, "PARIS", 1);

    [Fact]
    public Task A_text_similarity() => PassesAsync<GraderTextSimilarity>(Similarity, "paris", 0.8);

    // The test trainer's model says what it was told last and then its step, word by word.
    [Fact]
    public Task A_score_model() =>
        PassesAsync<GraderScoreModel>(
            Model("score_model", """ "range":[0,10],"sampling_params":{"max_completions_tokens":1} """),
            "7.5",
            7.5
        );

    [Fact]
    public Task A_label_model() =>
        PassesAsync<GraderLabelModel>(
            Model("label_model", """ "labels":["7.5 [6]","bad"],"passing_labels":["7.5 [6]"] """),
            "7.5",
            1
        );

    [PythonFact]
    public Task A_script() =>
        PassesAsync<GraderPython>(
            """{"type":"python","name":"script","source":"def grade(sample, item):\n    return 0.25 if sample['output_text'] == item['answer'] else 0"}""",
            "Paris",
            0.25
        );

    [Fact]
    public Task A_multi_grader() =>
        PassesAsync<GraderMulti>(
            $$"""{"type":"multi","name":"both","graders":{"check":{{Check}},"near":{{Similarity}}},"calculate_output":"(check + near) / 2"}""",
            "paris",
            0.9
        );

    [Fact]
    public async Task A_sample_that_cannot_be_graded_is_no_failure_of_the_request()
    {
        RunGraderResponse result = Read<RunGraderResponse>(
            (await _client.RunGraderAsync(Body(Check, "Paris", "{}"))).GetRawResponse().Content
        );
        Assert.Equal(0, result.Reward);
        Assert.True(result.Metadata.Errors.InvalidVariableError);
    }

    [Theory]
    [InlineData("""{"type":"string_check","name":"c","input":"a","reference":"b","operation":"is"}""", "operation")]
    [InlineData(
        """{"type":"text_similarity","name":"c","input":"{{ sample","reference":"b","evaluation_metric":"bleu"}""",
        "input"
    )]
    [InlineData("""{"type":"multi","name":"c","graders":{},"calculate_output":"1"}""", "graders")]
    public async Task What_is_wrong_is_refused_by_both(string grader, string param)
    {
        foreach (
            Func<Task<ClientResult>> request in new Func<Task<ClientResult>>[]
            {
                () =>
                    _client.ValidateGraderAsync(
                        BinaryContent.Create(BinaryData.FromString($$"""{"grader":{{grader}}}"""))
                    ),
                () => _client.RunGraderAsync(Body(grader, "x", "{}")),
            }
        )
        {
            ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(request);
            Assert.Equal(400, e.Status);
            Assert.Contains("grader." + param, e.Message, StringComparison.Ordinal);
        }
    }

    private async Task PassesAsync<T>(string definition, string sample, double reward)
        where T : Grader
    {
        T typed = Assert.IsType<T>(Read<Grader>(BinaryData.FromString(definition)));
        string written = ModelReaderWriter
            .Write<Grader>(typed, ModelReaderWriterOptions.Json, OpenAIContext.Default)
            .ToString();

        BinaryData validated = (
            await _client.ValidateGraderAsync(
                BinaryContent.Create(BinaryData.FromString($$"""{"grader":{{written}}}"""))
            )
        )
            .GetRawResponse()
            .Content;
        Assert.IsType<T>(Read<Grader>(Read<ValidateGraderResponse>(validated).Grader));

        RunGraderResponse result = Read<RunGraderResponse>(
            (await _client.RunGraderAsync(Body(written, sample, """{"answer":"Paris"}"""))).GetRawResponse().Content
        );
        Assert.Equal(reward, result.Reward, 1e-6);
        Assert.Equal(JsonDocument.Parse(definition).RootElement.GetProperty("type").GetString(), result.Metadata.Kind);
    }

    private string Model(string type, string rest) =>
        $$$"""{"type":"{{{type}}}","name":"m","model":"{{{_model}}}","input":[{"role":"user","content":"{{ sample.output_text }}"}],{{{rest}}}}""";

    private static BinaryContent Body(string grader, string sample, string item) =>
        BinaryContent.Create(
            BinaryData.FromString(
                $$"""{"grader":{{grader}},"model_sample":{{JsonSerializer.Serialize(sample)}},"item":{{item}}}"""
            )
        );

    private static T Read<T>(BinaryData json)
        where T : IPersistableModel<T> =>
        ModelReaderWriter.Read<T>(json, ModelReaderWriterOptions.Json, OpenAIContext.Default)!;
}
