namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>A part of the page.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Counted">What there can be too much or too little of afterwards, in the plural; null where nothing is changed.</param>
internal sealed record Section(string Title, string? Counted)
{
    /// <summary>What the column of lasting faults is called.</summary>
    public string Lasting { get; init; } = "it goes on";

    /// <summary>Whether the number of requests follows from the fault alone, and not from how long something takes.</summary>
    public bool TellsRequests { get; init; } = true;

    public static Section Reads { get; } = new("Reading", null);

    public static Section Downloads { get; } = new("Downloads", null);

    public static Section Graders { get; } = new("Graders", null);

    public static Section Creates { get; } = new("Creating a job", "jobs");

    public static Section Changes { get; } = new("Cancelling, pausing and resuming a job", null);

    public static Section Deletes { get; } = new("Deleting and revoking", "left");

    public static Section Grants { get; } = new("Granting permissions", "permissions");

    public static Section Uploads { get; } = new("Uploads", "files");

    public static Section Waits { get; } = new("Waiting for a job", null) { TellsRequests = false };

    public static Section Follows { get; } = new("Following a job's events", null) { TellsRequests = false };
}
