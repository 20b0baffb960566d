using System.Globalization;
using FineTuning.Core.Json;

namespace FineTuning.Core.Datasets.Scanning;

// Which fields for the grader the rows have, to find those that a few rows lack or spell otherwise. Rows with the same
// fields are one shape; a file has few.
internal sealed class FieldTally
{
    // More shapes than these are no slips.
    private const int MaxShapes = 200;
    private const int MinRows = 3;

    private readonly Dictionary<string, (long Count, long First)> _shapes = new(StringComparer.Ordinal);

    public void Clear() => _shapes.Clear();

    // The names, each followed by a line feed, in the order of the row.
    public void Add(string names, long line) => Add(names, 1, line);

    public void Add(FieldTally other, long offset)
    {
        foreach (KeyValuePair<string, (long Count, long First)> shape in other._shapes)
        {
            Add(shape.Key, shape.Value.Count, offset + shape.Value.First);
        }
    }

    // A line and what is wrong with it, for each field that most rows have.
    public IEnumerable<(long Line, string Message)> Describe()
    {
        long rows = _shapes.Values.Sum(shape => shape.Count);
        if (rows < MinRows || _shapes.Count >= MaxShapes)
        {
            yield break;
        }

        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, (long Count, long First)> shape in _shapes)
        {
            foreach (string name in Names(shape.Key).Distinct())
            {
                counts.TryGetValue(name, out long count);
                counts[name] = count + shape.Value.Count;
            }
        }

        foreach (KeyValuePair<string, long> field in counts.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            if (field.Value == rows || field.Value * 2 <= rows)
            {
                continue;
            }

            KeyValuePair<string, (long Count, long First)> lacking = _shapes
                .Where(shape => !Names(shape.Key).Contains(field.Key))
                .OrderBy(shape => shape.Value.First)
                .First();
            string? other = NearestName.Find(field.Key, Names(lacking.Key).Where(name => counts[name] * 2 <= rows));
            string spelt = other is null ? string.Empty : $", which has \"{other}\"";
            yield return (
                lacking.Value.First,
                string.Format(
                    CultureInfo.InvariantCulture,
                    "{0} of {1} rows have no \"{2}\", the first of them line {3}{4}.",
                    rows - field.Value,
                    rows,
                    field.Key,
                    lacking.Value.First,
                    spelt
                )
            );
        }
    }

    private static string[] Names(string shape) => shape.Split(['\n'], StringSplitOptions.RemoveEmptyEntries);

    private void Add(string names, long count, long line)
    {
        if (_shapes.TryGetValue(names, out (long Count, long First) shape))
        {
            _shapes[names] = (shape.Count + count, Math.Min(shape.First, line));
        }
        else if (_shapes.Count < MaxShapes)
        {
            _shapes.Add(names, (count, line));
        }
    }
}
