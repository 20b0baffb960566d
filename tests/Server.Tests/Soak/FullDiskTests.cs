using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FineTuning.Server.Tests.Support;
using FineTuning.Tests.Shared;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Server.Tests.Soak;

/// <summary>The disk is full while the server is at work, and has room again later.</summary>
[Collection("soak")]
[Trait("Category", SoakScale.Category)]
public sealed class FullDiskTests
{
    [SmallDiskFact]
    public async Task A_full_disk_is_named_stores_nothing_by_halves_and_is_got_over()
    {
        using SmallDisk disk = SmallDisk.TryMount()!;
        string data = Path.Combine(disk.Path, "data");
        string file;
        await using (ServerProcess server = await ServerProcess.StartAsync("--data", data))
        {
            file = await server.Api.UploadAsync(Api.ChatLines(400));
            string ballast = disk.Fill();

            await RefusesAsync(server.Api, HttpMethod.Post, "files", Api.Form(new byte[500_000], "user_data"));
            await RefusesAsync(server.Api, HttpMethod.Post, "files", Api.Form(new byte[100_000], "user_data"));
            JsonElement files = await server.Api.GetAsync("files");
            Assert.Equal(
                [file],
                files.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString())
            );
            Assert.Equal(
                [file],
                Directory.GetFiles(Path.Combine(data, "files")).Select(path => Path.GetFileName(path))
            );
            Assert.Equal(Api.ChatLines(400), await server.Api.Http.GetStringAsync($"files/{file}/content"));
            await server.Api.GetAsync("fine_tuning/jobs");

            File.Delete(ballast);
            string later = await server.Api.CreateJobAsync(new JsonObject { ["training_file"] = file });
            await server.Api.UntilStatusAsync(later, "succeeded");
            await server.Api.UploadAsync("there is room again", "user_data");
            server.Process.Kill();
        }

        await using ServerProcess again = await ServerProcess.StartAsync("--data", data);
        Assert.Equal(Api.ChatLines(400), await again.Api.Http.GetStringAsync($"files/{file}/content"));
    }

    [SmallDiskFact]
    public async Task A_job_that_meets_a_full_disk_ends_one_way_or_the_other_once_there_is_room()
    {
        using SmallDisk disk = SmallDisk.TryMount()!;
        await using ServerProcess server = await ServerProcess.StartAsync("--data", Path.Combine(disk.Path, "data"));
        string file = await server.Api.UploadAsync(Api.ChatLines(400));
        string[] jobs = new string[3];
        for (int i = 0; i < jobs.Length; i++)
        {
            jobs[i] = await server.Api.CreateJobAsync(
                new JsonObject
                {
                    ["training_file"] = file,
                    ["hyperparameters"] = new JsonObject { ["n_epochs"] = 10, ["batch_size"] = 1 },
                }
            );
        }

        await server.Api.UntilStatusAsync(jobs[0], "running");
        string ballast = disk.Fill();

        // Once for the run whose end could not be stored, and once for the job that could not be taken up again.
        await Until.TrueAsync(
            "the disk was too full to take the job up again",
            () => Regex.Count(Log(disk), "A worker failed") >= 2
        );
        File.Delete(ballast);

        foreach (string job in jobs)
        {
            JsonElement ended = await server.Api.UntilStatusAsync(job, "succeeded", "failed");
            if (ended.GetProperty("status").GetString() == "failed")
            {
                Assert.Equal("disk_full", ended.GetProperty("error").GetProperty("code").GetString());
            }
        }
    }

    private static string Log(SmallDisk disk)
    {
        using StreamReader reader = new(
            new FileStream(
                Path.Combine(disk.Path, "data", "server.log"),
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            )
        );
        return reader.ReadToEnd();
    }

    private static async Task RefusesAsync(Api api, HttpMethod method, string path, HttpContent content)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        using HttpResponseMessage response = await api.Http.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.InsufficientStorage, body);
        Assert.Equal("disk_full", Api.ErrorOf(JsonElement.Parse(body)).GetProperty("code").GetString());
    }
}
