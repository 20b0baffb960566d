using System.Collections.Immutable;
using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Training.Contracts;

namespace FineTuning.Server.Storage;

/// <summary>Rows of events and of step metrics.</summary>
internal static class EventStore
{
    public static void Add(
        Session session,
        long jobSeq,
        string message,
        string level = "info",
        string type = "message",
        string data = "{}"
    ) =>
        session.Execute(
            "INSERT INTO events(job_seq, id, created_at, level, type, message, data) VALUES($1, $2, $3, $4, $5, $6, $7)",
            jobSeq,
            Ids.NewEvent(),
            DateTimeOffset.UtcNow,
            level,
            type,
            message,
            data
        );

    /// <summary>Newest first, by their order and not their time, which many share.</summary>
    public static List<EventResource> List(Session session, long jobSeq, long before, int limit) =>
        session.Query(
            """
            SELECT id, created_at, level, type, message, data FROM events
            WHERE job_seq = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3
            """,
            reader => new EventResource
            {
                Id = reader.GetString(0),
                CreatedAt = reader.Time(1),
                Level = reader.GetString(2),
                Type = reader.GetString(3),
                Message = reader.GetString(4),
                Data = JsonElement.Parse(reader.GetString(5)),
            },
            jobSeq,
            before,
            limit
        );

    /// <summary>The place of an event in its job's order; null if the job has no such event.</summary>
    public static long? Position(Session session, long jobSeq, string id) =>
        (long?)session.Scalar("SELECT seq FROM events WHERE id = $1 AND job_seq = $2", id, jobSeq);

    /// <summary>Stores a step; false if it was stored before, as after a restart from an earlier state.</summary>
    public static bool AddStep(Session session, long jobSeq, StepReport metrics) =>
        session.Execute(
            """
            INSERT OR IGNORE INTO steps(job_seq, step, train_loss, train_accuracy, valid_loss, valid_accuracy, full_valid_loss, full_valid_accuracy,
                                        extra)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            jobSeq,
            metrics.Step,
            metrics.TrainLoss,
            metrics.TrainAccuracy,
            metrics.ValidLoss,
            metrics.ValidAccuracy,
            metrics.FullValidLoss,
            metrics.FullValidAccuracy,
            metrics.Extra is { Count: > 0 } extra ? Serialize(extra) : null
        ) > 0;

    /// <summary>The steps in order. SQLite keeps no NaN: where there are losses, a missing one was that.</summary>
    public static List<StepRow> Steps(Session session, long jobSeq) =>
        session.Query(
            "SELECT step, train_loss, train_accuracy, valid_loss, valid_accuracy, extra FROM steps WHERE job_seq = $1 ORDER BY step",
            reader => new StepRow(
                reader.GetInt32(0),
                reader.Real(1) ?? double.NaN,
                reader.Real(2) ?? double.NaN,
                reader.Real(3),
                reader.Real(4),
                reader.Text(5) is { } extra
                    ? JsonSerializer.Deserialize(extra, ServerJson.Default.IReadOnlyDictionaryStringDouble)!
                    : ImmutableDictionary<string, double>.Empty
            ),
            jobSeq
        );

    private static string Serialize(IReadOnlyDictionary<string, double> extra) =>
        JsonSerializer.Serialize(
            extra.Where(pair => double.IsFinite(pair.Value)).ToDictionary(StringComparer.Ordinal),
            ServerJson.Default.IReadOnlyDictionaryStringDouble
        );
}

/// <summary>A line of the result file.</summary>
internal sealed record StepRow(
    int Step,
    double? TrainLoss,
    double? TrainAccuracy,
    double? ValidLoss,
    double? ValidAccuracy,
    IReadOnlyDictionary<string, double> Extra
);
