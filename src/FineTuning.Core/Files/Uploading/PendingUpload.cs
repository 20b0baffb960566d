namespace FineTuning.Core.Files.Uploading;

/// <summary>What of an upload in parts is at the service and can be gone on from.</summary>
/// <param name="UploadId">The upload's id at the service.</param>
/// <param name="Parts">Parts that are there.</param>
/// <param name="PartCount">All parts.</param>
/// <param name="ExpiresAt">Until when the service keeps them.</param>
public sealed record PendingUpload(string UploadId, int Parts, int PartCount, DateTimeOffset ExpiresAt);
