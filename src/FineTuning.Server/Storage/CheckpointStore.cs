using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Storage;

/// <summary>Rows of checkpoints.</summary>
internal static class CheckpointStore
{
    /// <summary>Stores a checkpoint; false if the job has one of this step, as after a restart from an earlier
    /// state.</summary>
    public static bool Add(Session session, long jobSeq, int step, string modelName, CheckpointMetrics metrics) =>
        session.Execute(
            """
            INSERT OR IGNORE INTO checkpoints(id, job_seq, created_at, step, model_name, metrics) VALUES($1, $2, $3, $4, $5, $6)
            """,
            Ids.NewCheckpoint(),
            jobSeq,
            DateTimeOffset.UtcNow,
            step,
            modelName,
            JsonSerializer.Serialize(metrics, WireContext.Default.CheckpointMetrics)
        ) > 0;

    /// <summary>A page of a job's checkpoints, by their step.</summary>
    public static Page<CheckpointResource> List(Session session, ListQuery page, JobRecord job) =>
        new PageQuery("checkpoints", "step")
            .Of("job_seq = {0}", job.Seq)
            .Read(
                session,
                page,
                "id, created_at, step, model_name, metrics",
                row => new CheckpointResource
                {
                    Id = row.Text("id"),
                    CreatedAt = row.Time("created_at"),
                    StepNumber = row.Number("step"),
                    FineTunedModelCheckpoint = row.Text("model_name"),
                    FineTuningJobId = job.Id,
                    Metrics = row.Json("metrics", WireContext.Default.CheckpointMetrics),
                }
            );
}
