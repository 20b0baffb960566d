using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files;
using FineTuning.Core.Files.Uploading;
using FineTuning.Core.Jobs;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>Core against a server that speaks Azure's dialect, over both of its surfaces.</summary>
public sealed class AzureClientTests
{
    private static readonly Dictionary<string, string> s_team = new() { ["team"] = "a" };

    private static Task<ClientWorld> StartAsync(TestTrainer? trainer = null, TimeSpan processing = default) =>
        ClientWorld.StartAsync(
            trainer,
            options => options with { Dialect = ApiDialect.Azure, FileProcessingTime = processing }
        );

    private static FineTuningClient Client(ClientWorld world, bool isDated) =>
        world.NewClient(options =>
            isDated
                ? options with
                {
                    Endpoint = new Uri(world.Server.Host.Url[..^"/v1".Length]),
                    ApiVersion = "2024-10-21",
                    Dialect = ApiDialect.Azure,
                }
                : options with
                {
                    Dialect = ApiDialect.Azure,
                }
        );

    private static async Task<JobCreateRequest> RequestAsync(ClientWorld world) =>
        new()
        {
            Model = "gpt-4o-mini",
            TrainingFile = await world.Server.Api.UploadAsync(),
            TrainingType = "GlobalStandard",
        };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_is_made_waited_for_and_listed(bool isDated)
    {
        await using ClientWorld world = await StartAsync();
        using FineTuningClient client = Client(world, isDated);
        JobCreation creation = await new JobCreator(client).CreateAsync(
            (await RequestAsync(world)) with
            {
                Metadata = s_team,
            }
        );

        JobResource job = creation.Job;
        Assert.Equal("pending", job.Status.Value);
        Assert.Equal("GlobalStandard", job.AdditionalFields!["trainingType"].GetString());
        Assert.Equal((!isDated, isDated), (creation.KeepsToken, job.Metadata is null));
        while (!job.Status.IsFinished)
        {
            await Task.Yield();
            job = await client.GetJobAsync(job.Id);
        }

        Assert.Equal(JobStatus.Succeeded, job.Status);
        Assert.Equal($"gpt-4o-mini.ft-{job.Id["ftjob-".Length..]}", job.FineTunedModel);
        Assert.Equal(job.Id, Assert.Single((await client.ListJobsAsync()).Data).Id);
        Assert.NotEmpty((await client.ListEventsAsync(job.Id)).Data);
        Assert.NotEmpty((await client.ListCheckpointsAsync(job.Id)).Data);
        Assert.NotEmpty((await client.ListFilesAsync()).Data);
    }

    [Fact]
    public async Task A_lost_creation_is_found_where_metadata_is_kept_although_the_list_has_no_filter()
    {
        await using ClientWorld world = await StartAsync();
        using FineTuningClient client = Client(world, isDated: false);
        JobCreateRequest request = await RequestAsync(world);
        await new JobCreator(client).CreateAsync(request);
        await world.FaultAsync("CreateJob:after_work,drop,count=1");

        JobCreation creation = await new JobCreator(client).CreateAsync(request);

        Assert.Equal(JobOrigin.FoundByToken, creation.Origin);
        Assert.Equal((2, 2), ((await world.JobsAsync()).Count, await world.CountAsync("CreateJob")));
    }

    [Fact]
    public async Task A_lost_creation_is_told_of_where_metadata_is_taken_and_dropped_and_no_second_job_is_made()
    {
        await using ClientWorld world = await StartAsync();
        using FineTuningClient client = Client(world, isDated: true);
        JobCreateRequest request = await RequestAsync(world);
        await world.FaultAsync("CreateJob:after_work,drop,count=1");

        FineTuningApiException lost = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            new JobCreator(client).CreateAsync(request)
        );

        Assert.True(lost.MayHaveWorked);
        Assert.Contains("may have been created", lost.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), ((await world.JobsAsync()).Count, await world.CountAsync("CreateJob")));
    }

    [Fact]
    public async Task A_key_that_is_dropped_is_told_of()
    {
        await using ClientWorld world = await StartAsync();
        using FineTuningClient client = Client(world, isDated: true);
        JobCreation creation = await new JobCreator(client).CreateAsync(await RequestAsync(world), "nightly");
        Assert.Equal((false, false), (creation.KeepsKey, creation.KeepsToken));
    }

    [Theory]
    [InlineData(false, "canceled")]
    [InlineData(true, "cancelled")]
    public async Task A_job_is_cancelled_under_either_spelling(bool isDated, string word)
    {
        TestTrainer trainer = new(free: false);
        await using ClientWorld world = await StartAsync(trainer);
        using FineTuningClient client = Client(world, isDated);
        JobResource job = (await new JobCreator(client).CreateAsync(await RequestAsync(world))).Job;

        JobResource ended = await client.CancelJobAsync(job.Id);

        Assert.Equal(word, ended.Status.Value);
        Assert.Equal(JobStatus.Cancelled, ended.Status);
        trainer.Allow(100);
    }

    [Fact]
    public async Task What_the_older_surface_lacks_is_said_to_be_no_path()
    {
        await using ClientWorld world = await StartAsync();
        using FineTuningClient client = Client(world, isDated: true);
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            client.PauseJobAsync("ftjob-1")
        );
        Assert.Equal((ApiErrorKind.NotFound, "404", "Resource not found"), (error.Kind, error.Code, error.Message));
        Assert.NotNull(error.RequestId);
    }

    [Fact]
    public async Task A_file_is_waited_for_until_it_is_processed()
    {
        await using ClientWorld world = await StartAsync(processing: TimeSpan.FromMilliseconds(300));
        string path = Path.Combine(world.Server.Folder, "train.jsonl");
        await File.WriteAllTextAsync(path, Api.ChatLines(12));
        using FineTuningClient client = world.NewClient(options => options with { Clock = SystemClock.Instance });
        FileResource file = (await new FileUploader(client, new UploadOptions()).UploadAsync(path)).File;
        Assert.True(FileReadiness.IsUnderWay(file), file.Status);

        FileResource ready = await FileReadiness.WaitAsync(client, file);

        Assert.Equal("processed", ready.Status);
        await new JobCreator(client).CreateAsync(
            new JobCreateRequest { Model = "gpt-4o-mini", TrainingFile = ready.Id }
        );
    }
}
