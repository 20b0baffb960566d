using System.Globalization;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Jobs;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Tests.Soak;

/// <summary>
/// A data folder with many ended jobs, made by the server's own storage and not over HTTP, where each job would have to
/// be trained. Rows and result files are those that a job with one step leaves; only the models' own files are left
/// out, which no list looks at.
/// </summary>
internal static class StoredJobs
{
    /// <summary>Every job has one of these as its team: a filter by team finds this share of all.</summary>
    public const int Teams = 5;

    /// <summary>The last job has more.</summary>
    public const int EventsPerJob = 7;

    private const int Batch = 500;

    /// <summary>Fills an empty folder.</summary>
    /// <returns>The ids of the first job and of the last, which alone has <paramref name="events"/> events.</returns>
    public static async Task<(string First, string Last)> FillAsync(string path, int count, int events)
    {
        using var folder = DataFolder.Open(path);
        using var database = Database.Open(folder.DatabasePath);
        string content = "c3RlcA==",
            first = string.Empty,
            last = string.Empty;
        for (int start = 0; start < count; start += Batch)
        {
            int from = start,
                to = Math.Min(count, start + Batch);
            await database.WriteAsync(session =>
            {
                for (int i = from; i < to; i++)
                {
                    string file = Ids.NewFile();
                    File.WriteAllText(Path.Combine(folder.Files, file), content);
                    last = AddJob(session, i, file, content.Length);
                    first = i == 0 ? last : first;
                }
            });
        }

        for (int start = 0; start < events; start += Batch)
        {
            int from = start,
                to = Math.Min(events, start + Batch);
            await database.WriteAsync(session =>
            {
                long seq = JobStore.Find(session, last)!.Seq;
                for (int step = from; step < to; step++)
                {
                    AddStep(session, seq, step + 2, events);
                }
            });
        }

        return (first, last);
    }

    private static string AddJob(Session session, int number, string resultFile, int bytes)
    {
        JobRecord job = JobStore.Insert(
            session,
            new JobRecord
            {
                Id = Ids.NewJob(),
                Status = JobStatus.ValidatingFiles,
                Model = "gpt-4o-mini",
                ModelName = BaseModels.NewFineTunedName("gpt-4o-mini", "stored"),
                CreatedAt = DateTimeOffset.UtcNow,
                TrainingFile = "file-gone",
                Seed = number,
                Method = "supervised",
                Requested = new Hyperparameters
                {
                    EpochCount = 1,
                    BatchSize = 1,
                    LearningRateMultiplier = 1.0,
                },
                Metadata = new Dictionary<string, string>
                {
                    ["team"] = "team-" + (number % Teams).ToString(CultureInfo.InvariantCulture),
                    ["number"] = number.ToString(CultureInfo.InvariantCulture),
                },
            }
        );
        JobEvents.Created(session, job, NeuralTrainer.BuiltInName);
        JobEvents.Started(session, job);
        AddStep(session, job.Seq, 1, 1);
        FileStore.Insert(
            session,
            new FileResource
            {
                Id = resultFile,
                FileName = ResultFile.FileName,
                Purpose = ResultFile.Purpose,
                Bytes = bytes,
                CreatedAt = DateTimeOffset.UtcNow,
            }
        );
        ModelStore.Put(session, job.ModelName, job, $"jobs/{job.Id}/model-1.bin", "local-small");
        JobEvents.Succeeded(session, job);
        JobStore.Finish(session, job, JobStatus.Succeeded, resultFile: resultFile, trainedTokens: 1);
        JobStore.SetSwept(session, job);
        return job.Id;
    }

    private static void AddStep(Session session, long jobSeq, int step, int total)
    {
        StepReport metrics = new()
        {
            Step = step,
            TotalSteps = total,
            Epoch = 1,
            TrainLoss = 1,
            TrainAccuracy = 0.5,
            TrainedTokens = step,
        };
        EventStore.AddStep(session, jobSeq, metrics);
        JobEvents.Step(session, jobSeq, metrics);
    }
}
