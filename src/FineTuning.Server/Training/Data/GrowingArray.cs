namespace FineTuning.Server.Training.Data;

/// <summary>An array that grows by appending, without the per-item cost of a list of bytes or numbers.</summary>
internal sealed class GrowingArray<T>(int capacity = 1024)
{
    private T[] _items = new T[capacity];

    public int Count { get; private set; }

    public ReadOnlySpan<T> Span => _items.AsSpan(0, Count);

    public T this[int index] => _items[index];

    public void Add(T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, (int)Math.Min(Math.Max(16, _items.Length * 2L), Array.MaxLength));
        }

        _items[Count++] = item;
    }

    public void Add(ReadOnlySpan<T> items)
    {
        foreach (T? item in items)
        {
            Add(item);
        }
    }

    public ReadOnlySpan<T> Slice(int start, int length) => _items.AsSpan(start, length);
}
