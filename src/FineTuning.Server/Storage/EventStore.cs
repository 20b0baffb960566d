using System.Collections.Immutable;
using System.Text.Json;
using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Requests;
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
            "INSERT INTO events(job_seq, id, created_at, level, type, message, data) VALUES($1, $2, $3, $4, $5, $6, "
                + "$7)",
            jobSeq,
            Ids.NewEvent(),
            DateTimeOffset.UtcNow,
            level,
            type,
            message,
            data
        );

    /// <summary>A page of a job's events, by their order and not their time, which many share.</summary>
    public static Page<EventResource> List(Session session, ListQuery page, long jobSeq) =>
        new PageQuery("events", "seq")
            .Of("job_seq = {0}", jobSeq)
            .Read(
                session,
                page,
                "id, created_at, level, type, message, data",
                row => new EventResource
                {
                    Id = row.Text("id"),
                    CreatedAt = row.Time("created_at"),
                    Level = row.Text("level"),
                    Type = row.Text("type"),
                    Message = row.Text("message"),
                    Data = JsonElement.Parse(row.Text("data")),
                }
            );

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
            "SELECT step, train_loss, train_accuracy, valid_loss, valid_accuracy, extra FROM steps WHERE job_seq = "
                + "$1 ORDER BY step",
            row => new StepRow(
                row.Count("step"),
                row.RealOrNull("train_loss") ?? double.NaN,
                row.RealOrNull("train_accuracy") ?? double.NaN,
                row.RealOrNull("valid_loss"),
                row.RealOrNull("valid_accuracy"),
                row.JsonOrNull("extra", ServerJson.Default.IReadOnlyDictionaryStringDouble)
                    ?? ImmutableDictionary<string, double>.Empty
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
