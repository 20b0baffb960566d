using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;

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

    /// <summary>A page of a job's checkpoints, the newest first.</summary>
    public static List<CheckpointResource> List(Session session, JobRecord job, long before, int limit) =>
        session.Query(
            """
            SELECT id, created_at, step, model_name, metrics FROM checkpoints
            WHERE job_seq = $1 AND step < $2 ORDER BY step DESC LIMIT $3
            """,
            reader => new CheckpointResource
            {
                Id = reader.GetString(0),
                CreatedAt = reader.Time(1),
                StepNumber = reader.GetInt64(2),
                FineTunedModelCheckpoint = reader.GetString(3),
                FineTuningJobId = job.Id,
                Metrics = JsonSerializer.Deserialize(reader.GetString(4), WireContext.Default.CheckpointMetrics),
            },
            job.Seq,
            before,
            limit
        );

    /// <summary>The step of a checkpoint; null if the job has no such checkpoint.</summary>
    public static long? Position(Session session, long jobSeq, string id) =>
        (long?)session.Scalar("SELECT step FROM checkpoints WHERE id = $1 AND job_seq = $2", id, jobSeq);
}
