using System.Numerics.Tensors;

namespace FineTuning.Server.Training.Network;

/// <summary>Sums of gradients by the rows of a table, for the rows that a batch touches.</summary>
internal sealed class RowGradients(int columns)
{
    private readonly Dictionary<int, int> _places = [];
    private readonly List<int> _rows = [];
    private FloatTable _sums = new(16, columns);

    /// <summary>The rows that were touched, in order.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>The sum of the row that was touched as the <paramref name="place"/>th.</summary>
    public ReadOnlySpan<float> SumAt(int place) => _sums[place];

    public void Add(int row, ReadOnlySpan<float> gradient, float factor)
    {
        if (!_places.TryGetValue(row, out int place))
        {
            place = _rows.Count;
            _places.Add(row, place);
            _rows.Add(row);
            if (place == _sums.Rows)
            {
                var larger = new FloatTable(_sums.Rows * 2, _sums.Columns);
                _sums.All.CopyTo(larger.All);
                _sums = larger;
            }

            _sums[place].Clear();
        }

        TensorPrimitives.MultiplyAdd(gradient, factor, _sums[place], _sums[place]);
    }

    public void Clear()
    {
        _places.Clear();
        _rows.Clear();
    }
}
