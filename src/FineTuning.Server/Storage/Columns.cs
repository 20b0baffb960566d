namespace FineTuning.Server.Storage;

/// <summary>Where the columns of a statement are. They are mostly asked for in the order in which the statement names
/// them, so a search begins behind the column that was found last: faster than a hash of the name.</summary>
internal sealed class Columns(string[] names)
{
    private int _next;

    /// <exception cref="ArgumentException">The statement has no such column.</exception>
    public int this[string name]
    {
        get
        {
            for (int i = 0; i < names.Length; i++)
            {
                int at = _next + i < names.Length ? _next + i : _next + i - names.Length;
                if (names[at] == name)
                {
                    _next = at + 1 < names.Length ? at + 1 : 0;
                    return at;
                }
            }

            throw new ArgumentException($"The statement has no column {name}.", nameof(name));
        }
    }
}
