namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>What came of one operation with one fault.</summary>
internal sealed record CellResult
{
    /// <summary>The stable id of the error; null if it worked.</summary>
    public string? Error { get; init; }

    /// <summary>The error's words, without what differs from run to run.</summary>
    public string? Message { get; init; }

    /// <summary>The error says that the request may have worked.</summary>
    public bool MayHaveWorked { get; init; }

    /// <summary>Requests that the client knows of.</summary>
    public int Sent { get; init; }

    /// <summary>Requests of the operation that the server saw, by its request log.</summary>
    public int Requests { get; init; }

    /// <summary>Requests of any kind that the server saw.</summary>
    public int AllRequests { get; init; }

    /// <summary>Requests by which the client looked what had become of the operation.</summary>
    public int Looks { get; init; }

    /// <summary>Attempts that came no further than the connection.</summary>
    public int Refused => Sent - AllRequests;

    /// <summary>How much there was afterwards; null where nothing is counted.</summary>
    public int? Count { get; init; }
}
