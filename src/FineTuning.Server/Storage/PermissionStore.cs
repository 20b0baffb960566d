using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using Microsoft.Data.Sqlite;

namespace FineTuning.Server.Storage;

/// <summary>Rows of the projects' rights to checkpoints.</summary>
internal static class PermissionStore
{
    private const string Columns = "id, created_at, project_id";

    /// <summary>The right of a project, which it may have had before.</summary>
    public static PermissionResource Grant(Session session, string checkpoint, string projectId)
    {
        session.Execute(
            "INSERT OR IGNORE INTO permissions(id, checkpoint, project_id, created_at) VALUES($1, $2, $3, $4)",
            Ids.NewPermission(),
            checkpoint,
            projectId,
            DateTimeOffset.UtcNow
        );
        return session.First(
            $"SELECT {Columns} FROM permissions WHERE checkpoint = $1 AND project_id = $2",
            Map,
            checkpoint,
            projectId
        )!;
    }

    public static List<PermissionResource> List(
        Session session,
        string checkpoint,
        string? projectId,
        long? after,
        bool ascending,
        int limit
    )
    {
        (string compare, string order, long start) = ascending
            ? (">", "ASC", after ?? 0)
            : ("<", "DESC", after ?? long.MaxValue);
        return session.Query(
            $"SELECT {Columns} FROM permissions WHERE checkpoint = $1 AND seq {compare} $2 "
                + $"{(projectId is null ? string.Empty : "AND project_id = $4 ")}ORDER BY seq {order} LIMIT $3",
            Map,
            projectId is null ? [checkpoint, start, limit] : [checkpoint, start, limit, projectId]
        );
    }

    /// <summary>The place of a permission in the order; null if the checkpoint has no such permission.</summary>
    public static long? Position(Session session, string checkpoint, string id) =>
        (long?)session.Scalar("SELECT seq FROM permissions WHERE id = $1 AND checkpoint = $2", id, checkpoint);

    /// <returns>Whether there was such a permission.</returns>
    public static bool Revoke(Session session, string checkpoint, string id) =>
        session.Execute("DELETE FROM permissions WHERE id = $1 AND checkpoint = $2", id, checkpoint) > 0;

    /// <summary>Takes all rights to a checkpoint back.</summary>
    public static void RevokeAll(Session session, string checkpoint) =>
        session.Execute("DELETE FROM permissions WHERE checkpoint = $1", checkpoint);

    private static PermissionResource Map(SqliteDataReader reader) =>
        new()
        {
            Id = reader.GetString(0),
            CreatedAt = reader.Time(1),
            ProjectId = reader.GetString(2),
        };
}
