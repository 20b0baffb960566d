namespace FineTuning.Core.Files.Uploading;

/// <summary>The place of one upload's state, taken for this process until it is disposed of.</summary>
internal sealed class UploadSlot(string path, FileStream held) : IDisposable
{
    /// <summary>Reads a state; null if there is none that can be used.</summary>
    public static UploadState? Load(string path) =>
        StateFile.TryRead(path) is byte[] text ? UploadState.Parse(text) : null;

    public UploadState? Load() => Load(path);

    /// <summary>Writes a state whole. A disk that is full costs the going on, not the upload.</summary>
    /// <param name="state">The state.</param>
    /// <param name="toDisk">Whether it must outlast a power cut. That costs time, and without it no more than the
    /// sending of some parts is lost.</param>
    /// <returns>Whether it is written.</returns>
    public bool TrySave(UploadState state, bool toDisk)
    {
        try
        {
            using var file = new AtomicFile(path, overwrite: true) { ToDisk = toDisk };
            byte[] text = state.ToBytes();
            file.Stream.Write(text, 0, text.Length);
            file.Commit();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Remove()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It expires, and is removed then.
        }
    }

    public void Dispose() => held.Dispose();
}
