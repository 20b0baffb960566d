using System.ClientModel;
using System.Text;
using System.Text.Json;
using FineTuning.Server.Training.Contracts;
using FineTuning.Tests.Shared.Server;
using OpenAI;
using OpenAI.Files;
using OpenAI.FineTuning;
using OpenAI.Models;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>The official .NET client, unmodified, against this server.</summary>
public sealed class OfficialClientTests : IAsyncLifetime
{
    private readonly TestTrainer _trainer = new(free: false);
    private TestServer _server = null!;
    private OpenAIFileClient _files = null!;
    private FineTuningClient _jobs = null!;
    private OpenAIModelClient _models = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(_trainer);
        ApiKeyCredential key = new("sk-official");
        Uri endpoint = new(_server.Host.Url);
        OpenAIClient client = new(key, new OpenAIClientOptions { Endpoint = endpoint });
        _files = client.GetOpenAIFileClient();
        _models = client.GetOpenAIModelClient();
        _jobs = client.GetFineTuningClient();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private async Task<OpenAIFile> UploadAsync() =>
        await _files.UploadFileAsync(
            BinaryData.FromString(Api.ChatLines(12)),
            "träin.jsonl",
            FileUploadPurpose.FineTune
        );

    [Fact]
    public async Task Files_are_uploaded_listed_read_downloaded_and_deleted()
    {
        OpenAIFile file = await UploadAsync();
        OpenAIFile read = await _files.GetFileAsync(file.Id);
        OpenAIFileCollection all = await _files.GetFilesAsync(FilePurpose.FineTune);
        BinaryData content = await _files.DownloadFileAsync(file.Id);
        FileDeletionResult deleted = await _files.DeleteFileAsync(file.Id);

        Assert.Equal("träin.jsonl", read.Filename);
        Assert.Equal(FilePurpose.FineTune, read.Purpose);
        Assert.Equal(Encoding.UTF8.GetByteCount(Api.ChatLines(12)), read.SizeInBytesLong);
        Assert.True(Math.Abs((DateTimeOffset.UtcNow - read.CreatedAt).TotalMinutes) < 5);
        Assert.Equal(file.Id, Assert.Single(all).Id);
        Assert.Equal(Api.ChatLines(12), content.ToString());
        Assert.True(deleted.Deleted);
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() => _files.GetFileAsync(file.Id));
        Assert.Equal(404, e.Status);
        Assert.Contains(file.Id, e.Message);
    }

    [Fact]
    public async Task A_job_is_created_followed_and_finished()
    {
        OpenAIFile training = await UploadAsync(),
            validation = await UploadAsync();
        FineTuningOptions options = new()
        {
            ValidationFile = validation.Id,
            Suffix = "official",
            Seed = 77,
            TrainingMethod = FineTuningTrainingMethod.CreateSupervised(batchSize: 2, epochCount: 3, learningRate: 0.5f),
        };
        FineTuningJob job = await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false, options);
        FineTuningStatus early = job.Status;
        _trainer.Allow(100);
        await _server.Api.UntilStatusAsync(job.JobId, "succeeded");
        FineTuningJob read = await _jobs.GetJobAsync(job.JobId);

        Assert.Equal(FineTuningStatus.ValidatingFiles, early);
        Assert.Equal(FineTuningStatus.Succeeded, read.Status);
        Assert.False(read.Status.InProgress);
        Assert.Equal("gpt-4o-mini", read.BaseModel);
        Assert.Equal((training.Id, validation.Id), (read.TrainingFileId, read.ValidationFileId));
        Assert.Equal(77, read.Seed);
        Assert.Equal("official", read.UserProvidedSuffix);
        HyperparametersForSupervised numbers = Assert.IsType<HyperparametersForSupervised>(read.MethodHyperparameters);
        Assert.Equal((3, 2, 0.5f), (numbers.EpochCount, numbers.BatchSize, numbers.LearningRateMultiplier));
        BinaryData csv = await _files.DownloadFileAsync(Assert.Single(read.ResultFileIds));
        Assert.StartsWith("step,train_loss", Encoding.UTF8.GetString(Convert.FromBase64String(csv.ToString())));
    }

    [Fact]
    public async Task A_preference_job_is_created_and_read()
    {
        OpenAIFile training = await _files.UploadFileAsync(
            BinaryData.FromString(Api.PreferenceLines(12)),
            "pairs.jsonl",
            FileUploadPurpose.FineTune
        );
        FineTuningOptions options = new()
        {
            TrainingMethod = FineTuningTrainingMethod.CreateDirectPreferenceOptimization(
                batchSize: 2,
                epochCount: 3,
                learningRate: 0.5f,
                betaFactor: new HyperparameterBetaFactor(1)
            ),
        };
        FineTuningJob job = await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false, options);
        _trainer.Allow(100);
        await _server.Api.UntilStatusAsync(job.JobId, "succeeded");
        FineTuningJob read = await _jobs.GetJobAsync(job.JobId);

        HyperparametersForDPO numbers = Assert.IsType<HyperparametersForDPO>(read.MethodHyperparameters);
        Assert.Equal(
            (3, 2, 0.5f, 1f),
            (numbers.EpochCount, numbers.BatchSize, numbers.LearningRateMultiplier, numbers.Beta)
        );
        TrainingRequest request = _trainer.Calls.Single();
        Assert.Equal(("dpo", 1.0), (request.Method, request.Hyperparameters.Beta?.Value));
    }

    [Fact]
    public async Task A_reinforcement_job_is_created_by_the_protocol_method_and_read()
    {
        // This version of the client has no type for the method's parameters.
        OpenAIFile training = await _files.UploadFileAsync(
            BinaryData.FromString(Api.ItemLines(12)),
            "items.jsonl",
            FileUploadPurpose.FineTune
        );
        var body = BinaryContent.Create(
            BinaryData.FromString(
                $$$$$"""
                {"model":"o4-mini-2025-04-16","training_file":"{{{{{training.Id}}}}}","method":{"type":"reinforcement","reinforcement":{
                 "grader":{"type":"string_check","name":"same","input":"{{sample.output_text}}","reference":"{{item.reference_answer}}","operation":"eq"},
                 "hyperparameters":{"reasoning_effort":"low","compute_multiplier":2,"eval_interval":5,"eval_samples":"auto"}}}}
                """
            )
        );
        FineTuningJob job = await _jobs.FineTuneAsync(body, waitUntilCompleted: false, options: null);
        _trainer.Allow(100);
        await _server.Api.UntilStatusAsync(job.JobId, "succeeded");
        FineTuningJob read = await _jobs.GetJobAsync(job.JobId);

        Assert.Equal(FineTuningStatus.Succeeded, read.Status);
        TrainingRequest request = _trainer.Calls.Single();
        Assert.Equal(
            ("reinforcement", 2, 5, null, "low"),
            (
                request.Method,
                request.Hyperparameters.ComputeMultiplier?.Value,
                request.Hyperparameters.EvalInterval?.Value,
                request.Hyperparameters.EvalSamples?.Value,
                request.Hyperparameters.ReasoningEffort
            )
        );
        var item = JsonElement.Parse("""{"reference_answer":"red"}""");
        Assert.Equal(1, (await request.Rewards!.GradeAsync("red", item, default)).Reward);
        Assert.Equal(0, (await request.Rewards!.GradeAsync("blue", item, default)).Reward);
    }

    [Fact]
    public async Task Events_and_checkpoints_are_paged_and_parsed()
    {
        OpenAIFile training = await UploadAsync();
        FineTuningJob job = await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false);
        _trainer.Allow(100);
        await _server.Api.UntilStatusAsync(job.JobId, "succeeded");

        List<FineTuningEvent> events = [.. job.GetEvents(new GetEventsOptions { PageSize = 4 })];
        List<FineTuningCheckpoint> checkpoints = [.. job.GetCheckpoints(new GetCheckpointsOptions { PageSize = 2 })];

        Assert.Equal((await _server.Api.EventsAsync(job.JobId)).Count, events.Count);
        Assert.Equal(6, events.Count(e => e.Kind == FineTuningJobEventKind.Metrics));
        Assert.Equal("The job has successfully completed", events[0].Message);
        Assert.Equal([6, 4, 2], checkpoints.Select(c => c.StepNumber));
        Assert.All(checkpoints, c => Assert.Equal(job.JobId, c.JobId));
        Assert.Equal(0.5f, checkpoints[0].Metrics.TrainMeanTokenAccuracy);
        Assert.EndsWith(":ckpt-step-2", checkpoints[2].ModelId);
    }

    [Fact]
    public async Task A_job_is_cancelled_and_its_copy_updated()
    {
        OpenAIFile training = await UploadAsync();
        FineTuningJob job = await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false);
        await job.CancelAndUpdateAsync();
        FineTuningStatus cancelled = job.Status;
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() => job.CancelAndUpdateAsync());

        Assert.Equal(FineTuningStatus.Cancelled, cancelled);
        Assert.Equal(400, e.Status);
        Assert.Contains("cancelled", e.Message);
    }

    [Fact]
    public async Task Jobs_are_listed_over_pages_whatever_their_state()
    {
        OpenAIFile training = await UploadAsync();
        List<string> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Add((await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false)).JobId);
        }

        await _server.Api.UntilStatusAsync(made[0], "running");
        await _server.Api.PostAsync($"fine_tuning/jobs/{made[0]}/pause");
        await _server.Api.UntilStatusAsync(made[0], "paused");
        List<FineTuningJob> jobs = [.. _jobs.GetJobs(new FineTuningJobCollectionOptions { PageSize = 2 })];

        Assert.Equal(Enumerable.Reverse(made), jobs.Select(job => job.JobId));
        Assert.Equal("paused", jobs[^1].Status.ToString());
    }

    [Fact]
    public async Task A_refusal_is_the_clients_own_exception_with_the_services_words()
    {
        OpenAIFile training = await UploadAsync();
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() =>
            _jobs.FineTuneAsync("gpt-nonexistent", training.Id, waitUntilCompleted: false)
        );

        Assert.Equal(400, e.Status);
        Assert.Contains("Model gpt-nonexistent is not available for fine-tuning or does not exist.", e.Message);
        Assert.Contains("model_not_available", e.Message);
    }

    [Fact]
    public async Task Models_are_listed_read_and_deleted()
    {
        OpenAIFile training = await UploadAsync();
        FineTuningJob job = await _jobs.FineTuneAsync("gpt-4o-mini", training.Id, waitUntilCompleted: false);
        _trainer.Allow(100);
        string name = (await _server.Api.UntilStatusAsync(job.JobId, "succeeded"))
            .GetProperty("fine_tuned_model")
            .GetString()!;
        OpenAIModelCollection all = await _models.GetModelsAsync();
        OpenAIModel model = await _models.GetModelAsync(name);
        ModelDeletionResult deleted = await _models.DeleteModelAsync(name);

        Assert.Contains(all, m => m.Id == name);
        Assert.Contains("small local model", model.OwnedBy);
        Assert.True(deleted.Deleted);
    }
}
