namespace FineTuning.Server.Storage;

/// <summary>Rows of the models that jobs made, checkpoints included.</summary>
internal static class ModelStore
{
    private const string Columns = "name, job_seq, base_model, created_at, path, trainer";

    /// <summary>Stores a model, or its new file if the name is known, as after a restart from an earlier
    /// state.</summary>
    public static void Put(Session session, string name, JobRecord job, string path, string trainer) =>
        session.Execute(
            """
            INSERT INTO models(name, job_seq, base_model, created_at, path, trainer) VALUES($1, $2, $3, $4, $5, $6)
            ON CONFLICT(name) DO UPDATE SET path = excluded.path
            """,
            name,
            job.Seq,
            job.Model,
            DateTimeOffset.UtcNow,
            path,
            trainer
        );

    public static ModelRecord? Find(Session session, string name) =>
        session.First($"SELECT {Columns} FROM models WHERE name = $1", Map, name);

    /// <summary>Oldest first.</summary>
    public static List<ModelRecord> List(Session session) =>
        session.Query($"SELECT {Columns} FROM models ORDER BY seq", Map);

    /// <summary>Forgets a model. That its file is still there is noted with its job, as a kill may come before it is
    /// deleted.</summary>
    public static bool Delete(Session session, string name)
    {
        session.Execute("INSERT OR IGNORE INTO unswept_jobs(job_seq) SELECT job_seq FROM models WHERE name = $1", name);
        return session.Execute("DELETE FROM models WHERE name = $1", name) > 0;
    }

    /// <summary>The files of a job's models, relative to the data folder.</summary>
    public static HashSet<string> PathsOfJob(Session session, long jobSeq) =>
        [.. session.Query("SELECT path FROM models WHERE job_seq = $1", row => row.Text("path"), jobSeq)];

    private static ModelRecord Map(Row row) =>
        new(
            row.Text("name"),
            row.Number("job_seq"),
            row.Text("base_model"),
            row.Time("created_at"),
            row.Text("path"),
            row.Text("trainer")
        );
}

/// <summary>A model that a job made.</summary>
/// <param name="Name">Its public name.</param>
/// <param name="JobSeq">The job.</param>
/// <param name="BaseModel">The name it was trained under.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Path">Its file, relative to the data folder.</param>
/// <param name="Trainer">The name of the trainer that made it and can open it.</param>
internal sealed record ModelRecord(
    string Name,
    long JobSeq,
    string BaseModel,
    DateTimeOffset CreatedAt,
    string Path,
    string Trainer
);
