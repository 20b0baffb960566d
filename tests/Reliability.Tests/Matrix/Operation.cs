namespace FineTuning.Reliability.Tests.Matrix;

/// <summary>Something that the client does and that can go wrong.</summary>
/// <param name="Section">Where the page tells of it.</param>
/// <param name="Name">What the page calls it.</param>
/// <param name="Point">The server's name of the request that goes wrong.</param>
internal sealed record Operation(Section Section, string Name, string Point)
{
    /// <summary>Makes what it needs, before anything goes wrong.</summary>
    public Func<Cell, Task> Prepare { get; init; } = _ => Task.CompletedTask;

    /// <summary>Does it, and looks at its result.</summary>
    public required Func<Cell, Task> Run { get; init; }

    /// <summary>Counts what there is of it afterwards; null where it changes nothing that can be counted.</summary>
    public Func<Cell, Task<int>>? Count { get; init; }

    /// <summary>A second time it would do more, or find its work done: faults after the work are of interest.</summary>
    public bool Changes { get; init; }

    /// <summary>It goes on until a job ends: a lasting fault ends after ten minutes.</summary>
    public bool Waits { get; init; }

    /// <summary>The fault begins when it has looked once.</summary>
    public bool BeginsLater { get; init; }

    /// <summary>Nothing was heard of the service over the client before.</summary>
    public bool IsUnheard { get; init; }

    /// <summary>A part of the path of the requests by which it looks what became of a lost one; null if it does
    /// not.</summary>
    public string? PollResult { get; init; }

    /// <summary>A second rule, of another fault that lasts as long as the first.</summary>
    public string? Also { get; init; }

    /// <summary>A second time costs nothing and hurts nobody: it is asked for again where it may have worked, and there
    /// can be two of it.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>Without a way to find out what became of a lost request, it ends in an error that says so.</summary>
    public bool MayEndOpen { get; init; }

    public bool Has(Fault fault) => Changes || !fault.AfterWork;

    public override string ToString() => $"{Section.Title}: {Name} ({Point})";
}
