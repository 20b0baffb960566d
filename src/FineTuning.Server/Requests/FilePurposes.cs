using FineTuning.Server.Http;
using Microsoft.Net.Http.Headers;

namespace FineTuning.Server.Requests;

/// <summary>What a file can be uploaded for.</summary>
internal static class FilePurposes
{
    public const string FineTune = "fine-tune";
    private static readonly string[] s_uploadable = [FineTune, "assistants", "batch", "vision", "user_data", "evals"];
    private static readonly string[] s_lines =
    [
        "text/jsonl",
        "application/jsonl",
        "application/x-jsonl",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/json-lines",
        "application/x-ndjson",
        "application/ndjson",
    ];

    private static readonly string[] s_images = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    private static readonly string s_supported = string.Join(", ", s_uploadable.Select(purpose => $"'{purpose}'"));

    public static string Check(string? purpose)
    {
        if (purpose is null)
        {
            throw ApiErrors.Missing("purpose");
        }

        return Array.IndexOf(s_uploadable, purpose) >= 0
            ? purpose
            : throw ApiErrors.BadValue("purpose", RequestFields.Cut(purpose), s_supported);
    }

    /// <summary>Whether the type of an upload's content goes with its purpose. JSON lines have no registered type, but
    /// many that are used.</summary>
    public static void CheckType(string purpose, string type)
    {
        if (!MediaTypeHeaderValue.TryParse(type, out MediaTypeHeaderValue? parsed))
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'mime_type': '{RequestFields.Cut(type)}' is no MIME type.",
                "mime_type",
                "invalid_value"
            );
        }

        string[]? fitting = purpose switch
        {
            FineTune or "batch" or "evals" => s_lines,
            "vision" => s_images,
            _ => null,
        };
        if (fitting is not null && !fitting.Contains(parsed.MediaType.Value, StringComparer.OrdinalIgnoreCase))
        {
            throw ApiErrors.BadRequest(
                $"Invalid 'mime_type': '{RequestFields.Cut(type)}' does not go with the purpose '{purpose}'. "
                    + $"s_supported are: {string.Join(", ", fitting)}.",
                "mime_type",
                "invalid_value"
            );
        }
    }
}
