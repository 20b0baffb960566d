using System.Net;
using System.Runtime.InteropServices;
using FineTuning.Core.Client;
using FineTuning.Core.Credentials;
using FineTuning.Core.Datasets;
using FineTuning.Core.Files;
using FineTuning.Core.Jobs;
using FineTuning.Core.Metrics;
using FineTuning.Core.Threading;
using FineTuning.Core.Wire;

namespace FineTuning.Walkthrough;

/// <summary>The whole way of a training file in C#: check, upload, train, follow, pick a checkpoint, fetch the metrics,
/// clean up.</summary>
internal static class Program
{
    public const string KeyVariable = "OPENAI_API_KEY";

    private static async Task Main(string[] arguments)
    {
        // The first Ctrl+C is a wish that everything below hears of; only the second one ends the program the hard way.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            // Named by an argument and never by a variable: creating a job at a hosted service costs money.
            if (arguments is [var endpoint])
            {
                string key =
                    Environment.GetEnvironmentVariable(KeyVariable)
                    ?? throw new ArgumentException(
                        $"The environment variable {KeyVariable} must hold the key for {endpoint}."
                    );
                await WalkAsync(new Uri(endpoint), key, stop.Token);
                return;
            }

            await using LocalServer server = await LocalServer.StartAsync(stop.Token);
            Console.WriteLine($"Server: {server.Endpoint}");
            await server.UseAsync(token => WalkAsync(server.Endpoint, "any-key", token), stop.Token);
        }
        catch (Exception e)
        {
            bool cancelled = e is OperationCanceledException && stop.IsCancellationRequested;
            Fail(cancelled ? 130 : 1, cancelled ? "Cancelled." : $"Failed: {e.Message}");
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    public static void Fail(int exitCode, string why)
    {
        Environment.ExitCode = exitCode;
        Console.Error.WriteLine(why.ReplaceLineEndings(" "));
    }

    private static async Task WalkAsync(Uri endpoint, string key, CancellationToken cancellationToken)
    {
        string samples = Path.Combine(LocalServer.FindRepository(), "samples");
        string training = Path.Combine(samples, "helpdesk-train.jsonl"),
            validation = Path.Combine(samples, "helpdesk-valid.jsonl");
        await CheckAsync(training, validation, cancellationToken);

        using var credential = new KeyCredential(new NetworkCredential("", key).SecurePassword);
        using var client = new FineTuningClient(new ClientOptions { Endpoint = endpoint }, credential);
        await using var cleanUp = new CleanUp(client);

        FileResource trainingFile = cleanUp.Add(await UploadAsync(client, training, cancellationToken));
        FileResource validationFile = cleanUp.Add(await UploadAsync(client, validation, cancellationToken));
        JobResource job = cleanUp.Add(await CreateJobAsync(client, trainingFile, validationFile, cancellationToken));
        await FollowAsync(client, job, cancellationToken);
        job = await WaitAsync(client, job, cancellationToken);
        await ShowCheckpointsAsync(client, job, cancellationToken);
        await ShowMetricsAsync(client, job, cancellationToken);
        Console.WriteLine($"Status: {job.Status}");
        Console.WriteLine($"Model: {job.FineTunedModel}");
    }

    private static async Task CheckAsync(string training, string validation, CancellationToken cancellationToken)
    {
        // Here a bad line costs a moment; found by the service, it costs an upload and the wait for a job that fails.
        DatasetReport report = await DatasetChecker.CheckPairAsync(
            training,
            validation,
            cancellationToken: cancellationToken
        );
        DatasetReport[] both = [report, report.Validation!];
        foreach (DatasetProblem problem in both.SelectMany(r => r.Problems))
        {
            Console.Error.WriteLine($"{problem.Severity}: {problem.File}, {problem} {problem.Fix}");
        }

        if (!report.IsValid)
        {
            throw new InvalidDataException(
                $"The service would refuse the data: {both.Sum(r => r.ErrorCount)} errors. Nothing was sent."
            );
        }

        Console.WriteLine($"Checked: {string.Join(", ", both.Select(r => $"{r.Name} has {r.ExampleCount} examples"))}");
    }

    private static async Task<FileResource> UploadAsync(
        FineTuningClient client,
        string path,
        CancellationToken cancellationToken
    )
    {
        string name = Path.GetFileName(path);
        long size = new FileInfo(path).Length;
        var progress = new SynchronousProgress<long>(sent =>
            Console.WriteLine($"  {sent:N0} of {size:N0} bytes of {name}")
        );

        // The client takes a way to open the file, not a stream: an upload that breaks is sent again from the start.
        FileResource file = await client.CreateFileAsync(
            () => File.OpenRead(path),
            name,
            "fine-tune",
            progress,
            cancellationToken
        );
        Console.WriteLine($"Uploaded: {name} is {file.Id}");
        return file;
    }

    private static async Task<JobResource> CreateJobAsync(
        FineTuningClient client,
        FileResource training,
        FileResource validation,
        CancellationToken cancellationToken
    )
    {
        var request = new JobCreateRequest
        {
            Model = "gpt-4o-mini",
            TrainingFile = training.Id,
            ValidationFile = validation.Id,
            Suffix = "helpdesk", // becomes part of the model's name
            Seed = 42, // the same seed and data give the same losses
            // What is not named here is 'auto': the service chooses it.
            Method = JobMethod.Create(
                "supervised",
                new MethodOptions { Hyperparameters = new Hyperparameters { BatchSize = 8 } }
            ),
        };
        // A create whose answer is lost is not sent again: it may have worked, and a second job costs as much as the
        // first.
        JobResource job = await client.CreateJobAsync(request, cancellationToken);
        Console.WriteLine($"Job: {job.Id} is {job.Status}");
        return job;
    }

    private static async Task FollowAsync(FineTuningClient client, JobResource job, CancellationToken cancellationToken)
    {
        // Each event once, oldest first, until the job has ended; a network that fails meanwhile is waited for.
        var outage = new SynchronousProgress<ServiceOutage>(o =>
            Console.Error.WriteLine(
                o.Length is TimeSpan length
                    ? $"The service answers again after {length.TotalSeconds:0} s"
                    : $"Still waiting: {o.Reason.Message}"
            )
        );
        await foreach (
            EventResource item in new EventFollower(client).FollowAsync(job.Id, after: null, outage, cancellationToken)
        )
        {
            var step = StepMetrics.FromEvent(item);
            // About twenty steps are enough to see the loss fall.
            int every = Math.Max(1, (step?.TotalSteps ?? 0) / 20);
            if (step is null || (step.Step - 1) % every == 0 || step.Step == step.TotalSteps)
            {
                Console.WriteLine($"  {item.Message}");
            }
        }
    }

    private static async Task<JobResource> WaitAsync(
        FineTuningClient client,
        JobResource job,
        CancellationToken cancellationToken
    )
    {
        // An event is a message for people; whether the job succeeded, only the job says.
        WaitOutcome outcome = await new JobWaiter(client)
            .WaitAsync([job.Id], null, cancellationToken)
            .FirstAsync(cancellationToken);
        return outcome switch
        {
            { Failure: { } failure } => throw failure,
            { Job: { } ended } when ended.Status == JobStatus.Succeeded => ended,
            _ => throw new InvalidOperationException(
                $"The job {job.Id} is {outcome.Job?.Status}. {outcome.Job?.Error?.Message}"
            ),
        };
    }

    private static async Task ShowCheckpointsAsync(
        FineTuningClient client,
        JobResource job,
        CancellationToken cancellationToken
    )
    {
        List<CheckpointResource> checkpoints = await client
            .EnumerateCheckpointsAsync(job.Id, null, cancellationToken)
            .ToListAsync(cancellationToken);
        Console.WriteLine("  Step TrainLoss FullValidLoss Model");
        foreach (CheckpointResource one in checkpoints)
        {
            Console.WriteLine(
                $"{one.StepNumber, 6} {one.Metrics?.TrainLoss, 9:0.0000} {one.Metrics?.FullValidLoss, 13:0.0000} "
                    + $"{one.FineTunedModelCheckpoint}"
            );
        }

        // The last checkpoint need not be the best: a model that learned its examples by heart does worse on new ones.
        Console.WriteLine(
            CheckpointRanking.Best(checkpoints) is var (best, by)
                ? $"Best checkpoint: step {best.StepNumber}, by {by}"
                : "Best checkpoint: the service sent no losses to tell"
        );
    }

    private static async Task ShowMetricsAsync(
        FineTuningClient client,
        JobResource job,
        CancellationToken cancellationToken
    )
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("finetuning-walkthrough-");
        try
        {
            FileResource file = await client.GetFileAsync(job.ResultFiles![0], cancellationToken);
            string path = Path.Combine(folder.FullName, SafeName.For(file));
            await new FileDownload(client).RunAsync(file, path, progress: null, cancellationToken);
            string[][] rows = [.. File.ReadLines(path).Select(line => line.Split(','))];
            int loss = Array.IndexOf(rows[0], "train_loss");
            Console.WriteLine($"Metrics: {rows.Length - 1} steps, train loss from {rows[1][loss]} to {rows[^1][loss]}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
