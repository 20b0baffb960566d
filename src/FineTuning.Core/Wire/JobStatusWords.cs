namespace FineTuning.Core.Wire;

/// <summary>
/// The words of services for the states of a job. Sources: OpenAI's OpenAPI document (succeeded, failed, cancelled);
/// Azure's REST reference (canceled, deleted; notRunning and pending before the start); Mistral's client (SUCCESS,
/// FAILED_VALIDATION, CANCELLATION_REQUESTED: <c>mistralai/client-ts</c>, docs/models/components/status.md); Together's
/// client (completed, error, user_error, cancel_requested:
/// <c>together-python</c>, src/together/types/finetune.py); Fireworks and
/// Vertex AI (JOB_STATE_COMPLETED, JOB_STATE_EXPIRED, JOB_STATE_DELETED and others); Amazon Bedrock (Completed,
/// Stopped). Words with two meanings, such as Fireworks' early_stopped, are not in the list: such a job ends by its
/// time.
/// </summary>
internal static class JobStatusWords
{
    private const string Prefix = "JOB_STATE_";

    private static readonly Dictionary<string, string> s_canonical = new(StringComparer.OrdinalIgnoreCase)
    {
        ["success"] = "succeeded",
        ["successful"] = "succeeded",
        ["complete"] = "succeeded",
        ["completed"] = "succeeded",
        ["failure"] = "failed",
        ["failed_validation"] = "failed",
        ["error"] = "failed",
        ["errored"] = "failed",
        ["expired"] = "failed",
        ["timed_out"] = "failed",
        ["user_error"] = "failed",
        ["canceled"] = "cancelled",
        ["deleted"] = "cancelled",
        ["stopped"] = "cancelled",
        ["terminated"] = "cancelled",
        ["aborted"] = "cancelled",
    };

    private static readonly HashSet<string> s_known = new(
        [
            "succeeded",
            "failed",
            "cancelled",
            "validating_files",
            "queued",
            "pending",
            "notRunning",
            "running",
            "pausing",
            "paused",
            "resuming",
            "in_progress",
            "inProgress",
            "started",
            "starting",
            "created",
            "creating",
            "validating",
            "validated",
            "uploading",
            "compressing",
            "cancelling",
            "canceling",
            "cancel_requested",
            "cancellation_requested",
            "stopping",
            "deleting",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>OpenAI's word of the same meaning; the word itself where none is known.</summary>
    public static string Canonical(string word)
    {
        string bare = word.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? word.Substring(Prefix.Length)
            : word;
        return s_canonical.TryGetValue(bare, out string? canonical) ? canonical : bare;
    }

    /// <summary>Whether a canonical word is known.</summary>
    public static bool IsKnown(string canonical) => s_known.Contains(canonical);
}
