using FineTuning.Server.Http;
using Microsoft.Net.Http.Headers;

namespace FineTuning.Server.Requests;

/// <summary>What a file can be uploaded for.</summary>
internal static class FilePurposes
{
    public const string FineTune = "fine-tune";
    private static readonly string[] Uploadable = [FineTune, "assistants", "batch", "vision", "user_data", "evals"];
    private static readonly string[] Lines =
    [
        "text/jsonl", "application/jsonl", "application/x-jsonl", "application/jsonlines", "application/x-jsonlines", "application/json-lines",
        "application/x-ndjson", "application/ndjson",
    ];

    private static readonly string[] Images = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    private static readonly string Supported = string.Join(", ", Uploadable.Select(purpose => $"'{purpose}'"));

    public static string Check(string? purpose)
    {
        if (purpose is null)
        {
            throw ApiErrors.Missing("purpose");
        }

        return Array.IndexOf(Uploadable, purpose) >= 0 ? purpose : throw ApiErrors.BadValue("purpose", JobRequestReader.Cut(purpose), Supported);
    }

    /// <summary>Whether the type of an upload's content goes with its purpose. JSON lines have no registered type, but many that are used.</summary>
    public static void CheckType(string purpose, string type)
    {
        if (!MediaTypeHeaderValue.TryParse(type, out MediaTypeHeaderValue? parsed))
        {
            throw ApiErrors.BadRequest($"Invalid 'mime_type': '{JobRequestReader.Cut(type)}' is no MIME type.", "mime_type", "invalid_value");
        }

        string[]? fitting = purpose switch
        {
            FineTune or "batch" or "evals" => Lines,
            "vision" => Images,
            _ => null,
        };
        if (fitting is not null && !fitting.Contains(parsed.MediaType.Value, StringComparer.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'mime_type': '{JobRequestReader.Cut(type)}' does not go with the purpose '{purpose}'. Supported are: {string.Join(", ", fitting)}.",
                "mime_type",
                "invalid_value");
        }
    }
}
