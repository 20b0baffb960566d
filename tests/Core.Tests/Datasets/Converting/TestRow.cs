using FineTuning.Core.Datasets.Converting;

namespace FineTuning.Core.Tests.Datasets.Converting;

internal sealed class TestRow : IExampleRow
{
    private readonly Dictionary<string, object?> _values;

    public TestRow(params (string Name, object? Value)[] values) =>
        _values = values.ToDictionary(value => value.Name, value => value.Value, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> Names => _values.Keys;

    public bool TryGet(string name, out object? value) => _values.TryGetValue(name, out value);
}
