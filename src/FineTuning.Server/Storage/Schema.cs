using System.Globalization;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Storage;

/// <summary>The tables, as steps from one version to the next. A step that was released is never changed: add
/// another.</summary>
internal static class Schema
{
    // Rows are ordered by seq everywhere: many share a created_at, and a page must cost the same at 100,000 rows as at
    // 100.
    private static readonly string[] s_steps =
    [
        """
            CREATE TABLE files(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                filename TEXT NOT NULL,
                purpose TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER);
            CREATE INDEX files_by_purpose ON files(purpose, seq);

            -- Contents of deleted files that an unfinished job still trains on.
            CREATE TABLE doomed_files(id TEXT PRIMARY KEY) WITHOUT ROWID;

            CREATE TABLE jobs(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL,
                validated INTEGER NOT NULL DEFAULT 0,
                model TEXT NOT NULL,
                model_name TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                finished_at INTEGER,
                training_file TEXT NOT NULL,
                validation_file TEXT,
                suffix TEXT,
                seed INTEGER NOT NULL,
                method TEXT NOT NULL,
                hyperparameters TEXT NOT NULL,
                settled TEXT,
                example_count INTEGER,
                total_steps INTEGER,
                trained_tokens INTEGER,
                error TEXT,
                metadata TEXT,
                integrations TEXT,
                result_file TEXT,
                state_path TEXT,
                state_step INTEGER NOT NULL DEFAULT 0);
            CREATE INDEX jobs_unfinished ON jobs(seq) WHERE finished_at IS NULL;
            CREATE INDEX jobs_by_status ON jobs(status, seq) WHERE finished_at IS NULL;
            CREATE INDEX jobs_without_metadata ON jobs(seq) WHERE metadata IS NULL;

            CREATE TABLE job_metadata(
                key TEXT NOT NULL,
                value TEXT NOT NULL,
                job_seq INTEGER NOT NULL REFERENCES jobs(seq) ON DELETE CASCADE,
                PRIMARY KEY(key, value, job_seq)) WITHOUT ROWID;

            CREATE TABLE events(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                job_seq INTEGER NOT NULL REFERENCES jobs(seq) ON DELETE CASCADE,
                id TEXT NOT NULL UNIQUE,
                created_at INTEGER NOT NULL,
                level TEXT NOT NULL,
                type TEXT NOT NULL,
                message TEXT NOT NULL,
                data TEXT NOT NULL);
            CREATE INDEX events_by_job ON events(job_seq, seq);

            CREATE TABLE steps(
                job_seq INTEGER NOT NULL REFERENCES jobs(seq) ON DELETE CASCADE,
                step INTEGER NOT NULL,
                train_loss REAL,
                train_accuracy REAL,
                valid_loss REAL,
                valid_accuracy REAL,
                full_valid_loss REAL,
                full_valid_accuracy REAL,
                PRIMARY KEY(job_seq, step)) WITHOUT ROWID;

            CREATE TABLE checkpoints(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                job_seq INTEGER NOT NULL REFERENCES jobs(seq) ON DELETE CASCADE,
                created_at INTEGER NOT NULL,
                step INTEGER NOT NULL,
                model_name TEXT NOT NULL,
                metrics TEXT NOT NULL,
                UNIQUE(job_seq, step));

            CREATE TABLE models(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL UNIQUE,
                job_seq INTEGER NOT NULL REFERENCES jobs(seq) ON DELETE CASCADE,
                base_model TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                path TEXT NOT NULL);
            CREATE INDEX models_by_job ON models(job_seq);
            """,
        """
            ALTER TABLE jobs ADD COLUMN grader TEXT;
            ALTER TABLE steps ADD COLUMN extra TEXT;
            ALTER TABLE models ADD COLUMN trainer TEXT NOT NULL DEFAULT 'local-small';

            CREATE TABLE permissions(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                checkpoint TEXT NOT NULL,
                project_id TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                UNIQUE(checkpoint, project_id));
            CREATE INDEX permissions_by_checkpoint ON permissions(checkpoint, seq);

            CREATE TABLE uploads(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL,
                filename TEXT NOT NULL,
                purpose TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                mime_type TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                file_lifetime INTEGER,
                file_id TEXT);

            CREATE INDEX uploads_pending ON uploads(expires_at) WHERE status = 'pending';
            CREATE INDEX uploads_ended ON uploads(expires_at) WHERE status <> 'pending';

            CREATE TABLE upload_parts(
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                upload_seq INTEGER NOT NULL REFERENCES uploads(seq) ON DELETE CASCADE,
                bytes INTEGER NOT NULL,
                created_at INTEGER NOT NULL);
            CREATE INDEX upload_parts_by_upload ON upload_parts(upload_seq);

            -- Ended jobs whose folders may hold more than their models.
            CREATE TABLE unswept_jobs(job_seq INTEGER PRIMARY KEY REFERENCES jobs(seq) ON DELETE CASCADE);
            """,
        """
            ALTER TABLE jobs ADD COLUMN training_type TEXT;
            """,
    ];

    /// <summary>The layout that this version writes.</summary>
    public static int Current => s_steps.Length;

    /// <summary>Brings a database to a layout, step by step.</summary>
    /// <param name="session">The database.</param>
    /// <param name="target">The layout; null is <see cref="Current"/>.</param>
    /// <exception cref="StartException">The database was written by a newer version.</exception>
    public static void Migrate(Session session, int? target = null)
    {
        long version = (long)session.Scalar("PRAGMA user_version")!;
        if (version > Current)
        {
            throw new StartException(
                $"The data folder was written by a newer version of the server (layout {version}, this one knows "
                    + $"{Current})."
            );
        }

        for (long next = version; next < (target ?? Current); next++)
        {
            // One transaction per step, the version number included: a kill in between leaves the old layout whole.
            session.Script("BEGIN IMMEDIATE");
            session.Script(s_steps[next]);
            session.Script("PRAGMA user_version = " + (next + 1).ToString(CultureInfo.InvariantCulture));
            session.Script("COMMIT");
        }
    }
}
