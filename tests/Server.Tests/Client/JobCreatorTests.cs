using System.Text.Json.Nodes;
using FineTuning.Core.Errors;
using FineTuning.Core.Jobs;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Client;

/// <summary>One creation makes one job, or one job and an honest error.</summary>
public sealed class JobCreatorTests : IAsyncLifetime
{
    private readonly TestTrainer _trainer = new(free: false);
    private ClientWorld _world = null!;
    private JobCreateRequest _request = null!;

    private JobCreator Creator => new(_world.Client);

    public async Task InitializeAsync()
    {
        _world = await ClientWorld.StartAsync(_trainer);
        _request = new JobCreateRequest { Model = "gpt-4o-mini", TrainingFile = await _world.Server.Api.UploadAsync() };
    }

    public async Task DisposeAsync()
    {
        _trainer.Allow(1000);
        await _world.DisposeAsync();
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("status=500")]
    [InlineData("status=502,body='<html>bad gateway</html>',content_type=text/html")]
    [InlineData("status=503,retry_after=1")]
    [InlineData("status=504")]
    [InlineData("status=408")]
    [InlineData("status=200,body='<html>hello</html>',content_type=text/html")]
    [InlineData("truncate_after=40")]
    public async Task A_job_whose_answer_was_lost_is_found_and_not_asked_for_again(string fault)
    {
        await _world.FaultAsync($"CreateJob:after_work,{fault}");
        JobCreation creation = await Creator.CreateAsync(
            _request with
            {
                Metadata = new Dictionary<string, string> { ["team"] = "a" },
            }
        );
        JobResource job = Assert.Single(await _world.JobsAsync());
        Assert.Equal((job.Id, JobOrigin.FoundByToken), (creation.Job.Id, creation.Origin));
        Assert.Equal(1, await _world.CountAsync("CreateJob"));
        Assert.Equal("a", job.Metadata!["team"]);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("status=500")]
    [InlineData("status=504")]
    public async Task A_job_that_was_not_made_is_looked_for_a_while_and_then_told_of(string fault)
    {
        await _world.FaultAsync($"CreateJob:{fault}");
        List<JobCreateProgress> steps = [];
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            Creator.CreateAsync(_request, null, new SynchronousProgress<JobCreateProgress>(steps.Add))
        );
        Assert.Empty(await _world.JobsAsync());
        Assert.Equal(1, await _world.CountAsync("CreateJob"));
        Assert.True(error.MayHaveWorked);
        Assert.Contains("may have been created", error.Message);
        Assert.Contains(error.RequestToken!, error.Message);
        Assert.Equal([error.RequestToken, error.RequestToken], steps.Select(step => step.RequestToken));
        Assert.Equal([false, true], steps.Select(step => step.CreationRecovery is not null));
        Assert.InRange(_world.Clock.Elapsed, TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(120));
        Assert.InRange(await _world.CountAsync("ListJobs"), 8, 20);
    }

    [Fact]
    public async Task A_job_that_the_service_makes_late_is_found()
    {
        await _world.FaultAsync("CreateJob:drop,count=1");
        string? token = null;
        int looks = 0;
        _world.Clock.OnDelay = async (_, _) =>
        {
            if (++looks == 5)
            {
                await _world.Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.TokenName] = token }));
            }
        };
        JobCreation creation = await Creator.CreateAsync(
            _request,
            null,
            new SynchronousProgress<JobCreateProgress>(step => token = step.RequestToken)
        );
        Assert.Equal(JobOrigin.FoundByToken, creation.Origin);
        Assert.Single(await _world.JobsAsync());
        Assert.Equal(5, looks);
    }

    [Fact]
    public async Task An_outage_behind_the_lost_answer_does_not_end_the_search()
    {
        await _world.FaultAsync("CreateJob:after_work,drop");
        await _world.FaultAsync("ListJobs:status=503,count=9");
        JobCreation creation = await Creator.CreateAsync(_request);
        Assert.Equal(JobOrigin.FoundByToken, creation.Origin);
        Assert.Equal(10, await _world.CountAsync("ListJobs"));
    }

    [Fact]
    public async Task A_search_that_is_not_allowed_ends_at_once_with_why_the_answer_was_lost()
    {
        await _world.FaultAsync("CreateJob:after_work,status=500,message='It broke.'");
        await _world.FaultAsync("ListJobs:status=403");
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            Creator.CreateAsync(_request)
        );
        Assert.StartsWith("It broke.", error.Message);
        Assert.NotNull(error.RequestToken);
        Assert.Equal(1, await _world.CountAsync("ListJobs"));
    }

    [Theory]
    [InlineData("status=429")]
    [InlineData("status=429,retry_after=3")]
    [InlineData("status=409")]
    public async Task A_creation_that_was_not_taken_is_sent_again(string fault)
    {
        await _world.FaultAsync($"CreateJob:{fault},count=2");
        Assert.Equal(JobOrigin.Created, (await Creator.CreateAsync(_request)).Origin);
        Assert.Single(await _world.JobsAsync());
        Assert.Equal(3, await _world.CountAsync("CreateJob"));
    }

    [Fact]
    public async Task Full_metadata_leaves_no_room_for_a_search()
    {
        var full = Enumerable.Range(0, JobMetadata.MaxPairs).ToDictionary(i => $"k{i}", i => "v");
        await _world.FaultAsync("CreateJob:after_work,drop");
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            Creator.CreateAsync(_request with { Metadata = full })
        );
        Assert.True(error.MayHaveWorked);
        Assert.Null(error.RequestToken);
        Assert.Contains("no request token", error.Message);
        Assert.Equal(1, await _world.CountAsync("CreateJob"));
        Assert.Equal(JobMetadata.MaxPairs, Assert.Single(await _world.JobsAsync()).Metadata!.Count);
    }

    [Fact]
    public async Task A_token_that_was_copied_from_another_job_is_not_taken_over()
    {
        JobCreation first = await Creator.CreateAsync(
            _request with
            {
                Metadata = new Dictionary<string, string> { ["team"] = "a" },
            }
        );
        await _world.FaultAsync("CreateJob:after_work,drop");
        JobCreation second = await Creator.CreateAsync(_request with { Metadata = first.Job.Metadata });
        Assert.NotEqual(first.Job.Id, second.Job.Id);
        Assert.NotEqual(first.Job.Metadata![JobMetadata.TokenName], second.Job.Metadata![JobMetadata.TokenName]);
        Assert.Equal("a", second.Job.Metadata["team"]);
    }

    [Theory]
    [InlineData("param=metadata")]
    [InlineData("message='Unknown field metadata.'")]
    [InlineData("body='{\"detail\":[{\"loc\":[\"body\",\"metadata\"],\"msg\":\"Extra inputs are not permitted\"}]}'")]
    public async Task A_service_without_metadata_gets_none(string refusal)
    {
        await _world.FaultAsync($"CreateJob:status=400,{refusal},count=1");
        JobCreation creation = await Creator.CreateAsync(_request);
        Assert.Equal(JobOrigin.Created, creation.Origin);
        Assert.Null(Assert.Single(await _world.JobsAsync()).Metadata);
    }

    [Fact]
    public async Task A_service_without_metadata_that_loses_an_answer_is_not_asked_again()
    {
        await _world.FaultAsync("CreateJob:status=400,param=metadata,count=1");
        await _world.FaultAsync("CreateJob:after_work,drop");
        FineTuningApiException error = await Assert.ThrowsAsync<FineTuningApiException>(() =>
            Creator.CreateAsync(_request)
        );
        Assert.True(error.MayHaveWorked);
        Assert.Null(error.RequestToken);
        Assert.Single(await _world.JobsAsync());
    }

    [Fact]
    public async Task Metadata_of_the_user_is_not_dropped_when_it_is_refused()
    {
        await _world.FaultAsync("CreateJob:status=400,param=metadata");
        await Assert.ThrowsAsync<FineTuningApiException>(() =>
            Creator.CreateAsync(_request with { Metadata = new Dictionary<string, string> { ["team"] = "a" } })
        );
        Assert.Equal(1, await _world.CountAsync("CreateJob"));
    }

    [Fact]
    public async Task A_second_run_with_the_key_gets_the_job_of_the_first()
    {
        JobCreation first = await Creator.CreateAsync(_request, "nightly-1");
        JobCreation second = await Creator.CreateAsync(_request, "nightly-1");
        JobCreation other = await Creator.CreateAsync(_request, "nightly-2");
        Assert.Equal((first.Job.Id, JobOrigin.FoundByKey), (second.Job.Id, second.Origin));
        Assert.Equal(JobOrigin.Created, other.Origin);
        Assert.Equal(2, (await _world.JobsAsync()).Count);
    }

    [Fact]
    public async Task A_key_of_another_piece_of_work_is_told()
    {
        JobCreation first = await Creator.CreateAsync(
            _request with
            {
                Seed = 7,
                Method = new JobMethod { Type = "supervised" },
            },
            "k"
        );
        Assert.Empty(first.Differences);
        Assert.Empty((await Creator.CreateAsync(_request, "k")).Differences);
        string other = await _world.Server.Api.UploadAsync();
        JobCreation found = await Creator.CreateAsync(
            _request with
            {
                Model = "gpt-4.1-mini",
                TrainingFile = other,
                Seed = 8,
                Method = new JobMethod { Type = "dpo" },
            },
            "k"
        );
        Assert.Equal(first.Job.Id, found.Job.Id);
        Assert.Equal(
            [
                "its model is gpt-4o-mini",
                $"its training file is {_request.TrainingFile}",
                "its method is supervised",
                "its seed is 7",
            ],
            found.Differences
        );
        Assert.Single(await _world.JobsAsync());
    }

    [Theory]
    [InlineData("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "train.jsonl", 0)]
    [InlineData("gpt-4o-mini", "gpt-4o-mini-2024-07-18", "file-1", 1)]
    [InlineData("gpt-4o", "gpt-4o", "file-2", 1)]
    public void Only_what_is_known_to_differ_differs(string model, string wanted, string file, int count) =>
        Assert.Equal(
            count,
            JobComparison
                .Differences(
                    new JobCreateRequest { Model = wanted, TrainingFile = file },
                    new JobResource { Model = model, TrainingFile = "file-1" }
                )
                .Count
        );

    [Fact]
    public async Task A_list_that_cannot_be_read_behind_a_creation_is_told()
    {
        await _world.FaultAsync("ListJobs:skip=1,status=500");
        JobCreation creation = await Creator.CreateAsync(_request, "k");
        Assert.Equal(JobOrigin.Created, creation.Origin);
        Assert.False(creation.IsSettled);
        Assert.True(creation.KeepsKey);
        Assert.True((await Creator.CreateAsync(_request)).IsSettled);
    }

    [Fact]
    public async Task A_job_that_is_listed_late_is_waited_for()
    {
        await _world.FaultAsync("ListJobs:skip=1,count=3,status=200,body='{\"data\":[],\"has_more\":false}'");
        Assert.True((await Creator.CreateAsync(_request, "k")).IsSettled);
        Assert.Equal(5, await _world.CountAsync("ListJobs"));
    }

    [Fact]
    public async Task A_job_that_can_still_come_to_something_goes_before_one_that_was_cancelled()
    {
        string cancelled = await _world.Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.KeyName] = "k" }));
        await _world.Client.CancelJobAsync(cancelled);
        Assert.Equal(cancelled, (await Creator.FindByKeyAsync("k"))!.Id);
        string good = await _world.Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.KeyName] = "k" }));
        await _world.Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.KeyName] = "k" }));
        Assert.Equal(good, (await Creator.FindByKeyAsync("k"))!.Id);
        Assert.Null(await Creator.FindByKeyAsync("another"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_runs_with_one_key_at_one_moment_leave_one_job(bool isLost)
    {
        if (isLost)
        {
            await _world.FaultAsync("CreateJob:skip=1,after_work,drop,count=1");
        }

        // The other run comes between this one's look and its creation.
        var meanwhile = new SynchronousProgress<JobCreateProgress>(step =>
        {
            if (step.CreationRecovery is null)
            {
                _world
                    .Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.KeyName] = "k" }))
                    .GetAwaiter()
                    .GetResult();
            }
        });
        JobCreation creation = await Creator.CreateAsync(_request, "k", meanwhile);
        List<JobResource> jobs = await _world.JobsAsync();
        Assert.Equal(2, jobs.Count);
        JobResource other = jobs.Single(job => job.Metadata!.ContainsKey(JobMetadata.TokenName) == false);
        JobResource own = jobs.Single(job => job.Id != other.Id);
        Assert.Equal((other.Id, own.Id), (creation.Job.Id, creation.CancelledDuplicate));
        Assert.Equal(JobStatus.Cancelled, own.Status);
        Assert.NotEqual(JobStatus.Cancelled, other.Status);
    }

    [Fact]
    public async Task A_later_job_of_the_key_is_left_to_its_own_run()
    {
        string? other = null;
        await _world.FaultAsync("CreateJob:after_work,drop,count=1");
        var meanwhile = new SynchronousProgress<JobCreateProgress>(step =>
        {
            if (step.CreationRecovery is not null)
            {
                other = _world
                    .Server.Api.CreateJobAsync(Body(new JsonObject { [JobMetadata.KeyName] = "k" }))
                    .GetAwaiter()
                    .GetResult();
            }
        });
        JobCreation creation = await Creator.CreateAsync(_request, "k", meanwhile);
        Assert.Equal(JobOrigin.FoundByToken, creation.Origin);
        Assert.Null(creation.CancelledDuplicate);
        Assert.NotEqual(other, creation.Job.Id);
        Assert.DoesNotContain(await _world.JobsAsync(), job => job.Status == JobStatus.Cancelled);
    }

    [Fact]
    public async Task Many_runs_with_one_key_at_once_agree_on_one_job()
    {
        JobCreation[] all = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => Creator.CreateAsync(_request, "k")))
        );
        JobResource left = Assert.Single(await _world.JobsAsync(), job => job.Status != JobStatus.Cancelled);
        Assert.Contains(all, creation => creation.Job.Id == left.Id);
        Assert.DoesNotContain(all, creation => creation.RunningDuplicate is not null);
    }

    [Fact]
    public async Task A_key_that_finds_no_room_is_refused_before_anything_is_sent()
    {
        var full = Enumerable.Range(0, JobMetadata.MaxPairs).ToDictionary(i => $"k{i}", i => "v");
        await Assert.ThrowsAsync<ArgumentException>(() => Creator.CreateAsync(_request with { Metadata = full }, "k"));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Creator.CreateAsync(
                _request with
                {
                    Metadata = new Dictionary<string, string> { [JobMetadata.KeyName] = "x" },
                },
                "k"
            )
        );
        Assert.Equal(0, await _world.CountAsync("CreateJob"));
    }

    private JsonObject Body(JsonObject metadata) =>
        new()
        {
            ["model"] = _request.Model,
            ["training_file"] = _request.TrainingFile,
            ["metadata"] = metadata,
        };
}
