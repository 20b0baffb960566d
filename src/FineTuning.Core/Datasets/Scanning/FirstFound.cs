using FineTuning.Core.Datasets.Duplicates;

namespace FineTuning.Core.Datasets.Scanning;

// Of duplicates that come in no order, keeps those on the first lines and counts the others.
internal sealed class FirstFound(int limit)
{
    // Sorting now and then is cheaper than keeping an order.
    private const int Slack = 1024;

    private readonly List<DuplicateLine> _lines = [];

    public long Count { get; private set; }

    public void Add(DuplicateLine line)
    {
        Count++;
        if (limit == 0)
        {
            return;
        }

        _lines.Add(line);
        if (_lines.Count >= (2L * limit) + Slack)
        {
            Trim();
        }
    }

    // In the order of the lines.
    public IReadOnlyList<DuplicateLine> Take()
    {
        Trim();
        return _lines;
    }

    private void Trim()
    {
        _lines.Sort(static (a, b) => a.Line.CompareTo(b.Line));
        if (_lines.Count > limit)
        {
            _lines.RemoveRange(limit, _lines.Count - limit);
        }
    }
}
