using System.Text.Json;
using FineTuning.Core.Datasets.Scanning;

namespace FineTuning.Core.Datasets.Repairing;

// The objects of a line that is no JSON as it stands: several on one line, or with a comma too many. One per worker.
internal sealed class LenientJson
{
    private byte[] _text = new byte[1024];

    // Where the objects are in the text that was read.
    public List<(int Start, int Length)> Objects { get; } = [];

    // The commas before a closing bracket that were left out.
    public int TrailingCommas { get; private set; }

    // Whether something stood between or behind the objects.
    public bool HadMore { get; private set; }

    public ReadOnlySpan<byte> this[int index] => _text.AsSpan(Objects[index].Start, Objects[index].Length);

    public static bool IsObject(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] != (byte)'{' || text[text.Length - 1] != (byte)'}')
        {
            return false;
        }

        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
            while (reader.Read()) { }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // False if not all of it can be made objects.
    public bool TryRead(ReadOnlySpan<byte> line)
    {
        Objects.Clear();
        TrailingCommas = 0;
        HadMore = false;
        if (_text.Length < line.Length)
        {
            _text = new byte[Math.Max(line.Length, _text.Length * 2)];
        }

        if (line[0] != (byte)'{' || !TryCopy(line))
        {
            return false;
        }

        for (int i = 0; i < Objects.Count; i++)
        {
            if (!IsObject(this[i]))
            {
                return false;
            }
        }

        HadMore |= Objects.Count > 1;
        return Objects.Count > 0;
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private bool TryCopy(ReadOnlySpan<byte> line)
    {
        int length = 0,
            depth = 0,
            start = 0;
        bool inString = false,
            hasComma = false;
        for (int i = 0; i < line.Length; i++)
        {
            byte value = line[i];
            if (inString)
            {
                _text[length++] = value;
                if (value == (byte)'\\' && i + 1 < line.Length)
                {
                    _text[length++] = line[++i];
                }

                inString = value != (byte)'"';
                continue;
            }

            if (depth == 0)
            {
                // Between objects: white space, and one comma at most.
                if (value == (byte)'{')
                {
                    start = length;
                    depth = 1;
                    hasComma = false;
                    _text[length++] = value;
                }
                else if (value == (byte)',' && !hasComma && Objects.Count > 0)
                {
                    hasComma = true;
                    HadMore = true;
                }
                else if (!IsSpace(value))
                {
                    return false;
                }

                continue;
            }

            if (value == (byte)',' && IsTrailing(line, i))
            {
                TrailingCommas++;
                continue;
            }

            inString = value == (byte)'"';
            depth +=
                value is (byte)'{' or (byte)'[' ? 1
                : value is (byte)'}' or (byte)']' ? -1
                : 0;
            _text[length++] = value;
            if (depth == 0)
            {
                Objects.Add((start, length - start));
            }
        }

        return depth == 0 && !inString;
    }

    // After a value and before a closing bracket.
    private static bool IsTrailing(ReadOnlySpan<byte> line, int comma)
    {
        int next = comma + 1;
        while (next < line.Length && IsSpace(line[next]))
        {
            next++;
        }

        int before = comma - 1;
        while (before > 0 && IsSpace(line[before]))
        {
            before--;
        }

        return next < line.Length
            && line[next] is (byte)'}' or (byte)']'
            && line[before] is not ((byte)',' or (byte)':' or (byte)'{' or (byte)'[');
    }
}
