using System;
using System.Linq;

namespace FineTuning.Server.Endpoints;

/// <summary>What a file can be uploaded for.</summary>
internal static class FilePurposes
{
    public const string FineTune = "fine-tune";
    private static readonly string[] Uploadable = [FineTune, "assistants", "batch", "vision", "user_data", "evals"];
    private static readonly string Supported = string.Join(", ", Uploadable.Select(purpose => $"'{purpose}'"));

    public static string Check(string? purpose)
    {
        if (purpose is null)
        {
            throw ApiErrors.Missing("purpose");
        }

        return Array.IndexOf(Uploadable, purpose) >= 0 ? purpose : throw ApiErrors.BadValue("purpose", purpose, Supported);
    }
}
