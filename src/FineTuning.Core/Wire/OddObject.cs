namespace FineTuning.Core.Wire;

/// <summary>What an object of a service has that cannot be understood.</summary>
/// <param name="Name">The object in words, such as <c>job ftjob-1</c>.</param>
internal sealed record OddObject(string Name)
{
    /// <summary>Where in the object the values are, such as <c>finished_at</c> or <c>result_files[1]</c>.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>The names of the object's own fields that hold them.</summary>
    public IEnumerable<string> Fields => Paths.Select(path => path.Split('.', '[')[0]).Distinct(StringComparer.Ordinal);

    /// <summary>A sentence without what to do.</summary>
    public override string ToString() =>
        $"The {Name} has values that cannot be understood and are kept as they came: {string.Join(", ", Paths)}.";
}
