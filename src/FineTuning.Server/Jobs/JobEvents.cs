using System.Globalization;
using System.Text;
using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Storage;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.External;

namespace FineTuning.Server.Jobs;

/// <summary>The words of a job's events, the service's own where it has them.</summary>
internal static class JobEvents
{
    public static void Created(Session session, JobRecord job, string trainer)
    {
        string what = BaseModels.IsFineTuned(job.Model)
            ? $"and goes on from what {job.Model} learned"
            : $"not {job.Model}";
        string model = trainer.StartsWith(ExternalTrainer.NamePrefix, StringComparison.Ordinal)
            ? $"a model of the external trainer '{trainer[ExternalTrainer.NamePrefix.Length..]}'"
            : "a small model of its own that runs on this computer";
        Add(session, job, $"This is a local server: what it trains is {model}, {what}.");
        Add(session, job, $"Created fine-tuning job: {job.Id}");
        string second = job.ValidationFile is null ? string.Empty : $" and validation file: {job.ValidationFile}";
        Add(session, job, $"Validating training file: {job.TrainingFile}{second}");
    }

    public static void Validated(Session session, JobRecord job) =>
        Add(session, job, "Files validated, moving job to queued state");

    public static void Started(Session session, JobRecord job) => Add(session, job, "Fine-tuning job started");

    public static void GoesOn(Session session, JobRecord job) =>
        Add(
            session,
            job,
            job.StateStep == 0
                ? "Fine-tuning job resumed"
                : Invariant($"Fine-tuning job resumed from step {job.StateStep}")
        );

    public static void Restarted(Session session, JobRecord job) =>
        Add(
            session,
            job,
            "The local server was stopped while this job was at work; it goes on from its last saved state",
            "warn"
        );

    public static void StartsOver(Session session, JobRecord job, string reason) =>
        Add(session, job, $"{reason} The training starts over", "warn");

    public static void PauseRequested(Session session, JobRecord job) => Add(session, job, "Pause requested");

    public static void Paused(Session session, JobRecord job) => Add(session, job, "Fine-tuning job paused");

    public static void ResumeRequested(Session session, JobRecord job) => Add(session, job, "Resume requested");

    public static void Cancelled(Session session, JobRecord job) => Add(session, job, "Fine-tuning job cancelled");

    public static void Failed(Session session, JobRecord job, JobError error) =>
        Add(session, job, error.Message ?? "The job failed", "error");

    public static void Checkpoint(Session session, JobRecord job, int step) =>
        Add(session, job, Invariant($"Checkpoint created at step {step}"));

    public static void Succeeded(Session session, JobRecord job)
    {
        Add(session, job, $"New fine-tuned model created: {job.ModelName}");
        Add(session, job, "The job has successfully completed");
    }

    public static void Step(Session session, long jobSeq, StepReport metrics)
    {
        StringBuilder text = new(Invariant($"Step {metrics.Step}/{metrics.TotalSteps}"));
        string separator = ": ";
        foreach (
            (string name, double? value) in new[]
            {
                ("training loss", metrics.TrainLoss),
                ("validation loss", metrics.ValidLoss),
                ("full validation loss", metrics.FullValidLoss),
                ("training reward", metrics.Further("train_reward_mean")),
                ("validation reward", metrics.Further("valid_reward_mean")),
                ("full validation reward", metrics.Further("full_valid_reward_mean")),
            }
        )
        {
            if (value is not null)
            {
                text.Append(Invariant($"{separator}{name}={value:0.00}"));
                separator = ", ";
            }
        }

        CheckpointMetrics data = Metrics(metrics);
        (data.AdditionalFields ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal)).Add(
            "total_steps",
            Number(metrics.TotalSteps)
        );
        EventStore.Add(
            session,
            jobSeq,
            text.ToString(),
            type: "metrics",
            data: JsonSerializer.Serialize(data, WireContext.Default.CheckpointMetrics)
        );
    }

    public static void Warning(Session session, long jobSeq, string message) =>
        EventStore.Add(session, jobSeq, message, "warn");

    /// <summary>The numbers of a step as the wire has them, for its event and for a checkpoint.</summary>
    public static CheckpointMetrics Metrics(StepReport metrics)
    {
        CheckpointMetrics data = new()
        {
            Step = metrics.Step,
            TrainLoss = Finite(metrics.TrainLoss),
            TrainMeanTokenAccuracy = Finite(metrics.TrainAccuracy),
            ValidLoss = Finite(metrics.ValidLoss),
            ValidMeanTokenAccuracy = Finite(metrics.ValidAccuracy),
            FullValidLoss = Finite(metrics.FullValidLoss),
            FullValidMeanTokenAccuracy = Finite(metrics.FullValidAccuracy),
        };
        if (metrics.Extra is { Count: > 0 } extra)
        {
            data.AdditionalFields = extra
                .Where(pair => double.IsFinite(pair.Value))
                .ToDictionary(pair => pair.Key, pair => Number(pair.Value), StringComparer.Ordinal);
        }

        return data;
    }

    private static JsonElement Number(double value) =>
        JsonSerializer.SerializeToElement(value, ServerJson.Default.Double);

    private static double? Further(this StepReport metrics, string name) =>
        metrics.Extra is { } extra && extra.TryGetValue(name, out double value) ? value : null;

    // JSON has no NaN or infinity; a diverged loss is left out there and named in the message.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static void Add(Session session, JobRecord job, string message, string level = "info") =>
        EventStore.Add(session, job.Seq, message, level);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
