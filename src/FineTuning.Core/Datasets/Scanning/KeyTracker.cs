namespace FineTuning.Core.Datasets.Scanning;

// Remembers the keys of the objects that are open, to tell when one comes twice.
internal sealed class KeyTracker
{
    // Up to here comparing with each is faster than hashing; beyond, an object with a million keys must not take a
    // million squared.
    private const int LinearKeys = 32;

    private readonly HashSet<(int Frame, ulong Key)> _large = [];
    private ulong[] _keys = new ulong[256];
    private int _count;
    private int _frames;

    public void Clear()
    {
        _count = 0;
        _frames = 0;
        if (_large.Count > 0)
        {
            _large.Clear();
        }
    }

    public KeyFrame Open() => new(_count, ++_frames);

    public void Close(KeyFrame frame) => _count = frame.Start;

    // False if the object has the key already.
    public bool Add(KeyFrame frame, ulong key)
    {
        int known = _count - frame.Start;
        if (known < LinearKeys)
        {
            if (_keys.AsSpan(frame.Start, known).IndexOf(key) >= 0)
            {
                return false;
            }
        }
        else
        {
            if (known == LinearKeys)
            {
                for (int i = frame.Start; i < _count; i++)
                {
                    _large.Add((frame.Number, _keys[i]));
                }
            }

            if (!_large.Add((frame.Number, key)))
            {
                return false;
            }
        }

        if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, _count * 2);
        }

        _keys[_count++] = key;
        return true;
    }
}

internal readonly struct KeyFrame(int start, int number)
{
    public int Start { get; } = start;

    public int Number { get; } = number;
}
