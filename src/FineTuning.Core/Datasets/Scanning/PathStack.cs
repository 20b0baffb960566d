using System.Globalization;
using System.Text;

namespace FineTuning.Core.Datasets.Scanning;

// Where in the line the scanner is. Only numbers are kept; text is made of them when there is a problem to report.
internal sealed class PathStack
{
    private const int List = -2;
    private const int NoKeyYet = -1;

    private Level[] _levels = new Level[16];

    public int Depth { get; private set; }

    public KeyFrame Keys => _levels[Depth - 1].Keys;

    public void Clear() => Depth = 0;

    public void EnterObject(KeyFrame keys) => Push(new Level { KeyStart = NoKeyYet, Keys = keys });

    public void EnterArray() => Push(new Level { KeyStart = List, Number = -1 });

    public void SetKey(int start, int length)
    {
        ref Level level = ref _levels[Depth - 1];
        level.KeyStart = start;
        level.Number = length;
    }

    public void NextElement() => _levels[Depth - 1].Number++;

    public void Leave() => Depth--;

    // $.messages[1].role of the line, with what the caller adds for a place inside the current one.
    public string ToText(ReadOnlySpan<byte> line, string? suffix)
    {
        StringBuilder text = new("$");
        for (int i = 0; i < Depth; i++)
        {
            Level level = _levels[i];
            if (level.KeyStart == List)
            {
                text.Append('[').Append(level.Number.ToString(CultureInfo.InvariantCulture)).Append(']');
            }
            else if (level.KeyStart >= 0)
            {
                string key = JsonText.Show(line.Slice(level.KeyStart, level.Number));
                text = IsName(key) ? text.Append('.').Append(key) : text.Append("[\"").Append(key).Append("\"]");
            }
        }

        return text.Append(suffix).ToString();
    }

    // The key that the scanner is at, in an object.
    public ReadOnlySpan<byte> Key(ReadOnlySpan<byte> line)
    {
        Level level = _levels[Depth - 1];
        return level.KeyStart >= 0 ? line.Slice(level.KeyStart, level.Number) : default;
    }

    private static bool IsName(string key)
    {
        foreach (char c in key)
        {
            if (!(c is '_' or '-' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9')))
            {
                return false;
            }
        }

        return key.Length > 0;
    }

    private void Push(Level level)
    {
        if (Depth == _levels.Length)
        {
            Array.Resize(ref _levels, Depth * 2);
        }

        _levels[Depth++] = level;
    }

    private struct Level
    {
        public int KeyStart;
        public int Number;
        public KeyFrame Keys;
    }
}
