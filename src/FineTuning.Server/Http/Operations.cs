namespace FineTuning.Server.Http;

/// <summary>Names for what a request asks for, so that fault rules and the request log need no paths.</summary>
internal static class Operations
{
    // "*" is one part of a path, "**" all that follow.
    private static readonly (string Name, string Method, string[] Parts)[] s_table =
    [
        Entry("CreateFile", "POST", "files"),
        Entry("ListFiles", "GET", "files"),
        Entry("GetFile", "GET", "files/*"),
        Entry("GetFileContent", "GET", "files/*/content"),
        Entry("DeleteFile", "DELETE", "files/*"),
        Entry("CreateUpload", "POST", "uploads"),
        Entry("AddUploadPart", "POST", "uploads/*/parts"),
        Entry("CompleteUpload", "POST", "uploads/*/complete"),
        Entry("CancelUpload", "POST", "uploads/*/cancel"),
        Entry("CreateJob", "POST", "fine_tuning/jobs"),
        Entry("ListJobs", "GET", "fine_tuning/jobs"),
        Entry("GetJob", "GET", "fine_tuning/jobs/*"),
        Entry("CancelJob", "POST", "fine_tuning/jobs/*/cancel"),
        Entry("PauseJob", "POST", "fine_tuning/jobs/*/pause"),
        Entry("ResumeJob", "POST", "fine_tuning/jobs/*/resume"),
        Entry("ListEvents", "GET", "fine_tuning/jobs/*/events"),
        Entry("ListCheckpoints", "GET", "fine_tuning/jobs/*/checkpoints"),
        Entry("CreatePermissions", "POST", "fine_tuning/checkpoints/*/permissions"),
        Entry("ListPermissions", "GET", "fine_tuning/checkpoints/*/permissions"),
        Entry("DeletePermission", "DELETE", "fine_tuning/checkpoints/*/permissions/*"),
        Entry("RunGrader", "POST", "fine_tuning/alpha/graders/run"),
        Entry("ValidateGrader", "POST", "fine_tuning/alpha/graders/validate"),
        Entry("ListModels", "GET", "models"),
        Entry("GetModel", "GET", "models/**"),
        Entry("DeleteModel", "DELETE", "models/**"),
        Entry("CreateChatCompletion", "POST", "chat/completions"),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. s_table.Select(entry => entry.Name)];

    /// <summary>The operation's name; null for a path that is none.</summary>
    public static string? Of(HttpRequest request)
    {
        string[] parts = (request.Path.Value ?? string.Empty).TrimEnd('/').Split('/');
        if (parts.Length < 3 || parts[0].Length > 0 || !Same(parts[1], "v1"))
        {
            return null;
        }

        // Reading without the body is reading.
        string wanted = HttpMethods.IsHead(request.Method) ? HttpMethods.Get : request.Method;
        ReadOnlySpan<string> rest = parts.AsSpan(2);
        foreach ((string name, string method, string[] pattern) in s_table)
        {
            if (wanted == method && Fits(rest, pattern))
            {
                return name;
            }
        }

        return null;
    }

    private static (string Name, string Method, string[] Parts) Entry(string name, string method, string path) =>
        (name, method, path.Split('/'));

    // Routing does not mind the case of a path either.
    private static bool Same(string part, string wanted) => part.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static bool Fits(ReadOnlySpan<string> parts, string[] pattern)
    {
        bool open = pattern[^1] == "**";
        if (open ? parts.Length < pattern.Length : parts.Length != pattern.Length)
        {
            return false;
        }

        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] is not ("*" or "**") && !Same(parts[i], pattern[i]))
            {
                return false;
            }
        }

        return true;
    }
}
