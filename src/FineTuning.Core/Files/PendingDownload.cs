namespace FineTuning.Core.Files;

/// <summary>What an interrupted download kept for the same one to go on from.</summary>
/// <param name="Path">The file that has it, beside the place of the whole one.</param>
/// <param name="Bytes">The bytes that are there.</param>
public sealed record PendingDownload(string Path, long Bytes);
