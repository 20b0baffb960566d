using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Requests;

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

    /// <summary>A page of the rights to a checkpoint, or of one project's.</summary>
    public static Page<PermissionResource> List(
        Session session,
        ListQuery page,
        string checkpoint,
        string? projectId = null
    )
    {
        PageQuery query = new PageQuery("permissions", "seq").Of("checkpoint = {0}", checkpoint);
        if (projectId is not null)
        {
            query.Where("project_id = {0}", projectId);
        }

        return query.Read(session, page, Columns, Map);
    }

    /// <returns>Whether there was such a permission.</returns>
    public static bool Revoke(Session session, string checkpoint, string id) =>
        session.Execute("DELETE FROM permissions WHERE id = $1 AND checkpoint = $2", id, checkpoint) > 0;

    /// <summary>Takes all rights to a checkpoint back.</summary>
    public static void RevokeAll(Session session, string checkpoint) =>
        session.Execute("DELETE FROM permissions WHERE checkpoint = $1", checkpoint);

    private static PermissionResource Map(Row row) =>
        new()
        {
            Id = row.Text("id"),
            CreatedAt = row.Time("created_at"),
            ProjectId = row.Text("project_id"),
        };
}
