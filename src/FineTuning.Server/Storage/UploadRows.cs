namespace FineTuning.Server.Storage;

/// <summary>Rows of uploads and of their parts.</summary>
internal static class UploadRows
{
    private const string Columns =
        "seq, id, status, filename, purpose, bytes, mime_type, created_at, expires_at, file_lifetime, file_id";

    public static void Insert(Session session, UploadRecord upload) =>
        session.Execute(
            """
            INSERT INTO uploads(id, status, filename, purpose, bytes, mime_type, created_at, expires_at, file_lifetime)
            VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            upload.Id,
            upload.Status,
            upload.FileName,
            upload.Purpose,
            upload.Bytes,
            upload.MimeType,
            upload.CreatedAt,
            upload.ExpiresAt,
            (long?)upload.FileLifetime?.TotalSeconds
        );

    public static UploadRecord? Find(Session session, string id) =>
        session.First($"SELECT {Columns} FROM uploads WHERE id = $1", Map, id);

    public static long CountPending(Session session) =>
        (long)session.Scalar("SELECT count(*) FROM uploads WHERE status = 'pending'")!;

    /// <summary>Pending uploads whose time is over.</summary>
    public static List<UploadRecord> Overdue(Session session, DateTimeOffset now) =>
        session.Query($"SELECT {Columns} FROM uploads WHERE status = 'pending' AND expires_at <= $1", Map, now);

    /// <summary>Ends an upload, one way or the other. Its parts are no longer known afterwards.</summary>
    /// <returns>The parts' ids, whose contents are to be deleted.</returns>
    public static List<string> End(Session session, UploadRecord upload, string status, string? fileId = null)
    {
        List<string> parts = session.Query(
            "SELECT id FROM upload_parts WHERE upload_seq = $1",
            row => row.Text("id"),
            upload.Seq
        );
        session.Execute("DELETE FROM upload_parts WHERE upload_seq = $1", upload.Seq);
        session.Execute("UPDATE uploads SET status = $1, file_id = $2 WHERE seq = $3", status, fileId, upload.Seq);
        return parts;
    }

    /// <summary>Whether there are ended uploads whose time was over by then.</summary>
    public static bool AnyEnded(Session session, DateTimeOffset time) =>
        session.Scalar("SELECT 1 FROM uploads WHERE status <> 'pending' AND expires_at <= $1 LIMIT 1", time)
            is not null;

    public static void DeleteEnded(Session session, DateTimeOffset time) =>
        session.Execute("DELETE FROM uploads WHERE status <> 'pending' AND expires_at <= $1", time);

    public static void InsertPart(
        Session session,
        UploadRecord upload,
        string id,
        long bytes,
        DateTimeOffset createdAt
    ) =>
        session.Execute(
            "INSERT INTO upload_parts(id, upload_seq, bytes, created_at) VALUES($1, $2, $3, $4)",
            id,
            upload.Seq,
            bytes,
            createdAt
        );

    /// <summary>The size of each part.</summary>
    public static Dictionary<string, long> Parts(Session session, UploadRecord upload)
    {
        Dictionary<string, long> parts = new(StringComparer.Ordinal);
        foreach (
            (string id, long bytes) in session.Query(
                "SELECT id, bytes FROM upload_parts WHERE upload_seq = $1",
                row => (row.Text("id"), row.Number("bytes")),
                upload.Seq
            )
        )
        {
            parts.Add(id, bytes);
        }

        return parts;
    }

    /// <summary>Number and bytes of the parts.</summary>
    public static (long Count, long Bytes) Total(Session session, UploadRecord upload) =>
        session.Query(
            "SELECT count(*) AS parts, coalesce(sum(bytes), 0) AS total FROM upload_parts WHERE upload_seq = $1",
            row => (row.Number("parts"), row.Number("total")),
            upload.Seq
        )[0];

    public static HashSet<string> AllParts(Session session) =>
        new(session.Query("SELECT id FROM upload_parts", row => row.Text("id")), StringComparer.Ordinal);

    private static UploadRecord Map(Row row) =>
        new()
        {
            Seq = row.Number("seq"),
            Id = row.Text("id"),
            Status = row.Text("status"),
            FileName = row.Text("filename"),
            Purpose = row.Text("purpose"),
            Bytes = row.Number("bytes"),
            MimeType = row.Text("mime_type"),
            CreatedAt = row.Time("created_at"),
            ExpiresAt = row.Time("expires_at"),
            FileLifetime = row.NumberOrNull("file_lifetime") is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            FileId = row.TextOrNull("file_id"),
        };
}
