using System.Runtime.InteropServices;

namespace FineTuning.Core.Datasets.Duplicates;

// Entries that do not fit into memory: a temporary file of runs, each with the entries of part 0, then those of part 1,
// and so on.
internal sealed class SpillFile : IDisposable
{
    private const int BufferEntries = 16 * 1024;

    private readonly List<Piece>[] _pieces = new List<Piece>[Entry.Parts];
    private readonly Entry[] _entries = new Entry[BufferEntries];
    private readonly byte[] _bytes = new byte[BufferEntries * Entry.Bytes];
    private readonly Stream _stream;
    private readonly string _folder;
    private int _buffered;
    private long _length;

    public SpillFile(Func<Stream>? createStream)
    {
        _folder = Path.GetTempPath();
        for (int part = 0; part < Entry.Parts; part++)
        {
            _pieces[part] = [];
        }

        try
        {
            _stream = createStream is null ? Create(_folder) : createStream();
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            throw Failed("written", exception);
        }
    }

    // The file is deleted when it is closed.
    public static FileStream Create(string folder)
    {
        string path = Path.Combine(folder, "finetuning-" + Path.GetRandomFileName());
        FileStream stream = new(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.Delete,
            bufferSize: 1,
            FileOptions.DeleteOnClose | FileOptions.RandomAccess
        );
        try
        {
            // Elsewhere than on Windows a file without a name goes on until it is closed: nothing is left behind even
            // of a process that is killed.
            if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                File.Delete(path);
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Write(PartedEntries entries)
    {
        try
        {
            _stream.Position = _length;
            for (int part = 0; part < Entry.Parts; part++)
            {
                Write(entries, part);
            }

            Flush();
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            throw Failed("written", exception);
        }
    }

    // Reads one of the pieces in which the entries of a part were written, in their order; false after the last. Valid
    // until the next read.
    public bool Read(int part, int piece, out ReadOnlySpan<Entry> entries)
    {
        entries = default;
        if (piece >= _pieces[part].Count)
        {
            return false;
        }

        Piece place = _pieces[part][piece];
        int length = place.Count * Entry.Bytes;
        try
        {
            _stream.Position = place.Position;
            for (int done = 0; done < length; )
            {
                int read = _stream.Read(_bytes, done, length - done);
                done += read > 0 ? read : throw new EndOfStreamException("It has become shorter.");
            }
        }
        catch (Exception exception) when (IsOfDisk(exception))
        {
            throw Failed("read", exception);
        }

        _bytes.AsSpan(0, length).CopyTo(MemoryMarshal.AsBytes(_entries.AsSpan()));
        entries = _entries.AsSpan(0, place.Count);
        return true;
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsOfDisk(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private void Write(PartedEntries entries, int part)
    {
        int? slab = null;
        int count = 0;
        long start = _length + ((long)_buffered * Entry.Bytes);
        while (entries.Next(part, ref slab, out ReadOnlySpan<Entry> some))
        {
            if (_buffered + some.Length > BufferEntries)
            {
                Flush();
            }

            some.CopyTo(_entries.AsSpan(_buffered));
            _buffered += some.Length;
            count += some.Length;
        }

        // No more of them at once than there is room for when they are read.
        for (; count > 0; count -= BufferEntries, start += BufferEntries * Entry.Bytes)
        {
            _pieces[part].Add(new Piece(start, Math.Min(count, BufferEntries)));
        }
    }

    private void Flush()
    {
        int length = _buffered * Entry.Bytes;
        MemoryMarshal.AsBytes(_entries.AsSpan(0, _buffered)).CopyTo(_bytes);
        _stream.Write(_bytes, 0, length);
        _length += length;
        _buffered = 0;
    }

    private IOException Failed(string what, Exception cause) =>
        new(
            $"The temporary file for the search for duplicates could not be {what} in '{_folder}': "
                + $"{cause.Message.TrimEnd('.')}. Free some space there, let the "
                + "environment variable TMPDIR (on Windows: TEMP) name another folder, or switch the search for "
                + "duplicates off.",
            cause
        );

    private readonly struct Piece(long position, int count)
    {
        public long Position { get; } = position;

        public int Count { get; } = count;
    }
}
