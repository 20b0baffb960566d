using System.Runtime.InteropServices;
using FineTuning.Server.Hosting;

namespace FineTuning.Server.Storage;

/// <summary>
/// The folder of one server: held by a lock for as long as it is served, so that two servers never write one database.
/// Only ids made here become paths; names from outside never do.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string TemporaryPrefix = "finetuning-server-";
    private const string LockName = "server.lock",
        PidName = "server.pid";
    private readonly FileStream _lock;

    private DataFolder(string root, bool isTemporary, FileStream held)
    {
        (Root, IsTemporary, _lock) = (root, isTemporary, held);
        Files = CreatePrivate(Path.Combine(root, "files"));
        Jobs = CreatePrivate(Path.Combine(root, "jobs"));
        Uploads = CreatePrivate(Path.Combine(root, "uploads"));
        DeleteTree(Path.Combine(root, "scripts"));
        Scripts = CreatePrivate(Path.Combine(root, "scripts"));
        CreatePrivateFile(DatabasePath);
        CreatePrivateFile(LogPath);
    }

    public string Root { get; }

    /// <summary>Deleted with all it holds when the server stops.</summary>
    public bool IsTemporary { get; }

    /// <summary>Uploaded and result files, each under its id.</summary>
    public string Files { get; }

    /// <summary>A folder per job, for training state and models.</summary>
    public string Jobs { get; }

    /// <summary>Parts of files that arrive in parts, each under its id.</summary>
    public string Uploads { get; }

    /// <summary>A folder per grader's script that runs; empty at start, whatever a kill has left.</summary>
    public string Scripts { get; }

    public string DatabasePath => Path.Combine(Root, "server.db");

    public string LogPath => Path.Combine(Root, "server.log");

    /// <param name="folder">The folder; null makes a temporary one.</param>
    /// <exception cref="StartException">It cannot be written to, or another server serves it.</exception>
    public static DataFolder Open(string? folder)
    {
        bool temporary = folder is null;
        try
        {
            if (temporary)
            {
                DeleteAbandoned();
                folder = Directory.CreateTempSubdirectory(TemporaryPrefix).FullName;
            }
            else
            {
                CreatePrivate(folder!);
            }

            FileStream held = Hold(folder!);
            try
            {
                File.WriteAllText(
                    Path.Combine(folder!, PidName),
                    Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)
                );
                return new DataFolder(folder!, temporary, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StartException($"The data folder '{folder}' cannot be written to: {e.Message}", e);
        }
    }

    /// <summary>A job's own folder; it exists afterwards.</summary>
    public string JobFolder(string jobId) => Directory.CreateDirectory(Path.Combine(Jobs, jobId)).FullName;

    /// <summary>Paths are stored relative, so that the folder can be moved.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    public string Absolute(string relative) => Path.Combine(Root, relative);

    public void Dispose()
    {
        TryDelete(Path.Combine(Root, PidName));
        if (!IsTemporary)
        {
            _lock.Dispose();
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            // An open file cannot be deleted there.
            _lock.Dispose();
        }

        DeleteTree(Root);
        _lock.Dispose();
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A left-over file does no harm: it is swept at the next start.
        }
    }

    /// <summary>Deletes a file, or a folder with all it holds.</summary>
    public static void DeletePath(string path)
    {
        if (Directory.Exists(path))
        {
            DeleteTree(path);
        }
        else
        {
            TryDelete(path);
        }
    }

    public static void DeleteTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As above.
        }
    }

    /// <summary>Deletes the files of a folder but those that are to be kept. Links are deleted and never followed: a
    /// trainer may have made them.</summary>
    public static void DeleteTreeBut(string path, Func<string, bool> isKept)
    {
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
            {
                if (isKept(entry.FullName))
                {
                    continue;
                }

                if (entry is DirectoryInfo && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                {
                    DeleteTreeBut(entry.FullName, isKept);
                }
                else
                {
                    TryDelete(entry.FullName);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone at this moment, or as above.
        }
    }

    /// <summary>A renamed file survives a power cut only when its folder was flushed too. Windows does this by
    /// itself.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int handle = NativeMethods.Open(folder, 0);
        if (handle >= 0)
        {
            _ = NativeMethods.Sync(handle);
            _ = NativeMethods.Close(handle);
        }
    }

    private static FileStream Hold(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            string pid = ReadPid(folder) is { } known ? $" (process {known})" : string.Empty;
            throw new StartException($"The data folder '{folder}' is already served by another server{pid}.", e);
        }
    }

    private static string? ReadPid(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, PidName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Prompts and answers are nobody else's business on a shared computer. On Windows the user's folders see to that.
    private static string CreatePrivate(string folder) =>
        OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(folder).FullName
            : Directory
                .CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
                .FullName;

    /// <summary>SQLite gives its side files the permissions of the database.</summary>
    private static void CreatePrivateFile(string path)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
        {
            using FileStream file = new(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }
    }

    /// <summary>Temporary folders of servers that were killed: nobody holds their lock.</summary>
    private static void DeleteAbandoned()
    {
        EnumerationOptions options = new()
        {
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
        };
        foreach (
            string folder in new List<string>(
                Directory.EnumerateDirectories(Path.GetTempPath(), TemporaryPrefix + "*", options)
            )
        )
        {
            try
            {
                // A server that is just starting has made its lock file and may not hold it yet.
                string path = Path.Combine(folder, LockName);
                if (!File.Exists(path) || DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < TimeSpan.FromMinutes(1))
                {
                    continue;
                }

                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }

                DeleteTree(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, not ours, or gone.
            }
        }
    }

    private static class NativeMethods
    {
        [DllImport(
            "libc",
            EntryPoint = "open",
            CharSet = CharSet.Ansi,
            BestFitMapping = false,
            ThrowOnUnmappableChar = true
        )]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync")]
        public static extern int Sync(int handle);

        [DllImport("libc", EntryPoint = "close")]
        public static extern int Close(int handle);
    }
}
