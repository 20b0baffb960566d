namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>A part of the page.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Counted">What there can be too much or too little of afterwards, as the head of a column; null where
/// nothing is changed.</param>
internal sealed record Section(string Title, string? Counted)
{
    /// <summary>Whether the number of requests follows from the fault alone, and not from how long something
    /// takes.</summary>
    public bool TellsRequests { get; init; } = true;

    public static Section Reads { get; } = new("Reading", null);

    public static Section Downloads { get; } = new("Downloads", null);

    public static Section Graders { get; } = new("Graders", null);

    public static Section Creates { get; } = new("Creating a job", "Jobs");

    public static Section Changes { get; } = new("Cancelling, pausing and resuming a job", null);

    public static Section Deletes { get; } = new("Deleting and revoking", "Left");

    public static Section Grants { get; } = new("Granting permissions", "Permissions");

    public static Section Uploads { get; } = new("Uploads", "Files");

    public static Section Waits { get; } = new("Waiting for a job", null) { TellsRequests = false };

    public static Section Follows { get; } = new("Following a job's events", null) { TellsRequests = false };
}
