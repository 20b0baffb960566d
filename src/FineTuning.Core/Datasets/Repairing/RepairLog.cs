namespace FineTuning.Core.Datasets.Repairing;

// What was mended so far: all of it counted, some of it kept.
internal sealed class RepairLog(int maxPerCode)
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly List<DatasetChange> _changes = [];

    public IReadOnlyDictionary<string, long> CountsByCode => _counts;

    // A change of the whole file counts once, however many lines it affects.
    public long Count { get; private set; }

    public IReadOnlyList<DatasetChange> Changes =>
        [.. _changes.OrderBy(change => change.Line).ThenBy(change => change.Code, StringComparer.Ordinal)];

    public void Add(ProblemCode code, long line, Func<string> description)
    {
        _counts.TryGetValue(code.Code, out long count);
        _counts[code.Code] = count + 1;
        Count++;
        if (count < maxPerCode)
        {
            _changes.Add(new DatasetChange(line, code.Code, description()));
        }
    }
}
