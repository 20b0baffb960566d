using System.Globalization;
using System.Text.Json;

namespace FineTuning.Core.Files.Uploading;

/// <summary>
/// Which contents are at a service under which ids: a small file for each content, named by service, purpose, size and
/// SHA-256. It only says where to look; what it says is asked of the service before it is used. So nothing that goes
/// wrong here stops an upload.
/// </summary>
internal sealed class UploadCache
{
    private const string Ending = ".json";

    // The same content under two accounts has two ids, and each sees its own alone.
    private const int MaxIds = 4;
    private const int MaxFiles = 1000;

    private readonly string? _folder;
    private readonly string _scope;

    /// <param name="stateFolder">The folder of all state; null knows nothing.</param>
    /// <param name="service">Where the files are.</param>
    /// <param name="purpose">What they are for.</param>
    public UploadCache(string? stateFolder, string service, string purpose)
    {
        _folder = stateFolder is null ? null : Path.Combine(stateFolder, "known");
        _scope = Hex.NameOf($"{service}\n{purpose}").Substring(0, 16);
    }

    /// <summary>Whether any content of this size is known: without one no file need be read to see.</summary>
    public bool HasSize(long bytes) =>
        Try(folder => Directory.GetFiles(folder, Prefix(bytes) + "*" + Ending).Length > 0, false);

    /// <summary>The ids of what may be this content, newest first.</summary>
    public IReadOnlyList<string> Find(long bytes, string sha256) =>
        Try(folder => Read(PathOf(folder, bytes, sha256)), []);

    /// <summary>The ids of other contents of this size.</summary>
    public IReadOnlyCollection<string> FindOthers(long bytes, string sha256) =>
        Try<IReadOnlyCollection<string>>(
            folder =>
            {
                string own = PathOf(folder, bytes, sha256);
                return
                [
                    .. Directory
                        .GetFiles(folder, Prefix(bytes) + "*" + Ending)
                        .Where(path => path != own)
                        .SelectMany(Read),
                ];
            },
            []
        );

    /// <summary>Remembers a file's id, before all others of its content.</summary>
    public void Add(long bytes, string sha256, string id) =>
        Try(
            folder =>
            {
                PrivateFolder.Make(folder);
                string path = PathOf(folder, bytes, sha256);
                List<string> all = [id, .. Read(path).Where(known => known != id).Take(MaxIds - 1)];
                byte[] text = JsonSerializer.SerializeToUtf8Bytes(all, UploadStateContext.Default.IReadOnlyListString);
                using (var whole = new AtomicFile(path, overwrite: true))
                {
                    whole.Stream.Write(text, 0, text.Length);
                    whole.Commit();
                }

                Prune(folder);
                return true;
            },
            false,
            isNew: true
        );

    // A cache that cannot be read counts as empty; the next upload overwrites it.
    private static IReadOnlyList<string> Read(string path)
    {
        try
        {
            IReadOnlyList<string>? all = StateFile.TryRead(path) is byte[] text
                ? JsonSerializer.Deserialize(text, UploadStateContext.Default.IReadOnlyListString)
                : null;
            return [.. (all ?? []).Where(StateFile.IsId).Take(MaxIds)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static void Prune(string folder)
    {
        FileInfo[] files = new DirectoryInfo(folder).GetFiles("*" + Ending + "*");
        if (files.Length <= MaxFiles)
        {
            return;
        }

        // A quarter at once, so that it is not done again for every upload.
        foreach (FileInfo old in files.OrderBy(file => file.LastWriteTimeUtc).Take(files.Length - (MaxFiles * 3 / 4)))
        {
            old.Delete();
        }
    }

    private string Prefix(long bytes) => $"{_scope}-{bytes.ToString(CultureInfo.InvariantCulture)}-";

    private string PathOf(string folder, long bytes, string sha256) =>
        Path.Combine(folder, Prefix(bytes) + sha256 + Ending);

    private T Try<T>(Func<string, T> work, T otherwise, bool isNew = false)
    {
        try
        {
            return _folder is not null && (isNew || Directory.Exists(_folder)) ? work(_folder) : otherwise;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
