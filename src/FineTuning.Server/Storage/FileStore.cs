using FineTuning.Core.Wire;
using FineTuning.Server.Hosting;
using FineTuning.Server.Requests;

namespace FineTuning.Server.Storage;

/// <summary>Files and their contents. A file is known once its content is safely on disk under its id, never
/// before.</summary>
internal sealed class FileStore(Database database, DataFolder folder)
{
    private const string Columns = "id, filename, purpose, bytes, created_at, expires_at";
    private const string PartSuffix = ".part";

    public string PathOf(string id) => Path.Combine(folder.Files, id);

    /// <summary>Starts a file: write its content to the upload's stream, then commit it.</summary>
    public FileUpload Begin()
    {
        string id = Ids.NewFile();
        return new FileUpload(id, PathOf(id) + PartSuffix);
    }

    /// <summary>Makes the content durable and the file known.</summary>
    public async Task<FileResource> CommitAsync(
        FileUpload upload,
        string fileName,
        string purpose,
        TimeSpan? lifetime,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        FileResource file = Publish(upload, fileName, purpose, lifetime);
        await database.WriteAsync(session => Insert(session, file));
        upload.Keep();
        return file;
    }

    /// <summary>
    /// Makes the content durable; the caller inserts the row, and may do so together with rows of its own, and then
    /// keeps the upload.
    /// </summary>
    public FileResource Publish(FileUpload upload, string fileName, string purpose, TimeSpan? lifetime)
    {
        long bytes = upload.Publish(PathOf(upload.Id));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new FileResource
        {
            Id = upload.Id,
            FileName = fileName,
            Purpose = purpose,
            Bytes = bytes,
            CreatedAt = now,
            ExpiresAt = lifetime is { } time ? now + time : null,
            Status = "processed",
        };
    }

    public static void Insert(Session session, FileResource file) =>
        session.Execute(
            "INSERT INTO files(id, filename, purpose, bytes, created_at, expires_at) VALUES($1, $2, $3, $4, $5, $6)",
            file.Id,
            file.FileName,
            file.Purpose,
            file.Bytes,
            file.CreatedAt,
            file.ExpiresAt
        );

    public static FileResource? Find(Session session, string id) =>
        session.First(
            $"SELECT {Columns} FROM files WHERE id = $1 AND (expires_at IS NULL OR expires_at > $2)",
            Map,
            id,
            DateTimeOffset.UtcNow
        );

    /// <summary>A page of the files, or of those for one purpose.</summary>
    public static Page<FileResource> List(Session session, ListQuery page, string? purpose = null)
    {
        PageQuery query = new("files", "seq");
        if (purpose is not null)
        {
            query.Where("purpose = {0}", purpose);
        }

        return query
            .Where("(expires_at IS NULL OR expires_at > {0})", DateTimeOffset.UtcNow)
            .Read(session, page, Columns, Map);
    }

    /// <summary>Forgets a file; its content stays for as long as a checked, unfinished job trains on it.</summary>
    /// <returns>Whether there was such a file.</returns>
    public async Task<bool> DeleteAsync(string id)
    {
        (bool found, bool inUse) = await database.WriteAsync(session =>
        {
            if (Find(session, id) is null)
            {
                return (false, false);
            }

            session.Execute("DELETE FROM files WHERE id = $1", id);
            bool used = JobStore.IsFileInUse(session, id);
            if (used)
            {
                session.Execute("INSERT OR IGNORE INTO doomed_files(id) VALUES($1)", id);
            }

            return (true, used);
        });
        if (found && !inUse)
        {
            DataFolder.TryDelete(PathOf(id));
        }

        return found;
    }

    /// <summary>Removes the contents of deleted files that only this job still needed. Call it when a job has
    /// ended.</summary>
    public async Task ReleaseAsync(JobRecord job)
    {
        List<string> free = await database.WriteAsync(session =>
        {
            List<string> ids = [];
            foreach (string? id in new[] { job.TrainingFile, job.ValidationFile })
            {
                if (
                    id is not null
                    && !JobStore.IsFileInUse(session, id)
                    && session.Execute("DELETE FROM doomed_files WHERE id = $1", id) > 0
                )
                {
                    ids.Add(id);
                }
            }

            return ids;
        });
        free.ForEach(id => DataFolder.TryDelete(PathOf(id)));
    }

    /// <summary>At start: removes expired files and contents without a row, which a kill left behind.</summary>
    public async Task SweepAsync()
    {
        HashSet<string> known = await database.WriteAsync(session =>
        {
            // A job may still train on one that has expired; the loop below forgets those that none needs.
            DateTimeOffset now = DateTimeOffset.UtcNow;
            session.Execute("INSERT OR IGNORE INTO doomed_files(id) SELECT id FROM files WHERE expires_at <= $1", now);
            session.Execute("DELETE FROM files WHERE expires_at <= $1", now);
            List<string> ids = session.Query("SELECT id FROM files", row => row.Text("id"));
            foreach (string id in session.Query("SELECT id FROM doomed_files", row => row.Text("id")))
            {
                if (JobStore.IsFileInUse(session, id))
                {
                    ids.Add(id);
                }
                else
                {
                    session.Execute("DELETE FROM doomed_files WHERE id = $1", id);
                }
            }

            return new HashSet<string>(ids, StringComparer.Ordinal);
        });
        foreach (string path in Directory.EnumerateFiles(folder.Files))
        {
            if (!known.Contains(Path.GetFileName(path)))
            {
                DataFolder.TryDelete(path);
            }
        }
    }

    private static FileResource Map(Row row) =>
        new()
        {
            Id = row.Text("id"),
            FileName = row.Text("filename"),
            Purpose = row.Text("purpose"),
            Bytes = row.Number("bytes"),
            CreatedAt = row.Time("created_at"),
            ExpiresAt = row.TimeOrNull("expires_at"),
            Status = "processed",
        };
}

/// <summary>A file on its way in. Disposed without having been kept, it leaves nothing behind.</summary>
internal sealed class FileUpload : IDisposable
{
    private bool _isKept;

    public FileUpload(string id, string path)
    {
        (Id, Path) = (id, path);
        Stream = new FileStream(
            path,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.None,
            128 * 1024,
            FileOptions.Asynchronous
        );
    }

    public string Id { get; }

    public string Path { get; private set; }

    public FileStream Stream { get; }

    /// <summary>Flushes the content to disk and gives it its own name.</summary>
    /// <returns>Its length.</returns>
    public long Publish(string path)
    {
        long bytes = Stream.Length;
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(Path, path);
        Path = path;
        DataFolder.FlushFolder(System.IO.Path.GetDirectoryName(path)!);
        return bytes;
    }

    /// <summary>To be called once the row that knows of the content is written.</summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // On a full disk what is still in its buffer cannot be written; nobody wants it.
        }

        if (!_isKept)
        {
            DataFolder.TryDelete(Path);
        }
    }
}
