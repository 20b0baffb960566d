namespace FineTuning.Core.Files.Uploading;

/// <summary>The folder of interrupted uploads: a small file for each, and a lock beside it while a process works on
/// it.</summary>
internal sealed class UploadStateStore
{
    private const string Ending = ".json";

    // On Unix a name that is removed may be open elsewhere already: two processes would then hold a lock each. There
    // the empty file stays.
    private static readonly FileOptions s_lockOptions =
        Path.DirectorySeparatorChar == '\\' ? FileOptions.DeleteOnClose : FileOptions.None;

    private readonly string _folder;

    private UploadStateStore(string folder) => _folder = folder;

    /// <summary>Opens the folder, and makes it if it is not there. Null if nothing can be kept in it, which is no
    /// reason not to upload.</summary>
    public static UploadStateStore? Open(string? folder)
    {
        if (folder is null)
        {
            return null;
        }

        try
        {
            PrivateFolder.Make(folder);
            return new UploadStateStore(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The key of a file's upload: one for each service, purpose and path.</summary>
    public static string KeyOf(string service, string purpose, string path) =>
        Hex.NameOf($"{service}\n{purpose}\n{path}");

    /// <summary>The keys of all uploads that are kept.</summary>
    public IReadOnlyList<string> Keys()
    {
        try
        {
            // With what a crash left of one, which has more behind the ending.
            return
            [
                .. Directory
                    .GetFiles(_folder, "*" + Ending + "*")
                    .Select(path => Path.GetFileName(path).Split('.')[0])
                    .Distinct(),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Reads one without taking it.</summary>
    public UploadState? Peek(string key) => UploadSlot.Load(PathOf(key));

    /// <summary>Takes an upload for this process; null if another one has it, or nothing can be written here.</summary>
    public UploadSlot? TryTake(string key)
    {
        FileStream held;
        try
        {
            held = new FileStream(
                Path.Combine(_folder, key + ".lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                bufferSize: 1,
                s_lockOptions
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        RemoveHalves(key);
        return new UploadSlot(PathOf(key), held);
    }

    /// <summary>What a process that was killed left half-written. Nobody else writes while the lock is held.</summary>
    private void RemoveHalves(string key)
    {
        try
        {
            foreach (string path in Directory.GetFiles(_folder, key + Ending + ".*.part"))
            {
                File.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Files that are left over do no harm.
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, key + Ending);
}
