namespace FineTuning.Server.Training.Network;

/// <summary>Passes text on up to the first stop text; holds back what may become one.</summary>
internal sealed class StopFilter(IReadOnlyList<string> stops)
{
    private readonly string[] _stops = [.. stops.Where(stop => stop.Length > 0)];
    private string _held = string.Empty;

    /// <summary>A stop text was found; nothing comes after it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes text in and returns what is certain to be before any stop text.</summary>
    public string Add(string text)
    {
        if (_stops.Length == 0 || IsStopped)
        {
            return IsStopped ? string.Empty : text;
        }

        _held += text;
        int found = _stops
            .Select(stop => _held.IndexOf(stop, StringComparison.Ordinal))
            .Where(index => index >= 0)
            .DefaultIfEmpty(-1)
            .Min();
        if (found >= 0)
        {
            IsStopped = true;
            return _held[..found];
        }

        int keep = _stops.Max(stop => LongestBeginningAtEnd(stop));
        string passed = _held[..^keep];
        _held = _held[^keep..];
        return passed;
    }

    /// <summary>What was held back and is no stop text after all.</summary>
    public string Finish() => IsStopped ? string.Empty : _held;

    private int LongestBeginningAtEnd(string stop)
    {
        int length = Math.Min(stop.Length - 1, _held.Length);
        while (length > 0 && !_held.AsSpan().EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal))
        {
            length--;
        }

        return length;
    }
}
