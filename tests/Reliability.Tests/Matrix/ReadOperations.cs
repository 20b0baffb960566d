using System.Text;
using System.Text.Json;
using FineTuning.Core.Client;
using FineTuning.Core.Errors;
using FineTuning.Core.Files;
using FineTuning.Core.Wire;
using FineTuning.Tests.Shared.Server;
using Xunit;

namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What changes nothing at the service.</summary>
internal static class ReadOperations
{
    private static readonly JsonElement s_grader = JsonElement.Parse(
        """{"type":"string_check","name":"same","input":"{{ sample.output_text }}","reference":"{{ item.answer }}","operation":"eq"}"""
    );

    // What Api uploads.
    private static readonly string s_content = Api.ChatLines(12);

    public static IReadOnlyList<Operation> All { get; } =
    [
        new(Section.Reads, "a job", "GetJob")
        {
            Run = async cell => Assert.Equal(cell.Lane.Job, (await cell.Client.GetJobAsync(cell.Lane.Job)).Id),
        },
        new(Section.Reads, "the list of jobs", "ListJobs") { Run = ListJobsAsync },
        new(Section.Reads, "events", "ListEvents")
        {
            Run = async cell => Assert.NotEmpty((await cell.Client.ListEventsAsync(cell.Lane.Job)).Data),
        },
        new(Section.Reads, "checkpoints", "ListCheckpoints")
        {
            Run = async cell => Assert.NotEmpty((await cell.Client.ListCheckpointsAsync(cell.Lane.Job)).Data),
        },
        new(Section.Reads, "a file", "GetFile")
        {
            Run = async cell => Assert.Equal(cell.Lane.File, (await cell.Client.GetFileAsync(cell.Lane.File)).Id),
        },
        new(Section.Reads, "the list of files", "ListFiles")
        {
            Run = async cell => Assert.NotEmpty((await cell.Client.ListFilesAsync()).Data),
        },
        new(Section.Reads, "a model", "GetModel")
        {
            Run = async cell => Assert.Equal(cell.Lane.Model, (await cell.Client.GetModelAsync(cell.Lane.Model)).Id),
        },
        new(Section.Reads, "the list of models", "ListModels")
        {
            Run = async cell => Assert.NotEmpty((await cell.Client.ListModelsAsync()).Data),
        },
        new(Section.Reads, "permissions", "ListPermissions")
        {
            Run = cell => cell.Client.ListPermissionsAsync(cell.Lane.Model),
        },
        new(Section.Reads, "running a grader", "RunGrader")
        {
            Run = async cell =>
                Assert.Equal(
                    1,
                    (
                        await cell.Client.RunGraderAsync(
                            new GraderRunRequest
                            {
                                Grader = s_grader,
                                ModelSample = "red",
                                Item = JsonElement.Parse("""{"answer":"red"}"""),
                            }
                        )
                    ).Reward
                ),
        },
        new(Section.Reads, "checking a grader", "ValidateGrader")
        {
            Run = async cell => Assert.NotNull((await cell.Client.ValidateGraderAsync(s_grader)).Grader),
        },
        new(Section.Downloads, "a file's content", "GetFileContent") { Run = DownloadAsync },
    ];

    private static async Task ListJobsAsync(Cell cell)
    {
        List<string> ids = [];
        await foreach (JobResource job in cell.Client.EnumerateJobsAsync(new JobQuery { Limit = 2 }))
        {
            ids.Add(job.Id);
            if (ids.Count == 1)
            {
                break;
            }
        }

        Assert.Single(ids);
    }

    private static async Task DownloadAsync(Cell cell)
    {
        string folder = Directory.CreateTempSubdirectory("reliability-").FullName;
        try
        {
            FileResource file = new()
            {
                Id = cell.Lane.File,
                Bytes = Encoding.UTF8.GetByteCount(s_content),
                Purpose = "fine-tune",
            };
            string target = Path.Combine(folder, "train.jsonl");
            try
            {
                await new FileDownload(cell.Client).RunAsync(file, target);
            }
            catch (FineTuningApiException)
            {
                Assert.Empty(Directory.GetFiles(folder));
                throw;
            }

            Assert.Equal(target, Directory.GetFiles(folder).Single());
            Assert.Equal(s_content, File.ReadAllText(target));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
