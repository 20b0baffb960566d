namespace FineTuning.Core.Files.Uploading;

/// <summary>The reading of what is kept on disk. Others can write there too, so nothing that is found is trusted to be
/// whole.</summary>
internal static class StateFile
{
    /// <summary>The most bytes that are read; no state has so many.</summary>
    public const int LargestBytes = 8 * 1024 * 1024;

    /// <summary>Reads a file; null if there is none, or it cannot be read, or is too large to be a state.</summary>
    public static byte[]? TryRead(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= LargestBytes ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a text can be an id in the path of a request.</summary>
    public static bool IsId(string? text) => !string.IsNullOrWhiteSpace(text) && text is not ("." or "..");
}
