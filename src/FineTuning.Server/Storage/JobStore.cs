using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Requests;
using FineTuning.Server.Training.Contracts;
using FineTuning.Server.Training.Runs;

namespace FineTuning.Server.Storage;

/// <summary>Rows of jobs. Every method works within the session's transaction.</summary>
internal static class JobStore
{
    // In the order in which a row is read.
    private const string Columns = """
        j.settled, j.seq, j.id, j.status, j.validated, j.model, j.model_name, j.created_at, j.finished_at, j.training_file,
        j.validation_file, j.suffix, j.seed, j.method, j.hyperparameters, j.example_count, j.total_steps, j.trained_tokens, j.error,
        j.metadata, j.integrations, j.result_file, j.state_path, j.state_step, j.grader, j.training_type
        """;

    /// <summary>Stores a new job and returns it with its place in the order.</summary>
    public static JobRecord Insert(Session session, JobRecord job)
    {
        long seq = session.Insert(
            """
            INSERT INTO jobs(id, status, model, model_name, created_at, training_file, validation_file, suffix, seed, method,
                             hyperparameters, metadata, integrations, grader, training_type)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            job.Id,
            job.Status.Value,
            job.Model,
            job.ModelName,
            job.CreatedAt,
            job.TrainingFile,
            job.ValidationFile,
            job.Suffix,
            job.Seed,
            job.Method,
            JsonSerializer.Serialize(job.Requested, WireContext.Default.Hyperparameters),
            job.Metadata is null
                ? null
                : JsonSerializer.Serialize(job.Metadata, WireContext.Default.IReadOnlyDictionaryStringString),
            job.Integrations is null
                ? null
                : JsonSerializer.Serialize(job.Integrations, WireContext.Default.IReadOnlyListJobIntegration),
            job.Grader?.GetRawText(),
            job.TrainingType
        );
        foreach ((string key, string value) in job.Metadata ?? new Dictionary<string, string>())
        {
            session.Execute("INSERT INTO job_metadata(key, value, job_seq) VALUES($1, $2, $3)", key, value, seq);
        }

        return job with
        {
            Seq = seq,
        };
    }

    public static JobRecord? Find(Session session, string id) =>
        session.First($"SELECT {Columns} FROM jobs j WHERE j.id = $1", Map, id);

    public static JobRecord? Find(Session session, long seq) =>
        session.First($"SELECT {Columns} FROM jobs j WHERE j.seq = $1", Map, seq);

    /// <summary>A page of jobs.</summary>
    /// <param name="session">The session.</param>
    /// <param name="page">Which.</param>
    /// <param name="metadata">Pairs that a job must all have; null for any job.</param>
    /// <param name="withoutMetadata">Only jobs that have none.</param>
    public static Page<JobRecord> List(
        Session session,
        ListQuery page,
        IReadOnlyList<KeyValuePair<string, string>>? metadata = null,
        bool withoutMetadata = false
    )
    {
        PageQuery query = new("jobs j", "j.seq");
        if (metadata is { Count: > 0 })
        {
            FilterMetadata(session, query, metadata);
        }
        else if (withoutMetadata)
        {
            query.Where("j.metadata IS NULL");
        }

        return query.Read(session, page, Columns, Map);
    }

    /// <summary>The rarest pair walks its index in order; the others are looked up for each hit.</summary>
    private static void FilterMetadata(
        Session session,
        PageQuery query,
        IReadOnlyList<KeyValuePair<string, string>> metadata
    )
    {
        if (metadata.Count > 1)
        {
            metadata = [.. metadata.OrderBy(pair => CountMetadata(session, pair))];
        }

        query
            .Along("job_metadata m JOIN jobs j ON j.seq = m.job_seq", "m.job_seq")
            .Where("m.key = {0} AND m.value = {1}", metadata[0].Key, metadata[0].Value);
        foreach ((string key, string value) in metadata.Skip(1))
        {
            query.Where(
                "EXISTS(SELECT 1 FROM job_metadata o WHERE o.key = {0} AND o.value = {1} AND o.job_seq = m.job_seq)",
                key,
                value
            );
        }
    }

    /// <summary>How many jobs have a pair, counted up to a page: a pair that is rarer than that is worth starting
    /// from.</summary>
    private static long CountMetadata(Session session, KeyValuePair<string, string> pair) =>
        (long)
            session.Scalar(
                "SELECT count(*) FROM (SELECT 1 FROM job_metadata WHERE key = $1 AND value = $2 LIMIT 100)",
                pair.Key,
                pair.Value
            )!;

    /// <summary>Jobs with one of the statuses, oldest first.</summary>
    public static List<JobRecord> WithStatus(Session session, params JobStatus[] statuses) =>
        [
            .. statuses
                .SelectMany(status =>
                    session.Query(
                        $"SELECT {Columns} FROM jobs j WHERE j.finished_at IS NULL AND j.status = $1 ORDER BY j.seq",
                        Map,
                        status.Value
                    )
                )
                .OrderBy(job => job.Seq),
        ];

    /// <summary>Ids of jobs whose files are to be checked, oldest first.</summary>
    public static List<string> ToValidate(Session session, int limit) =>
        session.Query(
            """
            SELECT id FROM jobs
            WHERE finished_at IS NULL AND (status = 'validating_files' OR (status = 'resuming' AND validated = 0))
            ORDER BY seq LIMIT $1
            """,
            row => row.Text("id"),
            limit
        );

    /// <summary>
    /// Ids of jobs to train, oldest first. A running one is among them: if no run of it is under way, its end could not
    /// be stored.
    /// </summary>
    public static List<string> ToTrain(Session session, int limit) =>
        session.Query(
            """
            SELECT id FROM jobs
            WHERE finished_at IS NULL AND (status IN ('queued', 'running') OR (status = 'resuming' AND validated = 1))
            ORDER BY seq LIMIT $1
            """,
            row => row.Text("id"),
            limit
        );

    public static (int Running, int Queued) Count(Session session)
    {
        int running = 0,
            queued = 0;
        List<(string Status, int Count)> counts = session.Query(
            "SELECT status, count(*) AS jobs FROM jobs WHERE finished_at IS NULL GROUP BY status",
            row => (row.Text("status"), row.Count("jobs"))
        );
        foreach ((string status, int count) in counts)
        {
            if (status is "running" or "pausing")
            {
                running += count;
            }
            else if (status is not "paused")
            {
                queued += count;
            }
        }

        return (running, queued);
    }

    /// <summary>Walks the unfinished jobs alone, of which there is a bounded number.</summary>
    public static long CountUnfinished(Session session) =>
        (long)session.Scalar("SELECT count(*) FROM jobs WHERE finished_at IS NULL")!;

    public static void SetStatus(Session session, JobRecord job, JobStatus status) =>
        session.Execute("UPDATE jobs SET status = $2 WHERE seq = $1", job.Seq, status.Value);

    public static void SetValidated(Session session, JobRecord job) =>
        session.Execute("UPDATE jobs SET status = 'queued', validated = 1 WHERE seq = $1", job.Seq);

    public static void SetPlan(Session session, JobRecord job, TrainingPlan plan, string trainer) =>
        session.Execute(
            "UPDATE jobs SET settled = $2, example_count = $3, total_steps = $4 WHERE seq = $1",
            job.Seq,
            SettledNumbers.Write(plan, trainer),
            plan.ExampleCount,
            plan.TotalSteps
        );

    public static void SetState(Session session, long seq, string? path, int step) =>
        session.Execute("UPDATE jobs SET state_path = $2, state_step = $3 WHERE seq = $1", seq, path, step);

    /// <summary>Ends a job. The state of its trainer is of no more use; that it is still there is noted, as a kill may
    /// come first.</summary>
    public static void Finish(
        Session session,
        JobRecord job,
        JobStatus status,
        JobError? error = null,
        string? resultFile = null,
        long? trainedTokens = null
    )
    {
        session.Execute(
            """
            UPDATE jobs SET status = $2, finished_at = $3, error = $4, result_file = $5, trained_tokens = $6, state_path = NULL
            WHERE seq = $1
            """,
            job.Seq,
            status.Value,
            DateTimeOffset.UtcNow,
            error is null ? null : JsonSerializer.Serialize(error, WireContext.Default.JobError),
            resultFile,
            trainedTokens
        );
        session.Execute("INSERT OR IGNORE INTO unswept_jobs(job_seq) VALUES($1)", job.Seq);
    }

    /// <summary>Jobs that ended or lost a model, and whose folders were not tidied up since.</summary>
    public static List<JobRecord> Unswept(Session session) =>
        session.Query($"SELECT {Columns} FROM unswept_jobs u JOIN jobs j ON j.seq = u.job_seq ORDER BY j.seq", Map);

    public static void SetSwept(Session session, JobRecord job) =>
        session.Execute("DELETE FROM unswept_jobs WHERE job_seq = $1", job.Seq);

    /// <summary>Whether an unfinished job was promised the content of a file.</summary>
    public static bool IsFileInUse(Session session, string fileId) =>
        session.Scalar(
            """
            SELECT 1 FROM jobs
            WHERE finished_at IS NULL AND validated = 1 AND (training_file = $1 OR validation_file = $1) LIMIT 1
            """,
            fileId
        )
            is not null;

    private static JobRecord Map(Row row)
    {
        TrainingPlan? plan = null;
        string? plannedBy = null;
        if (row.TextOrNull("settled") is { } settled)
        {
            (Hyperparameters numbers, string? trainer) = SettledNumbers.Read(settled);
            plan = new TrainingPlan(numbers, row.Count("example_count"), row.Count("total_steps"));
            plannedBy = trainer ?? NeuralTrainer.BuiltInName;
        }

        return new JobRecord
        {
            Seq = row.Number("seq"),
            Id = row.Text("id"),
            Status = new JobStatus(row.Text("status")),
            Validated = row.Flag("validated"),
            Model = row.Text("model"),
            ModelName = row.Text("model_name"),
            CreatedAt = row.Time("created_at"),
            FinishedAt = row.TimeOrNull("finished_at"),
            TrainingFile = row.Text("training_file"),
            ValidationFile = row.TextOrNull("validation_file"),
            Suffix = row.TextOrNull("suffix"),
            Seed = row.Count("seed"),
            Method = row.Text("method"),
            Requested = row.Json("hyperparameters", WireContext.Default.Hyperparameters),
            Plan = plan,
            PlannedBy = plannedBy,
            TrainedTokens = row.NumberOrNull("trained_tokens"),
            Error = row.JsonOrNull("error", WireContext.Default.JobError),
            Metadata = row.JsonOrNull("metadata", WireContext.Default.IReadOnlyDictionaryStringString),
            Integrations = row.JsonOrNull("integrations", WireContext.Default.IReadOnlyListJobIntegration),
            ResultFile = row.TextOrNull("result_file"),
            StatePath = row.TextOrNull("state_path"),
            StateStep = row.Count("state_step"),
            Grader = row.TextOrNull("grader") is { } grader ? JsonElement.Parse(grader) : null,
            TrainingType = row.TextOrNull("training_type"),
        };
    }
}
