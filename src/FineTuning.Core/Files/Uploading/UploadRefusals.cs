using FineTuning.Core.Errors;

namespace FineTuning.Core.Files.Uploading;

/// <summary>What a service's refusal means for an upload in parts. Services share no codes for it, so statuses and
/// words have to do.</summary>
internal static class UploadRefusals
{
    /// <summary>Whether the service answered that the upload does not take this, now or ever.</summary>
    public static bool IsRefusal(FineTuningApiException e) =>
        e.Kind is ApiErrorKind.NotFound or ApiErrorKind.InvalidRequest or ApiErrorKind.Conflict;

    /// <summary>Whether it says that the upload has ended without a file, or is not known.</summary>
    public static bool SaysGone(FineTuningApiException e) =>
        e.Kind == ApiErrorKind.NotFound
        || e.StatusCode == 410
        || (IsRefusal(e) && (Has(e, "expired") || Has(e, "'cancelled'") || Has(e, "'canceled'")));

    /// <summary>Whether it says that the upload was completed before. That it cannot be completed says
    /// nothing.</summary>
    public static bool SaysCompleted(FineTuningApiException e) =>
        IsRefusal(e)
        && (
            Has(e, "'completed'")
            || Has(e, "\"completed\"")
            || Has(e, "already completed")
            || Has(e, "already been completed")
        );

    /// <summary>Whether the service has nothing at the address of uploads.</summary>
    public static bool SaysNoUploads(FineTuningApiException e) => e.StatusCode is 404 or 405 or 501;

    private static bool Has(FineTuningApiException e, string word) =>
        e.Message.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;
}
