namespace FineTuning.Core.Files.Uploading;

/// <summary>The types of contents, which a service wants to know of a file that arrives in parts.</summary>
internal static class UploadTypes
{
    /// <summary>The type that goes with a purpose; for purposes that take several, the one that the file's ending
    /// stands for.</summary>
    public static string Of(string purpose, string fileName) =>
        purpose switch
        {
            "fine-tune" or "batch" or "evals" => "text/jsonl",
            _ => Path.GetExtension(fileName).ToLowerInvariant() switch
            {
                ".jsonl" => "text/jsonl",
                ".json" => "application/json",
                ".txt" => "text/plain",
                ".md" => "text/markdown",
                ".csv" => "text/csv",
                ".html" or ".htm" => "text/html",
                ".pdf" => "application/pdf",
                ".png" => "image/png",
                ".jpg" or ".jpeg" => "image/jpeg",
                ".gif" => "image/gif",
                ".webp" => "image/webp",
                _ => "application/octet-stream",
            },
        };
}
