namespace FineTuning.Server.Training.Data;

/// <summary>Reads a UTF-8 file line by line without holding it whole.</summary>
internal static class LineReader
{
    private const int InitialBuffer = 1 << 16;

    /// <summary>
    /// The lines that are not blank, with their numbers from 1. The memory of a line is valid only until the next one
    /// is asked for.
    /// </summary>
    public static IEnumerable<(int Number, ReadOnlyMemory<byte> Bytes)> Read(
        string path,
        CancellationToken cancellationToken
    )
    {
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            bufferSize: 1
        );
        byte[] buffer = new byte[InitialBuffer];
        int start = 0,
            scanned = 0,
            end = 0,
            number = 0;
        bool atEnd = false;
        while (!atEnd || start < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int newLine = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (newLine < 0 && !atEnd)
            {
                scanned = end - start;
                if (start > 0)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    end -= start;
                    start = 0;
                }
                else if (end == buffer.Length)
                {
                    Array.Resize(ref buffer, checked(buffer.Length * 2));
                }

                int count = file.Read(buffer, end, buffer.Length - end);
                atEnd = count == 0;
                end += count;
                continue;
            }

            int lineEnd = newLine < 0 ? end : scanned + newLine;
            number++;
            int lineStart =
                number == 1 && buffer.AsSpan(start, lineEnd - start).StartsWith("\uFEFF"u8) ? start + 3 : start;
            if (buffer.AsSpan(lineStart, lineEnd - lineStart).ContainsAnyExcept(" \t\r"u8))
            {
                yield return (number, buffer.AsMemory(lineStart, lineEnd - lineStart));
            }

            start = scanned = Math.Min(lineEnd + 1, end);
        }
    }
}
